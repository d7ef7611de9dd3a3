/*
 * Policies: what a program may do and use. Loading with inheritance, and compiling the system
 * call rules to a BPF program for seccomp(2). Pure but for reading files: no sandbox is made
 * here.
 */
#ifndef CUPEL_POLICY_H
#define CUPEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/document.h"
#include "cupel/error.h"
#include "cupel/limits.h"
#include "cupel/outcome.h"

/* Layers that `require` and --require may name. */
enum cupel_layer {
    CUPEL_LAYER_USER_NAMESPACE,
    CUPEL_LAYER_SECCOMP,
    CUPEL_LAYER_NO_NEW_PRIVS,
    CUPEL_LAYER_LANDLOCK,
    CUPEL_LAYER_CGROUP,
    CUPEL_LAYER_COUNT,
};

/* "user_namespace", …: indexed by enum cupel_layer, NULL-terminated. */
extern const char *const cupel_layer_names[];

struct cupel_policy_rules; /* merged system call rules, with their origins */

/* Everything in it is owned by the policy. */
struct cupel_policy {
    char
        *name; /* "native"; of a file outside of the search path, its base name without .json */
    char *why;
    char sha256[CUPEL_SHA256_HEX_SIZE]; /* of the merged policy in canonical JSON */
    struct cupel_limits limits;
    char **read_only;   /* absolute paths, NULL-terminated */
    char **writable;    /* absolute paths, NULL-terminated */
    char **devices;     /* names below /dev, NULL-terminated */
    char **environment; /* names of variables passed on from cupel's environment,
                           NULL-terminated */
    enum cupel_network network;
    unsigned require; /* bit set of 1U << enum cupel_layer */
    struct cupel_policy_rules *rules;
};

/* A program for seccomp(2): count instructions of 8 bytes (struct sock_filter). */
struct cupel_filter {
    void *instructions; /* owned; release with cupel_filter_clear() */
    size_t count;
    char sha256[CUPEL_SHA256_HEX_SIZE];
};

/*
 * Load a policy. name: a name that is looked up as NAME.json in folder, or a path if it holds a
 * '/' or ends in ".json"; what it extends is looked up beside it, then in folder. All errors of
 * all files are added to diagnostics. Returns 0 and sets *ret (cupel_policy_free()); -EINVAL if
 * diagnostics were added; -ENOENT if there is no such policy (err names folder and the policies
 * that exist); -ELOOP where extends runs in a circle or is nested more than 8 deep.
 */
CUPEL_MUST_CHECK int cupel_policy_load(const char *folder, const char *name,
                                       struct cupel_diagnostics *diagnostics,
                                       struct cupel_policy **ret, struct cupel_error *err);
void cupel_policy_free(struct cupel_policy *policy);

/*
 * Compile for this machine's architecture (libseccomp, tree-optimised). Invariants that no
 * policy can widen are added here. Returns 0 and fills *ret; -errno from libseccomp.
 */
CUPEL_MUST_CHECK int cupel_policy_compile(const struct cupel_policy *policy,
                                          struct cupel_filter *ret, struct cupel_error *err);
void cupel_filter_clear(struct cupel_filter *filter);

/*
 * Everything that cupel_policy_compile() makes the filter of, as a hash: the policy, this
 * machine's architecture, libseccomp's version, and our own code. The same key means the same
 * filter. Pure.
 */
void cupel_policy_filter_key(const struct cupel_policy *policy,
                             char ret[static CUPEL_SHA256_HEX_SIZE]);

/*
 * Read a "limits" object (keys wall, cpu, memory, processes, open_files, file_size, disk,
 * inodes, output, stdout, stderr, stack) over limits: named keys are replaced, others kept.
 * False if diagnostics were added. Also used for the limits of a grader's tests.
 */
bool cupel_policy_read_limits(const struct cupel_field *field, struct cupel_limits *limits);

#endif
