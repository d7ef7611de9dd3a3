/* A cell as the files of this module see it. */
#ifndef CUPEL_SANDBOX_CELL_INTERNAL_H
#define CUPEL_SANDBOX_CELL_INTERNAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "cupel/cell.h"
#include "cupel/wire.h"
#include "wire/channel.h"

struct cell_channel {
    int fd;
    enum cupel_wire_state state;
};

struct cupel_cell {
    pid_t pid;
    int pidfd;
    int lease_fd; /* -1: no uid was leased */
    int main_fd;  /* with one lane, lanes[0] is this channel and main_fd is -1 */
    int box_fd;
    int landlock_abi;
    uid_t uid;         /* that it has in our user namespace */
    bool has_host_box; /* a folder of the host's is bound there, of the next two */
    dev_t box_device;
    ino_t box_inode;
    bool is_root; /* no uid but root's is there to take, and RLIMIT_NPROC may not bind it */
    const struct cupel_cell_alias *aliases; /* borrowed */
    size_t alias_count;
    bool has_exec;          /* and a place for the broker's socket */
    bool broken;            /* it broke the protocol or ended: no run can be started */
    struct cupel_error why; /* code not 0: the failure that it was ended for */
    enum cupel_network network;
    struct cupel_cgroup *cgroup; /* of the job, borrowed; NULL: none */
    unsigned
        processors; /* that runs can use: they may widen their affinity, whatever ours is */
    unsigned lane_count;
    struct cell_channel lanes[CUPEL_CELL_LANES_MAX];
    struct wire_frame *frame; /* the last one received, or the next to send */
};

/* cell_end.c */

/* End all processes of the cell at once; runs at work see their channels end. */
void cell_break(struct cupel_cell *cell);

/* The same, for a failure that is told to them all; the first one is kept. */
void cell_break_for(struct cupel_cell *cell, const struct cupel_error *why);

/* That the cell ended, and for what, if that is known. Returns -EPIPE. */
int cell_fail_ended(const struct cupel_cell *cell, struct cupel_error *err);

/* Tell the cell that no run will be asked for any more: it ends when those at work have. */
void cell_dismiss(const struct cupel_cell *cell);

/* End them, and wait until all are gone, for a bounded time. */
void cell_end(struct cupel_cell *cell);

/*
 * Close what nobody took of the frame that was received. It may be a socket that waits when it
 * is closed: see base/patience.h, also for what was received with it and never seen.
 */
void cell_drop_frame(struct cupel_cell *cell);

/*
 * Receive the next frame of a lane into cell->frame, and check that it is permitted. Returns 0;
 * -EPROTO or -EPIPE with err otherwise, and the cell is broken then.
 */
CUPEL_MUST_CHECK int cell_receive(struct cupel_cell *cell, struct cell_channel *channel,
                                  struct cupel_error *err);

#endif
