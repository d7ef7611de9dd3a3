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
    CUPEL_INPUT_FED,  /* what cupel_run_feed() hands over while the run lasts */
};

struct cupel_input {
    enum cupel_input_kind kind;
    const void *bytes; /* borrowed until the run is done */
    size_t len;
    int fd; /* borrowed, as above */
};

struct cupel_run;

#define CUPEL_RUN_FILES_MAX   1024
#define CUPEL_RUN_FILES_BYTES (64U << 20) /* of all together */

/*
 * A file that is there when the command starts, with folders on the way to it. The run owns it,
 * and may change it. Whatever else is in the way in the run's view of the box is removed: the
 * learner's build may have left it. It is no part of the run's disk quota.
 */
struct cupel_run_file {
    const char *path; /* below /box or /tmp, without "." and ".." */
    const void *bytes;
    size_t len;
    bool executable;
};

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
    /* Another run alike will follow in this lane, and no run writes to the box directly until
     * then: the lane may make its namespaces and its view of the box ahead. */
    bool more;
    /* No run will follow in any lane: the cell ends as soon as it has told of this one's end,
     * while the caller does other things, before it frees it. */
    bool last;
    struct cupel_input input;
    const struct cupel_run_file *files;
    size_t file_count; /* at most CUPEL_RUN_FILES_MAX */
    bool keeps_files;  /* cupel_run_read_file() may be called within done() */
    int report_fd;     /* becomes descriptor 3 of the command, and of it alone; 0: none */
    /* Init listens at /cupel/broker of the run's view, an AF_UNIX SOCK_SEQPACKET socket that
     * the command may connect to, and the command may execute /cupel/exec; the cell must have
     * exec_path. broker() is called once; listener_fd, which does not block, is the receiver's
     * to close. */
    bool has_broker;
    void (*broker)(void *owner, struct cupel_run *run, int listener_fd);
    /* With CUPEL_INPUT_FED: all that was fed has been passed on, or the command reads no more,
     * which the next cupel_run_feed() tells. May be NULL. */
    void (*fed)(void *owner, struct cupel_run *run);
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

/*
 * Hand over what the command may read next, with CUPEL_INPUT_FED. It is copied; fed() is called
 * from the loop, never within, so whoever waits for it each time keeps the copy small. Returns
 * 0; -ENOMEM; -EPIPE if the command reads no more, or after cupel_run_feed_end().
 */
CUPEL_MUST_CHECK int cupel_run_feed(struct cupel_run *run, const void *bytes, size_t len);

/* The command meets the end of its input behind what was fed. */
void cupel_run_feed_end(struct cupel_run *run);

/*
 * Read a file that is in the run's view of the box at its end; within done(), if keeps_files
 * was set. path: relative to /box. *ret is freed by the caller, and *ret_len bytes long with a
 * NUL behind. Returns 0; -EFBIG if it has more than max bytes; -ENOENT; -ELOOP if it is a link,
 * or one is on the way; -EINVAL if it is no regular file, or path is not plain; -EACCES if its
 * mode forbids; -EBADF if the run did not begin, the sandbox failed, or keeps_files was not
 * set; -errno. What the run wrote may be anything: these are no errors of ours.
 */
CUPEL_MUST_CHECK int cupel_run_read_file(struct cupel_run *run, const char *path, size_t max,
                                         char **ret, size_t *ret_len, struct cupel_error *err);

/* End a run at work before its time. done() is called when all of it is dead, and told that the
 * wall time is up. */
void cupel_run_kill(struct cupel_run *run);

/* Kill the run if it is at work (done() is not called then) and release it. NULL is allowed. */
void cupel_run_free(struct cupel_run *run);

/* Start, wait and free in one call. *ret is set on success; request->done is ignored. */
CUPEL_MUST_CHECK int cupel_run_wait(struct cupel_cell *cell, unsigned lane,
                                    const struct cupel_run_request *request,
                                    struct cupel_outcome *ret, struct cupel_error *err);

#endif
