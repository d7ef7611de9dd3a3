/* A worker as its files see it; worker.c tells how it works. */
#ifndef CUPEL_SERVICE_WORKER_H
#define CUPEL_SERVICE_WORKER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "cupel/error.h"
#include "cupel/loop.h"
#include "queue/queue.h"
#include "service/notify.h"
#include "service/worker_child.h"
#include "service/worker_files.h"
#include "service/worker_lines.h"

/* Times are microseconds by CLOCK_MONOTONIC. */
#define WORKER_NEVER      INT64_MAX
#define WORKER_RESULT_MAX (256U << 20) /* bytes of a document that is kept */
#define WORKER_TELL_US    100000       /* between news of a job */

struct worker_options {
    const char *queue;
    const char *name;
    const char *work;
    const char *cgroup; /* NULL: what there is */
    unsigned slots;
    uint64_t memory_bytes;
    unsigned cpus_milli;
    int64_t lease_us;
    int64_t drain_us;
    int64_t job_us;
    bool stop_at_eof; /* of standard input */
};

/* Why a job is ended before its child has. */
enum worker_stop {
    WORKER_GOES_ON,
    WORKER_STALE, /* it is another's, or may be */
    WORKER_CANCELLED,
    WORKER_DRAINED,
    WORKER_TOO_LONG,
};

/* What the queue is to be told of a job. */
enum worker_saying {
    WORKER_SAYS_NOTHING, /* not yet */
    WORKER_SAYS_DONE,
    WORKER_SAYS_FAILED,
    WORKER_SAYS_GIVEN_BACK, /* another shall do it, and it costs no attempt */
};

struct worker_end {
    enum worker_saying saying;
    char *why;                          /* it failed, or was given back */
    int result_fd;                      /* the document, until it is a blob; -1: none */
    char sha256[CUPEL_SHA256_HEX_SIZE]; /* of that blob; "": it is none yet */
    char *status;
    char *facts; /* NULL: none */
    bool has_score;
    int64_t score_micro;
    int64_t max_score_micro;
    uint64_t grader_memory_bytes; /* of a check that has passed; 0: not known */
};

struct worker;

struct worker_job {
    struct worker *worker;
    struct worker_job *next;
    struct cupel_job *asked;
    struct cupel_lease lease;
    int64_t lease_until_us; /* at least, as we know it */
    int64_t begun_us;
    char folder[PATH_MAX]; /* its own; "": none */
    char grader[PATH_MAX]; /* its grader's tree; "": it has none */
    bool is_running;       /* child and the sources are there */
    bool is_over;          /* nothing is left to do but to free it */
    struct worker_child child;
    struct cupel_source ended;  /* the child's pidfd */
    struct cupel_source events; /* a pipe from it; fd -1: none */
    json_t *lint; /* of a check job: what cupel lint said, once it has; its child tests then */
    struct worker_lines lines; /* events */
    int64_t tell_us;           /* not before */
    enum worker_stop stop;
    struct worker_end end;
};

struct worker {
    const struct worker_options *options;
    const char *cupel;  /* the program */
    const char *cgroup; /* its option --cgroup */
    char cache[PATH_MAX];
    int log_fd;
    struct worker_files files;
    struct notify notify;
    struct cupel_loop *loop;
    struct cupel_queue *queue;
    struct cupel_source ear;     /* fd -1: we hear nothing */
    struct cupel_source signals; /* signalfd(2) */
    struct cupel_source input;   /* standard input; fd -1: whatever it says */
    struct worker_job *jobs;
    unsigned running;
    uint64_t done;       /* jobs, since the start */
    int64_t wake_us;     /* the next turn is due then, if nothing happens before */
    int64_t look_us;     /* for a job */
    int64_t schedule_us; /* for one that recurs */
    int64_t beat_us;     /* extend leases */
    int64_t care_us;     /* whether jobs are still ours to do may be looked at again */
    bool has_news;       /* and shall be */
    int64_t ask_us;      /* the queue is out of reach until then; 0: it is not */
    int64_t ask_backoff_us;
    int64_t listen_us;
    int64_t probe_us; /* this machine is unwell until then; 0: it is not */
    int64_t probe_backoff_us;
    unsigned faults;   /* of the platform's, since a job was finished */
    int64_t report_us; /* to systemd, next */
    unsigned signal_count;
    int64_t drain_us;   /* what runs is killed then */
    int64_t give_up_us; /* and we end then, whoever was not told */
};

int64_t worker_now_us(void);

/* The next turn shall not be later. */
void worker_wake(struct worker *worker, int64_t at_us);

/* One JSON object on a line of the log. job: NULL: of none; fmt: NULL: no text. */
void worker_log(const struct worker *worker, const char *level, const char *event,
                const struct worker_job *job, const char *fmt, ...) CUPEL_PRINTF(5, 6);

/* Whether the queue may be asked now. */
bool worker_may_ask(struct worker *worker);
/* Note what it answered. Returns whether it was out of reach or busy, so that the same has to
 * be asked again. */
bool worker_has_lost(struct worker *worker, int r, const struct cupel_error *err);

/* This machine cannot do a job, or not one after the other: none is taken for a while, which is
 * longer each time until one is finished. r: a negative errno, or 0. */
void worker_is_unwell(struct worker *worker, int r, const char *why);

/*
 * worker_job.c: begin a job that was leased until then, which is the worker's now whatever
 * comes of it.
 */
void worker_job_begin(struct worker *worker, struct cupel_job *asked, int64_t lease_until_us);
/* End its child, if it runs; what follows is the loop's to find out. */
void worker_job_stop(struct worker_job *job, enum worker_stop stop);
void worker_job_free(struct worker_job *job);
/* Start the next child of a job, or make an end of why that cannot be. */
void worker_job_start(struct worker_job *job);

/* worker_end.c: make an end of how the job's child ended (waitpid(2)), or start its next one.
 */
void worker_end_of(struct worker_job *job, int status);
void worker_end_failed(struct worker_job *job, const char *fmt, ...) CUPEL_PRINTF(2, 3);
/* What was begun is ended for a reason of the worker's: given back, unless it is to be done at
 * most once. */
void worker_end_interrupted(struct worker_job *job, const char *why);
/* What it is made of cannot be had or written: by the queue's fault, the job's, or ours. */
void worker_end_unprepared(struct worker_job *job, int r, const struct cupel_error *err);
/* It cannot be begun on this machine. */
void worker_end_unable(struct worker_job *job, int r, const struct cupel_error *err);
void worker_end_clear(struct worker_end *end);

/* worker_tell.c: tell the queue how it ended, now if that is possible. */
void worker_tell_end(struct worker_job *job);
void worker_tell_events(struct worker_job *job);

/* worker_care.c, once a turn: let jobs go whose leases have run out, since we could not tell
 * the queue, and end those that take too long; extend all leases, at a third of their time;
 * look whether jobs are still to be done, where something has changed. */
void worker_forget_lost(struct worker *worker, int64_t now_us);
void worker_beat(struct worker *worker, int64_t now_us);
void worker_care(struct worker *worker, int64_t now_us);

/* worker_signals.c: hear of signals, and of the end of standard input, which is one. */
CUPEL_MUST_CHECK int worker_watch_signals(struct worker *worker, struct cupel_error *err);
/* What a child that was killed has left behind is ours (PR_SET_CHILD_SUBREAPER), wherever we
 * run. A child itself is reaped with its job. */
void worker_reap_orphans(const struct worker *worker);

/* worker_loop.c: let systemd and the queue hear of us, between parts of what takes long. */
void worker_stay_alive(struct worker *worker);

/* worker_loop.c: work until a signal ends it. */
CUPEL_MUST_CHECK int worker_work(struct worker *worker, struct cupel_error *err);

#endif
