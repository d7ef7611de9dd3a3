/* One command in a cell of its own: what `cupel run` and `cupel doctor` share. */
#ifndef CUPEL_CLI_BOXED_H
#define CUPEL_CLI_BOXED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/cell.h"
#include "cupel/error.h"
#include "cupel/outcome.h"
#include "cupel/run.h"

#define BOXED_LIST_MAX   64
#define BOXED_LIMITS_MAX 64

struct boxed_list {
    const char *items[BOXED_LIST_MAX + 1]; /* NULL-terminated */
    size_t count;
};

/* A limit over the policy's. */
struct boxed_limit {
    size_t offset; /* of the uint64_t in struct cupel_limits */
    uint64_t value;
};

struct boxed_options {
    const char *policy;
    const char *const *argv;
    const char *cgroup;          /* as cli_job_cgroup() takes it */
    const char *chdir;           /* NULL: /box */
    struct boxed_list variables; /* "K=V" over the base environment */
    struct boxed_list binds;     /* "SRC[:DST]" */
    struct boxed_list read_only_binds;
    struct boxed_limit limits[BOXED_LIMITS_MAX];
    size_t limit_count;
    unsigned require;
    bool fresh_box;   /* a copy-on-write view of the (empty) box, as tests get it */
    bool has_network; /* network replaces the policy's */
    enum cupel_network network;
    const struct cupel_filter *notify_filter; /* instead of the policy's; NULL: that */
    /* As in struct cupel_run_request, but with an owner of its own. */
    void (*learn)(void *learner, int number, const uint64_t arguments[static 6]);
    void *learner;
    struct cupel_error *failure; /* why nothing ran goes here; NULL: to standard error */
};

/*
 * Run with fds as the command's input and outputs (passed on through pipes). ret_search may be
 * NULL; it is filled in any case. Returns 0 and fills *ret (its denied: cupel_denied_clear());
 * -1 if nothing ran, with the reason on standard error or in options->failure; 128+SIGPIPE if
 * an output was closed.
 */
int boxed_run(const char *command, const struct boxed_options *options, const int fds[static 3],
              struct cupel_cgroup_search *ret_search, struct cupel_outcome *ret);

#endif
