/*
 * Cells: the sandbox of one job, set up once, in which runs follow each other or, in several
 * lanes, go on side by side.
 *
 * A cell is a process `cupel-cell`, executed afresh. It dies with the thread that started it
 * (PR_SET_PDEATHSIG), so start cells from a thread that stays.
 */
#ifndef CUPEL_CELL_H
#define CUPEL_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/cgroup.h"
#include "cupel/error.h"
#include "cupel/outcome.h"
#include "cupel/policy.h"

/* A part of the host that is visible in the cell. */
struct cupel_cell_mount {
    const char *source;      /* absolute path on the host */
    const char *destination; /* absolute path in the cell */
    bool writable;
    bool optional; /* leave it out where source does not exist */
};

/* A folder of the box that runs also see, and may write to, at another path. */
struct cupel_cell_alias {
    const char *path;   /* absolute, a single component such as "/autograder" */
    const char *folder; /* relative to /box; made where it is missing */
};

struct cupel_cell_options {
    const char *unpack_path; /* cupel-unpack, placed at /cupel/unpack; NULL: not needed */
    const char *exec_path;   /* cupel-exec, placed at /cupel/exec; NULL: not needed */
    const struct cupel_cell_alias *aliases; /* borrowed until the cell is freed */
    size_t alias_count;                     /* at most CUPEL_CELL_ALIASES_MAX */
    const struct cupel_cell_mount *mounts;
    size_t mount_count;
    unsigned lanes;     /* runs at the same time, 1 to CUPEL_CELL_LANES_MAX */
    uint64_t box_bytes; /* size of the tmpfs at /box */
    uint64_t box_inodes;
    enum cupel_network network;
    struct cupel_cgroup *cgroup; /* for its runs, outlives the cell; NULL: none */
    bool copy_box; /* give runs a copy of the box even where overlayfs works: for tests */
};

#define CUPEL_CELL_LANES_MAX   64
#define CUPEL_CELL_ALIASES_MAX 8

/*
 * What of the host a cell must show for these policies: their read_only paths, without those
 * that a cell makes itself. *ret is the caller's to free, has room for spare more, and borrows
 * the paths from the policies. Returns 0 or -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_cell_mounts(struct cupel_policy *const *policies,
                                       size_t policy_count, size_t spare,
                                       struct cupel_cell_mount **ret, size_t *ret_count);

struct cupel_cell;

/*
 * Start a cell: cell_path is the executable cupel-cell, uid_registry the lock file of the uids
 * in use, made if root needs it (NULL: the default). It makes its namespaces while the caller
 * does other things. Returns 0 and sets *ret; -errno with err if cupel-cell cannot be started.
 */
CUPEL_MUST_CHECK int cupel_cell_start(const char *cell_path, const char *uid_registry,
                                      struct cupel_cell **ret, struct cupel_error *err);

/*
 * Tell a started cell what it shall be, once. It sets itself up while the caller does other
 * things. Returns 0; -EINVAL if options are out of bounds; -errno with err.
 */
CUPEL_MUST_CHECK int cupel_cell_set_up(struct cupel_cell *cell,
                                       const struct cupel_cell_options *options,
                                       struct cupel_error *err);

/*
 * Wait until a started cell is ready, at most 10 s; once, before anything else is done with it
 * but freeing. Returns 0; -errno with the step that failed in err: -EPERM and -EACCES where the
 * host refuses a namespace or a mount (`cupel doctor` tells the mend); -EPIPE, -EPROTO if
 * cupel-cell ends or misbehaves; -ETIMEDOUT.
 */
CUPEL_MUST_CHECK int cupel_cell_wait(struct cupel_cell *cell, struct cupel_error *err);

/* Kill whatever is left of the cell, reap it, release all. NULL is allowed. */
void cupel_cell_free(struct cupel_cell *cell);

/* The box (O_DIRECTORY), borrowed. Read or change it only while no run is at work. */
int cupel_cell_box_fd(const struct cupel_cell *cell);

int cupel_cell_landlock_abi(const struct cupel_cell *cell);

#endif
