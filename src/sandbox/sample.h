/*
 * What a run's processes use right now, read from the run's own /proc. Serves the CPU deadline
 * and the memory watchdog where no cgroup does.
 *
 * A sampler remembers what it saw: processes that used no CPU time since are not read again,
 * since nothing of theirs can have grown, and what a process used stays counted when it is
 * gone.
 */
#ifndef CUPEL_SANDBOX_SAMPLE_H
#define CUPEL_SANDBOX_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cupel/error.h"

struct sampler;

/* An inode that is none of the run's: what its standard streams are. */
struct sampler_stream {
    dev_t device;
    ino_t inode;
};

/* Descriptors are borrowed, and what they cannot tell (-1) is not counted. */
struct sampler_sources {
    int proc_fd;
    int sockets_fd;  /* NETLINK_SOCK_DIAG, in the run's network namespace */
    int segments_fd; /* /proc/sysvipc/shm of the run's ipc namespace */
    int reaped_fd;   /* begins with the CPU time in ns of what init reaped */
    bool internet;   /* there may be sockets of other families than AF_UNIX */
    struct sampler_stream streams[3];
};

struct sample {
    /* Of living processes, of those gone as last seen, of what others reaped: never too much.
     */
    uint64_t cpu_ns;
    uint64_t memory_bytes; /* never too little of what can be seen */
    uint64_t processes;    /* threads count as well; init does not */
    bool rough;            /* memory may be less: sampler_settle() tells */
    bool asleep;           /* no process has run since the last look: all is as it was */
};

CUPEL_MUST_CHECK int sampler_new(const struct sampler_sources *sources, struct sampler **ret,
                                 struct cupel_error *err);
void sampler_free(struct sampler *sampler); /* NULL is allowed */

/*
 * ret: on success only. Returns 0; -ESRCH if the run has ended; -errno; -EAGAIN, without err,
 * where many processes are new: nothing was looked at but how many there are, and the next call
 * takes long.
 */
CUPEL_MUST_CHECK int sampler_look(struct sampler *sampler, struct sample *ret,
                                  struct cupel_error *err);

/*
 * What locks of byte ranges take at the most, in bytes; more than `most` is not counted on. Of
 * one sampler, this is asked for or looks are. Returns 0; -errno with err.
 */
CUPEL_MUST_CHECK int sampler_locks(struct sampler *sampler, uint64_t most, uint64_t *ret,
                                   struct cupel_error *err);

size_t sampler_count(const struct sampler *sampler); /* processes of the last look */

/* Kill the processes of the last look. */
void sampler_kill(const struct sampler *sampler);

struct sampler_settled {
    uint64_t bytes;
    uint64_t sure_bytes; /* at least so much, whoever shares pages with whom */
    bool complete;       /* all processes were read: bytes is exact */
};

/*
 * The memory of the last look's processes, exactly: shared pages are divided among those that
 * share them, and what is in files or behind descriptors counts once. Slow; without all, only
 * processes that ran since they were settled are read again, so that pages which one of the
 * others does not share any longer may be missing. Errors as of sampler_look().
 */
CUPEL_MUST_CHECK int sampler_settle(struct sampler *sampler, bool all,
                                    struct sampler_settled *ret, struct cupel_error *err);

#endif
