/*
 * The parts of cupel-cell. Every function returns 0, or a negative errno with the step that
 * failed in err; paths are those of the process's mount namespace at that time.
 */
#ifndef CUPEL_CELL_CELL_H
#define CUPEL_CELL_CELL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

#include "cupel/error.h"
#include "cupel/wire.h"

#define CELL_UID 1000 /* what a run sees as its own uid and gid */

/* identity.c: who the cell is */

/* Become uid (and the gid of the same number, no other group); UINT32_MAX: stay. */
CUPEL_MUST_CHECK int cell_identity_take(uint32_t uid, struct cupel_error *err);

/* A new user namespace that maps CELL_UID alone, and further namespaces (CLONE_NEW…) that it
 * owns. */
CUPEL_MUST_CHECK int cell_identity_unshare(int flags, struct cupel_error *err);

/* Nothing below this user namespace may make another one. Needs /proc/sys. */
CUPEL_MUST_CHECK int cell_identity_forbid_nesting(struct cupel_error *err);

/* Be killed when parent (a pidfd; -1: the process that executed us) ends. */
CUPEL_MUST_CHECK int cell_identity_die_with(int parent_fd, struct cupel_error *err);

/* privileges.c: what the cell may do */

/* Empty the bounding and ambient sets, lock the securebits, set no_new_privs. */
CUPEL_MUST_CHECK int cell_privileges_limit(struct cupel_error *err);

/* Empty the effective, permitted and inheritable sets of this process. */
CUPEL_MUST_CHECK int cell_privileges_drop(struct cupel_error *err);

/* root.c, etc.c, network.c: what the cell sees */

/* Programs of cupel's own that the cell shows; -1: not needed. */
struct cell_programs {
    int unpack_fd;
    int exec_fd;
};

/* Build the root, pivot into it, leave nothing of the host's behind. */
CUPEL_MUST_CHECK int cell_root_enter(const struct cupel_wire_setup *setup,
                                     const struct cell_programs *programs,
                                     struct cupel_error *err);

/* Copy the next component of *path into name and move *path behind it; false at the end. */
bool cell_root_next_component(const char **path, char name[static NAME_MAX + 1]);

/* passwd, group, hosts, nsswitch.conf in the open folder etc_fd. */
CUPEL_MUST_CHECK int cell_etc_write(int etc_fd, struct cupel_error *err);

/* Bring up lo in the current network namespace. */
CUPEL_MUST_CHECK int cell_network_loopback(struct cupel_error *err);

/* box.c: what a run may write */

/* What a run wants. */
struct cell_box_plan {
    bool has_view; /* of /box, copy-on-write */
    bool has_broker;
    bool replaces; /* files of the view */
    uint64_t bytes;
    uint64_t inodes;
};

/* What is mounted for it. */
struct cell_box {
    unsigned mounts; /* how often, so that what hangs by a mount is known to be out of date */
    struct cell_box_plan plan;
    bool is_copy;
    uint64_t held_bytes; /* by the box that the view is of */
    uint64_t held_inodes;
    int scratch_fd; /* O_PATH of the tmpfs behind /tmp and the view; -1: nothing is mounted */
    int broker_fd;  /* listens at CELL_BROKER; -1: not asked for */
};

struct cell_box_plan cell_box_plan(const struct cupel_wire_run *run);

/* Mount /tmp, and a view of /box if that is planned: by overlayfs, else or if copy is set by a
 * copy. box: as it was, or zeroed with -1 for its descriptors. */
CUPEL_MUST_CHECK int cell_box_mount(struct cell_box *box, const struct cell_box_plan *plan,
                                    bool copy, struct cupel_error *err);

/* Undo that. */
CUPEL_MUST_CHECK int cell_box_unmount(struct cell_box *box, struct cupel_error *err);

/* What was mounted for another plan, or not at all, made fit for this one. */
CUPEL_MUST_CHECK int cell_box_fit(struct cell_box *box, const struct cell_box_plan *plan,
                                  bool copy, struct cupel_error *err);

/* broker.c */

/* Listen at path, and show that at CELL_BROKER; *ret_fd does not block. */
CUPEL_MUST_CHECK int cell_broker_listen(const char *path, int *ret_fd, struct cupel_error *err);

#define CELL_BROKER "/cupel/broker" /* a file of the root that the socket covers */

/* files.c: what a run finds in its view, at paths that a learner's build may have prepared */

/* What run->files take of the quota's tmpfs. */
uint64_t cell_files_bytes(const struct cupel_wire_run *run);
uint64_t cell_files_inodes(const struct cupel_wire_run *run);

/* Place run->files, whose contents contents_fd holds one behind the other. No link is followed,
 * and what is in the way is removed. */
CUPEL_MUST_CHECK int cell_files_place(const struct cupel_wire_run *run, int contents_fd,
                                      struct cupel_error *err);

/* Show folders of the view at setup->aliases. Those that are missing are made, as above; where
 * the box has no room left, they are not shown. */
CUPEL_MUST_CHECK int cell_files_alias(const struct cupel_wire_setup *setup,
                                      struct cupel_error *err);

/* Copy len bytes of a file from *at on to where to_fd is. Returns 0 or -errno. */
CUPEL_MUST_CHECK int cell_files_copy(int from_fd, off_t *at, uint64_t len, int to_fd);

/* landlock.c */

/* The kernel's ABI version; 0 where Landlock is missing or disabled; -errno. */
CUPEL_MUST_CHECK int cell_landlock_abi(struct cupel_error *err);

/* Make a ruleset of run->rules, as what they name is mounted now. Returns its descriptor; -1
 * with ABI 0 or without the layer, and err->code 0; -errno. */
CUPEL_MUST_CHECK int cell_landlock_make(const struct cupel_wire_run *run, int abi,
                                        struct cupel_error *err);

/* Whether the rulesets of two runs are alike. */
bool cell_landlock_is_alike(const struct cupel_wire_run *one,
                            const struct cupel_wire_run *other);

/* Restrict the calling thread. */
CUPEL_MUST_CHECK int cell_landlock_restrict(int ruleset_fd, struct cupel_error *err);

/* lane.c */

struct cell_report;

struct cell_lane {
    int channel_fd;
    const struct cupel_wire_setup *setup;
    int landlock_abi;
};

/* What serving needs, made once and used for each run. */
struct cell_server {
    const struct cell_lane *lane;
    struct wire_frame *frame;          /* for the next RUN; shared with init */
    const struct wire_frame *previous; /* the last one, if the next is alike; or NULL */
    int report_fd;                     /* memfd, shared with init and the supervisor */
    struct cell_report *report;        /* the same, mapped */
    int own_pidfd;
    int courier_fd;  /* the channel, out of the command's way */
    int keep_fds[2]; /* sockets: what init sends to the first lasts until the lane drops it */
};

/* Serve runs until the channel ends. */
CUPEL_MUST_CHECK int cell_lane_serve(const struct cell_lane *lane, struct cupel_error *err);

/* Answer each RUN with error, until the channel ends. */
CUPEL_MUST_CHECK int cell_lane_refuse(int channel_fd, const struct cupel_error *error);

/* Send FAILED. Returns 0 or -errno. */
CUPEL_MUST_CHECK int cell_lane_send_failed(int channel_fd, const struct cupel_error *error);

/* evidence.c: limits that a run met in what it wrote; once all its processes are dead */

/* Whether no block or no inode is left in /tmp or /box. */
bool cell_evidence_disk_full(void);

/* Whether a file there has just this size: that of RLIMIT_FSIZE. */
bool cell_evidence_file_at_limit(uint64_t size);

/* init.c, command.c: a run */

/* How far init has come. */
enum cell_stage {
    CELL_PREPARING, /* nothing was asked of it */
    CELL_ASKED,     /* for a run */
    CELL_DISMISSED, /* the channel has ended */
    CELL_MISLED,    /* what came was no RUN */
};

/*
 * What init tells its lane: a shared page, written by init and, until it executes, by the
 * command's process; never by the command.
 */
struct cell_report {
    uint64_t reaped_ns; /* these two come first: the supervisor reads them, see STARTED */
    uint64_t pauses;
    enum cell_stage stage;
    bool more;                 /* the next run is alike */
    struct cupel_error error;  /* code 0: set-up went well */
    uint64_t init_setup_ns;    /* CPU time of init up to the start of the command */
    uint64_t command_setup_ns; /* CPU time of the command's process up to execve(2) */
    uint64_t start_ns;         /* CLOCK_MONOTONIC */
    uint64_t end_ns;
    bool stopped;   /* the supervisor asked for the end before the command ended */
    bool ended;     /* the command has ended: end_ns and wait_status are set */
    bool complete;  /* all other processes are reaped; the figures below are set */
    uint32_t left;  /* other processes that were there when it had ended */
    bool disk_full; /* these are looked for if the command failed */
    bool file_at_limit;
    int wait_status;
    int exec_errno;
    int listener_fd;  /* in the table that init and the command's process share; 0: none */
    uint64_t user_ns; /* of all processes but init */
    uint64_t system_ns;
};

struct cell_run {
    const struct cell_lane *lane;
    const struct cupel_wire_run *request;
    const int *stdio; /* the command's 0, 1, 2 */
    int cgroup_fd;    /* of the command, O_PATH; -1: that of the lane */
    int contents_fd;  /* of request->files; -1: none */
    int third_fd;     /* the command's 3; -1: none */
    int ruleset_fd;   /* of Landlock; -1: none */
    int courier_fd;   /* the lane's channel, out of the command's way */
    struct cell_report *report;
};

/* Process 1 of a run, which waits for the RUN when it has made what that will need. */
_Noreturn void cell_init_main(const struct cell_server *server);

/* place.c */

/* Make what the next RUN will need, wait for it, make the rest but the command, and send
 * STARTED. The pointers of ret_run as for cell_request_take(). Returns 0 and sets report->stage
 * and more. */
CUPEL_MUST_CHECK int cell_place_take(const struct cell_server *server,
                                     struct cupel_wire_run *ret, struct cell_run *ret_run,
                                     struct cupel_error *err);

/* request.c */

/* Wait for a RUN; what ret_run points to lives in server->frame and *ret. Returns 0 and sets
 * report->stage. */
CUPEL_MUST_CHECK int cell_request_take(const struct cell_server *server,
                                       struct cupel_wire_run *ret, struct cell_run *ret_run,
                                       struct cupel_error *err);

/* The command's process up to execve(2). Returns its exit status if that fails. */
int cell_command_main(const struct cell_run *run);

/*
 * clone.c: clone3(2) of a process that runs cell_command_main(run) and ends with what that
 * returns. It shares our memory, since to copy that would take longer than all that it does; we
 * wait until it has executed or ended. Returns as the system call: a negative errno.
 */
struct clone_args;
long cell_clone_sharing(struct clone_args *args, const struct cell_run *run);

/* clock.c: nanoseconds of clock_gettime(2) and of a struct timeval */
uint64_t cell_clock_ns(int clock);
uint64_t cell_timeval_ns(const struct timeval *tv);

#endif
