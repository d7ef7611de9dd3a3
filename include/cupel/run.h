/* Runs: one command in a cell, in fresh pid, mount and ipc namespaces. */
#ifndef CUPEL_RUN_H
#define CUPEL_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/cell.h"
#include "cupel/error.h"
#include "cupel/loop.h"
#include "cupel/outcome.h"
#include "cupel/policy.h"

enum cupel_box_mode {
    CUPEL_BOX_DIRECT, /* what the run writes stays for later runs: build steps, unpacking */
    CUPEL_BOX_FRESH,  /* a copy-on-write view that is gone when the run ends: tests */
};

enum cupel_stream { CUPEL_STDOUT, CUPEL_STDERR };

/* What the command may read as standard input. */
enum cupel_input_kind {
    CUPEL_INPUT_BYTES, /* bytes and len, fed through a pipe; len 0: at its end at once */
    CUPEL_INPUT_RELAY, /* what can be read from fd, passed on through a pipe while the run lasts
                        */
    CUPEL_INPUT_FILE, /* fd itself becomes descriptor 0: for sealed memfds given to trusted code
                       */
};

struct cupel_input {
    enum cupel_input_kind kind;
    const void *bytes; /* borrowed until the run is done */
    size_t len;
    int fd; /* borrowed, as above */
};

struct cupel_run;

/* Everything is borrowed until done() has been called. */
struct cupel_run_request {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH of env */
    const char *const
        *environment;  /* "K=V", NULL-terminated; nothing else is in the environment */
    const char *chdir; /* absolute, NULL: /box */
    const struct cupel_policy *policy;
    const struct cupel_filter *filter; /* compiled from policy */
    /* The same policy compiled to CUPEL_FILTER_NOTIFY, to list the calls that it denies; NULL:
     * do not. With it, the outcome's denied is for done() or the caller to clear. */
    const struct cupel_filter *notify_filter;
    /* If it is set, a call that rules of the policy deny, but no invariant, is made, and told
     * here instead of listed. */
    void (*learn)(void *owner, int number, const uint64_t arguments[static 6]);
    struct cupel_limits limits;
    const char *const *extra_read_only; /* further paths that Landlock shall allow; or NULL */
    const char *const *extra_writable;
    enum cupel_box_mode box;
    struct cupel_input input;
    /* Output as it comes; may be NULL. bytes are valid during the call only. */
    void (*output)(void *owner, enum cupel_stream stream, const void *bytes, size_t len);
    /* The run has ended, every process of it is dead, and all of its output has been passed on.
     * The run may be freed within. */
    void (*done)(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome);
    void *owner;
};

/*
 * Start a command in a lane (0 to lanes-1) that has no run at work. Returns 0 and sets *ret,
 * and done() will be called from the loop; or -errno, and nothing was started. A failure of the
 * sandbox after that is an outcome, CUPEL_RUN_SANDBOX_ERROR.
 */
CUPEL_MUST_CHECK int cupel_run_start(struct cupel_loop *loop, struct cupel_cell *cell,
                                     unsigned lane, const struct cupel_run_request *request,
                                     struct cupel_run **ret, struct cupel_error *err);

/* Kill the run if it is at work (done() is not called then) and release it. NULL is allowed. */
void cupel_run_free(struct cupel_run *run);

/* Start, wait and free in one call. *ret is set on success; request->done is ignored. */
CUPEL_MUST_CHECK int cupel_run_wait(struct cupel_cell *cell, unsigned lane,
                                    const struct cupel_run_request *request,
                                    struct cupel_outcome *ret, struct cupel_error *err);

#endif
