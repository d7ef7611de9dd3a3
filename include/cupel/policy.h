/*
 * Policies: what a program may do and use. Loading with inheritance, asking what happens to a
 * system call and why, and compiling the rules to a BPF program for seccomp(2). Pure but for
 * reading files: no sandbox is made here.
 *
 * What a call gets is worked out in one place (src/policy/decide.h), as disjoint cases of its
 * arguments: cupel_policy_cases() shows them, cupel_policy_decide() picks one, and
 * cupel_policy_compile() writes them down as a program.
 */
#ifndef CUPEL_POLICY_H
#define CUPEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/call.h"
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

enum cupel_action_kind {
    CUPEL_ACTION_ALLOW,
    CUPEL_ACTION_LOG,   /* allowed, and written to the kernel's log (SECCOMP_RET_LOG) */
    CUPEL_ACTION_ERRNO, /* the call is not made; error_number is returned instead */
    CUPEL_ACTION_KILL,  /* the process dies of SIGSYS */
};

struct cupel_action {
    enum cupel_action_kind kind;
    int error_number; /* with CUPEL_ACTION_ERRNO */
};

/* Whether the call is made. */
static inline bool cupel_action_allows(struct cupel_action action)
{
    return action.kind == CUPEL_ACTION_ALLOW || action.kind == CUPEL_ACTION_LOG;
}

#define CUPEL_ACTION_SIZE 32

/* "allow", "log", "errno EPERM", "kill". Returns ret. */
const char *cupel_action_format(struct cupel_action action, char ret[static CUPEL_ACTION_SIZE]);

struct cupel_policy_rules;   /* merged system call rules: src/policy/rules.h */
struct cupel_policy_sources; /* the files that it was merged from: src/policy/sources.h */

/* Everything in it is owned by the policy. */
struct cupel_policy {
    char
        *name; /* "native"; of a file outside of the search path, its base name without .json */
    char *why;
    char sha256[CUPEL_SHA256_HEX_SIZE]; /* of the merged policy in canonical JSON; the same for
                                           all architectures */
    enum cupel_arch arch;               /* whose call numbers its rules have */
    struct cupel_limits limits;
    char **read_only;   /* absolute paths, NULL-terminated */
    char **writable;    /* absolute paths, NULL-terminated */
    char **devices;     /* names below /dev, NULL-terminated */
    char **environment; /* names of variables passed on from cupel's environment,
                           NULL-terminated */
    enum cupel_network network;
    unsigned require; /* bit set of 1U << enum cupel_layer */
    struct cupel_policy_rules *rules;
    struct cupel_policy_sources *sources;
};

/*
 * Load a policy, for any architecture on any machine. name: a name that is looked up as
 * NAME.json in folder, or a path if it holds a '/' or ends in ".json"; what it extends is
 * looked up beside it, then in folder. All errors of all files are added to diagnostics, and a
 * note for each call that arch does not have. Returns 0 and sets *ret (cupel_policy_free());
 * -EINVAL if there are errors among the diagnostics; -ENOENT if there is no such policy (err
 * names folder and the policies that exist); -ELOOP where extends runs in a circle or is nested
 * more than 8 deep.
 */
CUPEL_MUST_CHECK int cupel_policy_load(const char *folder, const char *name,
                                       enum cupel_arch arch,
                                       struct cupel_diagnostics *diagnostics,
                                       struct cupel_policy **ret, struct cupel_error *err);
void cupel_policy_free(struct cupel_policy *policy);

/* The names of a folder's policies, sorted, whether they are valid or not; NULL-terminated,
 * released with cupel_strings_free(). Returns 0 or -errno. */
CUPEL_MUST_CHECK int cupel_policy_names(const char *folder, char ***ret,
                                        struct cupel_error *err);

/*
 * Look a policy over, for all architectures: what loading and compiling it says, and of its own
 * rules, not of its parents', warnings of what is probably not meant: a rule, or a name in it,
 * that never decides since later rules do; that allows what an invariant denies; that is there
 * already. Notes say what it widens. All are added to diagnostics, in the order of the file.
 * Returns as cupel_policy_load().
 */
CUPEL_MUST_CHECK int cupel_policy_lint(const char *folder, const char *name,
                                       struct cupel_diagnostics *diagnostics,
                                       struct cupel_error *err);

/* Where something comes from. Borrowed from the policy, or static. */
struct cupel_origin {
    const char *policy; /* its name; NULL for an invariant, and for a default */
    const char *file;   /* as it was opened; NULL as above */
    unsigned line;      /* from 1; 0 where file is NULL */
    unsigned column;
    const char *why; /* a rule's own, else the policy's; NULL if that policy gives none */
};

enum cupel_policy_part {
    CUPEL_PART_LIMIT,     /* index: as in cupel_limit_keys, src/policy/limits.h */
    CUPEL_PART_READ_ONLY, /* index: as in policy->read_only, and so on */
    CUPEL_PART_WRITABLE,
    CUPEL_PART_DEVICE,
    CUPEL_PART_ENVIRONMENT,
    CUPEL_PART_NETWORK, /* index: 0 */
    CUPEL_PART_REQUIRE, /* index: 0, of all layers together */
    CUPEL_PART_UNKNOWN, /* index: 0, of what calls without a rule get */
    CUPEL_PART_RULE,    /* index: as in policy->rules->items, src/policy/rules.h */
};

/* Which line of which file gave this part of the merged policy. */
void cupel_policy_origin(const struct cupel_policy *policy, enum cupel_policy_part part,
                         size_t index, struct cupel_origin *ret);

#define CUPEL_ARGUMENTS 6 /* of a system call, as seccomp(2) sees them: 64 bits each */

enum cupel_decided_by {
    CUPEL_DECIDED_BY_RULE,
    CUPEL_DECIDED_BY_UNKNOWN,   /* no rule is about the call with these arguments */
    CUPEL_DECIDED_BY_INVARIANT, /* rules allow it, but no policy can */
};

struct cupel_decision {
    struct cupel_action action;
    enum cupel_decided_by by;
    struct cupel_origin origin;
};

/* The arguments for which (argument[i] & mask[i]) == value[i]. */
struct cupel_cube {
    uint64_t mask[CUPEL_ARGUMENTS];
    uint64_t value[CUPEL_ARGUMENTS];
};

static inline bool cupel_cube_has(const struct cupel_cube *cube,
                                  const uint64_t args[static CUPEL_ARGUMENTS])
{
    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if ((args[i] & cube->mask[i]) != cube->value[i])
            return false;
    }
    return true;
}

struct cupel_policy_case {
    struct cupel_cube cube;
    struct cupel_decision decision;
};

/*
 * All that can happen to a call: disjoint cases that cover all arguments. Where a call has one
 * case only, its cube is all zeroes. number: of policy->arch; one that no call has is unknown.
 * Returns 0 and sets *ret (free(); the decisions are borrowed from the policy); -E2BIG if the
 * conditions are too many to be told apart; -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_policy_cases(const struct cupel_policy *policy, int number,
                                        struct cupel_policy_case **ret, size_t *ret_count,
                                        struct cupel_error *err);

/* What happens to one call. As above. */
CUPEL_MUST_CHECK int cupel_policy_decide(const struct cupel_policy *policy, int number,
                                         const uint64_t args[static CUPEL_ARGUMENTS],
                                         struct cupel_decision *ret, struct cupel_error *err);

/* Whether an invariant denies the call, whatever the rules say. */
bool cupel_policy_forbids(const struct cupel_policy *policy, int number,
                          const uint64_t args[static CUPEL_ARGUMENTS]);

enum cupel_filter_mode {
    CUPEL_FILTER_ENFORCE, /* the actions of the policy */
    CUPEL_FILTER_NOTIFY,  /* SECCOMP_RET_USER_NOTIF for every call that is denied; but entry by
                             another architecture is killed, and clone3, which the C library
                             tries first each time, is answered with ENOSYS. Also for
                             exit_group with a status other than 0, allowed or not */
};

/* A program for seccomp(2): count instructions of 8 bytes (struct sock_filter). */
struct cupel_filter {
    void *instructions; /* owned; release with cupel_filter_clear() */
    size_t count;
    char sha256[CUPEL_SHA256_HEX_SIZE];
};

/*
 * Compile for policy->arch. Returns 0 and fills *ret; -E2BIG if there is more than a program
 * can hold, or a call's conditions are too many to be told apart; -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_policy_compile(const struct cupel_policy *policy,
                                          enum cupel_filter_mode mode, struct cupel_filter *ret,
                                          struct cupel_error *err);
void cupel_filter_clear(struct cupel_filter *filter);

/*
 * Everything that cupel_policy_compile() makes the filter of, as a hash: the policy, its
 * architecture and network, the mode, libseccomp's version, and our own code. The same key
 * means the same filter. Pure.
 */
void cupel_policy_filter_key(const struct cupel_policy *policy, enum cupel_filter_mode mode,
                             char ret[static CUPEL_SHA256_HEX_SIZE]);

/*
 * Read a "limits" object (keys wall, cpu, memory, processes, open_files, file_size, disk,
 * inodes, output, stdout, stderr, stack) over limits: named keys are replaced, others kept.
 * False if diagnostics were added. Also used for the limits of a grader's tests.
 */
bool cupel_policy_read_limits(const struct cupel_field *field, struct cupel_limits *limits);

#endif
