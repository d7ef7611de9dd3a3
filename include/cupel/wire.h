/*
 * Frames between the supervisor and a cell: encoding, decoding, and which frame is permitted
 * when.
 *
 * A channel is a SOCK_SEQPACKET socket pair, so that one packet is one frame: a header of 8
 * bytes (magic, type) and a body of at most CUPEL_WIRE_MAX bytes in all, in the machine's byte
 * order. What comes from a cell is hostile input. Pure: no I/O here.
 */
#ifndef CUPEL_WIRE_H
#define CUPEL_WIRE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

#define CUPEL_WIRE_MAX       131072
#define CUPEL_WIRE_FDS_MAX   80 /* descriptors that one frame may carry */
#define CUPEL_WIRE_LANES_MAX 64
#define CUPEL_WIRE_STRINGS   8192 /* elements of one list of strings */
#define CUPEL_WIRE_MOUNTS    256
#define CUPEL_WIRE_RULES     256
#define CUPEL_WIRE_RLIMITS   16
#define CUPEL_WIRE_FILES     1024
#define CUPEL_WIRE_ALIASES   8
/* Sent to a run's init, asks it to kill every process of the run; to stop them all, and to let
 * them go on. Of two that wait, the lowest number is taken first, so the end comes last. */
#define CUPEL_WIRE_STOP_SIGNAL   SIGTERM
#define CUPEL_WIRE_PAUSE_SIGNAL  SIGUSR1
#define CUPEL_WIRE_RESUME_SIGNAL SIGUSR2

#define CUPEL_WIRE_FILTER 4096 /* instructions: BPF_MAXINSNS */

enum cupel_wire_type {
    CUPEL_WIRE_SETUP = 1, /* to the cell: what it shall be */
    CUPEL_WIRE_RUN,       /* to the cell: execute a command */
    CUPEL_WIRE_READY,     /* from the cell: set up */
    CUPEL_WIRE_STARTED,   /* from the cell: the run's init is there */
    CUPEL_WIRE_LISTENER,  /* from the cell: who is told of the command's denied calls */
    CUPEL_WIRE_EXITED,    /* from the cell: every process of the run is dead */
    CUPEL_WIRE_FAILED,    /* from the cell: it could not do what the last frame asked */
};

/* A channel as the supervisor sees it. */
enum cupel_wire_state {
    CUPEL_WIRE_NEW,       /* nothing sent */
    CUPEL_WIRE_WAITING,   /* SETUP sent */
    CUPEL_WIRE_IDLE,      /* a RUN may be sent */
    CUPEL_WIRE_ASKED,     /* RUN sent */
    CUPEL_WIRE_RUNNING,   /* STARTED received */
    CUPEL_WIRE_LISTENING, /* LISTENER received, which comes once or not at all */
    CUPEL_WIRE_BROKEN,    /* nothing more is permitted */
};

/*
 * The table of what is permitted: the state after a frame of type with fd_count descriptors in
 * state. Returns 0 and sets *ret; -EPROTO if the frame is not permitted there, or carries other
 * than its number of descriptors (SETUP: any number; RUN: 3 to 6; STARTED: 6 to 8; READY,
 * LISTENER: 1; others: none). Which of RUN's and STARTED's there are, the RUN tells.
 */
CUPEL_MUST_CHECK int cupel_wire_next(enum cupel_wire_state state, enum cupel_wire_type type,
                                     size_t fd_count, enum cupel_wire_state *ret);

struct cupel_wire_mount {
    const char *source;
    const char *destination;
    bool writable;
    bool optional;
};

struct cupel_wire_alias {
    const char *path;   /* in the cell */
    const char *folder; /* relative to /box */
};

/* Descriptors: cupel-unpack if has_unpack, cupel-exec if has_exec, then a channel for each lane
 * if there is more than one lane. */
struct cupel_wire_setup {
    uint32_t lanes;
    bool has_unpack;
    bool has_exec;
    bool loopback;
    bool copy_box; /* never overlayfs: what a host without it would do */
    uint64_t box_bytes;
    uint64_t box_inodes;
    struct cupel_wire_mount mounts[CUPEL_WIRE_MOUNTS];
    size_t mount_count;
    struct cupel_wire_alias aliases[CUPEL_WIRE_ALIASES];
    size_t alias_count;
};

enum cupel_wire_access {
    CUPEL_WIRE_READ,    /* read and execute, files and folders */
    CUPEL_WIRE_WRITE,   /* everything */
    CUPEL_WIRE_DEVICE,  /* read and write a device node */
    CUPEL_WIRE_INSPECT, /* read files and folders, execute nothing: /proc */
    CUPEL_WIRE_LIST,    /* read folders */
    CUPEL_WIRE_ACCESSES,
};

struct cupel_wire_rule {
    const char *path;
    enum cupel_wire_access access;
};

/* A file to place in the run's view. */
struct cupel_wire_file {
    const char *path; /* below /box or /tmp */
    uint64_t len;
    bool executable;
};

/* Descriptors: 0, 1 and 2 of the command, its cgroup if has_cgroup, a file with the contents of
 * files, one behind the other, if there are any, and 3 of the command if has_report. */
struct cupel_wire_run {
    bool fresh_box;
    bool loopback;
    bool has_cgroup;
    bool has_report;
    bool has_broker;
    bool keeps_files;
    bool small_pages; /* no huge ones: memory grows in steps that can be followed */
    bool more;        /* a run alike follows, and nothing writes the box until then */
    uint64_t disk_bytes;
    uint64_t inodes;
    uint64_t rlimits[CUPEL_WIRE_RLIMITS]; /* by RLIMIT_ number; RLIM_INFINITY: none */
    const char *chdir;
    const char **argv;        /* NULL-terminated; see cupel_wire_run_clear() */
    const char **environment; /* likewise */
    struct cupel_wire_rule rules[CUPEL_WIRE_RULES];
    size_t rule_count;
    struct cupel_wire_file *files; /* likewise, but no NULL; NULL if there are none */
    size_t file_count;
    const void *filter; /* struct sock_filter[filter_count], unaligned */
    size_t filter_count;
    const void *notify_filter; /* used instead where LISTENER can be sent; or NULL */
    size_t notify_filter_count;
};

/* Descriptor: /box. */
struct cupel_wire_ready {
    uint32_t landlock_abi;
};

/*
 * STARTED has no body. It is sent by the run's init when all is set up but the command itself.
 * Descriptors: a pidfd of init; the run's /proc (readable); the root of the tmpfs behind /tmp
 * (O_PATH); a NETLINK_SOCK_DIAG socket of its network namespace; /proc/sysvipc/shm of its ipc
 * namespace; a memfd that begins with the CPU time in ns of all that init has reaped, and how
 * often it has stopped the run for CUPEL_WIRE_PAUSE_SIGNAL (uint64_t[2]); the run's /box
 * (O_PATH) if the RUN keeps_files; the socket that listens at /cupel/broker if it has_broker.
 * /dev/null stands for the socket or the segments where the kernel does not have them.
 */

/*
 * LISTENER has no body. It is sent by the run's init when the command has been executed under
 * the RUN's notify_filter. Descriptor: the listener of seccomp_unotify(2). Without a listener
 * the calls that notify_filter does not allow fail with ENOSYS.
 */

struct cupel_wire_exited {
    int32_t
        wait_status; /* of the command, as of wait(2); of init, if it did not live to tell */
    int32_t exec_errno;
    bool command_ended; /* false: init was killed, and the command with it */
    bool stopped;       /* CUPEL_WIRE_STOP_SIGNAL came first: from us or, before ABI 6 of
                           Landlock, from the run itself */
    bool disk_full;     /* it failed, and no block or no inode was left where it could write */
    bool file_at_limit; /* it failed, and wrote a file of the size of RLIMIT_FSIZE */
    uint64_t wall_ns; /* from the command's execve to its end; 0 if it did not end by itself */
    uint64_t user_ns; /* of all processes of the run, with setup_ns */
    uint64_t system_ns;
    uint64_t setup_ns;      /* what the command's process used before its execve */
    uint32_t left;          /* other processes that were there when the command had ended */
    uint64_t max_rss_bytes; /* of the largest process */
};

struct cupel_wire_failed {
    int32_t code; /* negative errno */
    char text[252];
};

/*
 * Encode a frame into buf (CUPEL_WIRE_MAX bytes). Returns its length; -E2BIG if it does not
 * fit.
 */
CUPEL_MUST_CHECK int cupel_wire_encode_setup(const struct cupel_wire_setup *in, void *buf,
                                             size_t size);
CUPEL_MUST_CHECK int cupel_wire_encode_run(const struct cupel_wire_run *in, void *buf,
                                           size_t size);
CUPEL_MUST_CHECK int cupel_wire_encode_ready(const struct cupel_wire_ready *in, void *buf,
                                             size_t size);
CUPEL_MUST_CHECK int cupel_wire_encode_started(void *buf, size_t size);
CUPEL_MUST_CHECK int cupel_wire_encode_listener(void *buf, size_t size);
CUPEL_MUST_CHECK int cupel_wire_encode_exited(const struct cupel_wire_exited *in, void *buf,
                                              size_t size);
CUPEL_MUST_CHECK int cupel_wire_encode_failed(const struct cupel_wire_failed *in, void *buf,
                                              size_t size);

/* Type of a received frame of len bytes. Returns 0; -EPROTO if there is no such type. */
CUPEL_MUST_CHECK int cupel_wire_type(const void *buf, size_t len, enum cupel_wire_type *ret);

/*
 * Decode a frame of the named type. Strings and bytes of *ret point into buf, which must
 * outlive it. Returns 0; -EPROTO if it is truncated, oversized, has trailing bytes, a count,
 * boolean or string out of its bounds, or, EXITED, tells of an end that no run can have;
 * -ENOMEM (only RUN allocates).
 */
CUPEL_MUST_CHECK int cupel_wire_decode_setup(const void *buf, size_t len,
                                             struct cupel_wire_setup *ret);
CUPEL_MUST_CHECK int cupel_wire_decode_run(const void *buf, size_t len,
                                           struct cupel_wire_run *ret);
CUPEL_MUST_CHECK int cupel_wire_decode_ready(const void *buf, size_t len,
                                             struct cupel_wire_ready *ret);
CUPEL_MUST_CHECK int cupel_wire_decode_started(const void *buf, size_t len);
CUPEL_MUST_CHECK int cupel_wire_decode_listener(const void *buf, size_t len);
CUPEL_MUST_CHECK int cupel_wire_decode_exited(const void *buf, size_t len,
                                              struct cupel_wire_exited *ret);
CUPEL_MUST_CHECK int cupel_wire_decode_failed(const void *buf, size_t len,
                                              struct cupel_wire_failed *ret);

/* Release the vectors of a decoded RUN. */
void cupel_wire_run_clear(struct cupel_wire_run *run);

#endif
