/* A run as the files of this module see it. */
#ifndef CUPEL_SANDBOX_RUN_INTERNAL_H
#define CUPEL_SANDBOX_RUN_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/run.h"
#include "sandbox/cell_internal.h"
#include "sandbox/cgroup_leaf.h"
#include "sandbox/denied_credit.h"
#include "sandbox/denied_table.h"
#include "sandbox/sample.h"

struct run_output {
    struct cupel_source source;
    enum cupel_stream stream;
    uint64_t bytes; /* read so far */
    uint64_t max;   /* a byte more than this is a breach */
};

struct run_input {
    struct cupel_source pipe;  /* the end that is written to */
    struct cupel_source relay; /* what is passed on, CUPEL_INPUT_RELAY; fd borrowed */
    int read_end;              /* kept, so that writing never meets a pipe without a reader */
    const unsigned char *next;
    size_t left;
    unsigned char *buffer; /* of the relay, or of what was fed */
    size_t buffer_size;    /* of what was fed, as the next */
    bool fed_all;          /* nothing more will be fed */
};

/* What the next look builds on. */
struct run_watchdog {
    struct sampler *sampler; /* NULL before STARTED */
    struct sampler_stream streams[3];
    struct sample last;
    uint64_t look_ns;   /* between the last look and the next */
    uint64_t settle_ns; /* CPU time spent on exact figures */
    uint64_t settle_all_due_ns;
    uint64_t looked_ns; /* when the last look began; CLOCK_MONOTONIC, as all times here */
    uint64_t looked_before_ns; /* the one before it */
    uint64_t growth_per_us;    /* in bytes, between these two */
    bool urgent;               /* a limit is near */
    bool pauses;               /* the run is to be stopped for the next look */
    bool paused;               /* it is, or is about to be */
    uint64_t pauses_before;    /* that, by init's count */
    uint64_t pause_due_ns;     /* when it is looked at, stopped or not */
};

/* A process that was sent SIGSYS for a call. */
struct run_dying {
    int pidfd; /* -1: none */
    uint64_t due_ns;
};

#define RUN_DYING_MAX 8

struct run_denied {
    struct cupel_source listener;  /* fd owned; -1: the last process of the run is gone */
    struct cupel_source pause;     /* timerfd; fd -1 before it is needed, as the next */
    struct cupel_source last_word; /* timerfd */
    struct denied_credit credit;
    struct run_dying dying[RUN_DYING_MAX];
    size_t next_dying;
    bool ran_out_of_files; /* a process that failed: see open_files.h */
    struct denied_table table;
};

struct cupel_run {
    struct cupel_loop *loop;
    struct cupel_cell *cell;
    struct cell_channel *lane;
    struct cupel_run_request request;
    struct cupel_source channel;
    struct run_input input;
    struct run_output outputs[2]; /* by enum cupel_stream */
    struct cupel_source
        deadline; /* timerfd: wall clock, and how long set-up and killing may take */
    struct cupel_source
        check; /* timerfd: the earliest time at which CPU or memory can be used up */
    struct cgroup_leaf leaf;
    int init_pidfd; /* -1 before STARTED */
    int proc_fd;
    int scratch_fd;
    int sockets_fd;
    int segments_fd;
    int reaped_fd;
    int box_fd;                /* of the run's view, O_PATH; -1: files are not kept */
    struct run_denied *denied; /* NULL before LISTENER */
    struct run_watchdog watchdog;
    uint64_t locks_due_ns;       /* CLOCK_MONOTONIC, by cgroup_watch.c */
    uint64_t locks_cpu_ns;       /* what the run had used when they were counted */
    bool has_locks;              /* so many then that they matter */
    uint64_t scratch_base_bytes; /* what the box held before a run that writes to it */
    uint64_t asked_ns;           /* CLOCK_MONOTONIC, at RUN; the next at STARTED */
    uint64_t started_ns;
    uint64_t cpu_ns;            /* as sampled */
    uint64_t memory_peak_bytes; /* as sampled */
    uint64_t processes_peak;    /* as sampled */
    enum cupel_limit breach;
    uint64_t breach_ns;
    struct cupel_error error; /* code not 0: the sandbox failed */
    bool killed;              /* by cupel_run_kill() */
    uint64_t away_before_ns;  /* loop_away_ns() at its start */
    bool finished;
};

/* run_scratch.c: memory of files that the run has written; of files in a box that it writes to
 * directly. */
uint64_t run_scratch_bytes(const struct cupel_run *run);
uint64_t run_box_bytes(const struct cupel_run *run);

/* request.c: the frame that asks for a run. Returns its length or -errno. */
CUPEL_MUST_CHECK int run_encode(const struct cupel_run *run, void *buf, size_t size,
                                struct cupel_error *err);

/* Whether a cgroup limits what the bits CUPEL_CGROUP_… name. */
bool run_has_controllers(const struct cupel_run *run, unsigned bits);

/* Whether the cell is asked for a listener. */
bool run_listens(const struct cupel_run *run);

/* Whether the run gets no huge pages: with a small limit they would be filled too fast. */
bool run_has_small_pages(const struct cupel_run *run);

/* run_io.c: pipes. ret_stdio: the command's ends, for the caller to close. */
CUPEL_MUST_CHECK int run_io_open(struct cupel_run *run, int ret_stdio[static 3],
                                 struct cupel_error *err);
CUPEL_MUST_CHECK int run_io_watch(struct cupel_run *run, struct cupel_error *err);
/* run_fail(), with a deed and errno. */
void run_io_fail(struct cupel_run *run, const char *deed);
/* Pass on what is still in the pipes; every process of the run is dead. */
void run_io_drain(struct cupel_run *run);
void run_io_close(struct cupel_run *run);
/* The command gets no more input. */
void run_io_end_input(struct cupel_run *run);

/* run_feed.c: the pipe takes more of what was fed, or nobody reads it any more. */
void run_feed_ready(struct cupel_source *source, uint32_t events);

/* run_files.c: files placed in the run, and read back from it */

/* Whether files, broker and report of a request are in order. Returns 0; -EINVAL. */
CUPEL_MUST_CHECK int run_files_check(const struct cupel_run_request *request,
                                     const struct cupel_cell *cell, struct cupel_error *err);
/* A descriptor of their contents, one behind the other, for the caller to close; -errno. */
CUPEL_MUST_CHECK int run_files_pack(const struct cupel_run_request *request,
                                    struct cupel_error *err);
/* Their list for the frame, to be freed, its paths borrowed; NULL if there are none, or no
 * memory. */
struct cupel_wire_file *run_files_list(const struct cupel_run_request *request,
                                       size_t *ret_count);

/* run_watch.c: deadlines */
CUPEL_MUST_CHECK int run_watch_open(struct cupel_run *run, const int stdio[static 3],
                                    struct cupel_error *err);
/* STARTED has come: the limits count from now. */
void run_watch_started(struct cupel_run *run);
/* The run was killed: nothing is to be checked, and its end must come soon. */
void run_watch_killed(struct cupel_run *run);
void run_watch_close(struct cupel_run *run);
CUPEL_MUST_CHECK int run_watch_open_timer(struct cupel_run *run, struct cupel_source *timer,
                                          struct cupel_error *err);
void run_watch_arm(struct cupel_run *run, const struct cupel_source *timer, uint64_t after_ns);

/* cgroup_watch.c: looks at CPU time, by run->check. */
CUPEL_MUST_CHECK int cgroup_watch_open(struct cupel_run *run, struct cupel_error *err);
void cgroup_watch_started(struct cupel_run *run);

/* watchdog.c: looks at CPU time and memory, by run->check. What stops and closes that timer is
 * run_watch.c. */
CUPEL_MUST_CHECK int watchdog_open(struct cupel_run *run, const int stdio[static 3],
                                   struct cupel_error *err);
void watchdog_started(struct cupel_run *run);
/* Init was asked to end the run. What grows is killed from here as well: init may wait for its
 * turn. */
void watchdog_killed(struct cupel_run *run);
void watchdog_close(struct cupel_run *run);

/* denied.c: calls that the policy denies. *listener_fd is taken over on success.
 * Returns 0; -EPROTO if it is no listener, or none was asked for; -errno. */
CUPEL_MUST_CHECK int denied_open(struct cupel_run *run, int *listener_fd,
                                 struct cupel_error *err);
void denied_close(struct cupel_run *run);

/* run_late.c: whose fault it is that a run's wall time is up */

/* How long the supervisor was away since the run was asked for: see loop_away_ns(). */
uint64_t run_away_ns(const struct cupel_run *run);
/* Whether somebody outside has stopped the run's init, so that it notices no end. */
bool run_init_is_stopped(const struct cupel_run *run);

/* outcome.c */
void run_describe(const struct cupel_run *run, const struct cupel_wire_exited *exited,
                  struct cupel_outcome *ret);
void run_describe_failure(const struct cupel_run *run, struct cupel_outcome *ret);

/* run.c: to the run's init, if it is there yet. */
void run_signal_init(const struct cupel_run *run, int signal_number);
/* A limit was reached (the first one counts), or the sandbox failed: end the run. */
void run_breach(struct cupel_run *run, enum cupel_limit limit);
/* done() is called later, from the loop. */
void run_fail(struct cupel_run *run, const struct cupel_error *error);
/* The last thing that is done with a run: done() may free it. */
void run_finish(struct cupel_run *run, const struct cupel_outcome *outcome);
/* Give up waiting for the end of a run that failed. The run may be gone afterwards. */
void run_abandon(struct cupel_run *run);

/* run_answer.c: what the cell answers to a RUN. run->asked_ns is set. */
void run_answer_ready(struct cupel_source *source, uint32_t events);

#endif
