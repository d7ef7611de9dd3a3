/* A sampler as the files of this module see it. */
#ifndef CUPEL_SANDBOX_SAMPLE_INTERNAL_H
#define CUPEL_SANDBOX_SAMPLE_INTERNAL_H

#include "sandbox/proc_text.h"
#include "sandbox/sample.h"

/* What a pipe holds at the most: fs.pipe-max-size, which only root exceeds. */
#define SAMPLE_PIPE_BYTES (1U << 20)

enum sample_kind { SAMPLE_MEMFD, SAMPLE_PIPE };

/* Memory behind a descriptor, or a file without name that is mapped. */
struct sample_held {
    enum sample_kind kind;
    uint64_t device;
    uint64_t inode;
    uint64_t bytes; /* at most */
    uint64_t look;  /* the one that saw it so */
    int pid;
    int fd;
};

struct sample_process {
    int pid;
    int view;    /* the thread by which its memory and descriptors are seen: the first may have
                    ended */
    int stat_fd; /* kept open while there are few; or -1 */
    int status_fd;
    int schedstat_fd;
    bool has_clock;      /* the kernel tells its CPU time to the nanosecond */
    uint64_t cpu_ns;     /* its own */
    uint64_t slices;     /* how often its threads got a processor */
    uint64_t changed_ns; /* CLOCK_MONOTONIC, when one of these was seen to change */
    uint64_t reaped_ns;  /* of children that it reaped, as far as ticks tell */
    uint64_t threads;
    uint64_t kernel_bytes; /* page tables, stacks, objects; huge pages of hugetlbfs */
    uint64_t anonymous_bytes;
    uint64_t shared_bytes; /* of tmpfs in the wide sense */
    bool settled;          /* and has not run since */
    uint64_t settled_bytes;
    uint64_t sure_bytes;    /* of these, at least, it shares with nobody */
    uint64_t maps_due_ns;   /* when shared memory is looked for again; 0: it never was */
    uint64_t shared_before; /* shared_bytes when it was */
    bool maps_memory;       /* of the kernel's own tmpfs, as far as we may look */
    uint64_t objects_bytes; /* part of kernel_bytes: as of sample_objects_read() */
    uint64_t objects_due_ns;
    bool objects_stale; /* it has run since */
    struct sample_held *held;
    size_t held_count;
};

struct sampler {
    struct sampler_sources sources;
    int pidns_fd;           /* of the run; -1: not found yet */
    uint64_t memory_device; /* of the kernel's own tmpfs: memfd, segments, shared mappings */
    uint64_t proc_device;
    uint64_t longest_text; /* in the run's /proc, of those with lists */
    uint64_t looks;
    uint64_t gone_ns;        /* CPU time of processes that are gone, as last seen */
    uint64_t gone_before_ns; /* the same, at the last look */
    uint64_t ended_ns;       /* of all that are gone, also of those that were not seen */
    uint64_t init_reaped_ns;
    struct sample_process *processes; /* by pid, without init */
    size_t count;
    size_t kept_open;     /* of the processes' files */
    bool maps_are_closed; /* to us: we are not root */
    bool shares;          /* some process had memory of the kernel's tmpfs mapped */
    struct sample last;
    char text[PROC_TEXT_SIZE];
};

/* sample.c: the processes of now, with what is known of those that were there before. Returns 0
 * or -errno. */
CUPEL_MUST_CHECK int sample_list_refresh(struct sampler *sampler);

/* sample_process.c */

/* Look at CPU time. Returns 1 if the process may have run since the last look; 0; -errno. */
CUPEL_MUST_CHECK int sample_process_wake(struct sampler *sampler,
                                         struct sample_process *process);
/* Its pid in our own namespace; 0 or below where the kernel does not tell. */
int sample_process_own_pid(struct sampler *sampler, int pid);
bool sample_process_exists(const struct sampler *sampler, const struct sample_process *process);
/* Read how many threads it has, its pages, and who shows them. Returns 0; -ESRCH; -errno. */
CUPEL_MUST_CHECK int sample_process_see(struct sampler *sampler,
                                        struct sample_process *process);
/* The same and all else. Returns 0; -ESRCH; -errno. */
CUPEL_MUST_CHECK int sample_process_read(struct sampler *sampler,
                                         struct sample_process *process);
/* Look for a thread that lives, and see the process by it. Returns whether there is one; its
 * status is in the sampler's text then. */
bool sample_process_find_view(struct sampler *sampler, struct sample_process *process);
void sample_process_clear(struct sampler *sampler, struct sample_process *process);

/* sample_objects.c: counted less often than all else, but also once a process sleeps */
void sample_objects_ran(const struct sampler *sampler, struct sample_process *process);
bool sample_objects_due(const struct sample_process *process, uint64_t now_ns);
void sample_objects_read(struct sampler *sampler, struct sample_process *process);

/* sample_held.c */
CUPEL_MUST_CHECK int sample_held_read(struct sampler *sampler, struct sample_process *process);
/* What all processes hold, each inode once, sorted; for the caller to free. */
CUPEL_MUST_CHECK int sample_held_merge(const struct sampler *sampler, struct sample_held **ret,
                                       size_t *ret_count);
bool sample_held_has(const struct sample_held *held, size_t count, uint64_t device,
                     uint64_t inode);
/* What is in a pipe, in pages. */
uint64_t sample_held_pipe(const struct sampler *sampler, const struct sample_held *pipe);

/* sample_sockets.c: bytes in all socket buffers of the network namespace */
uint64_t sample_sockets(int sockets_fd, bool internet);

/* Bytes in System V segments. */
uint64_t sample_segments(struct sampler *sampler);

#endif
