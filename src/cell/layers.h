/*
 * Layers of the sandbox that a test can leave out, to see what the others do without them. The
 * cell that is installed has no such choice: there, cell_layer_is_off() is the constant false,
 * and what these functions do is no part of it. tests/hostile alone builds one that has it,
 * with CUPEL_LAYERS_SWITCHABLE.
 *
 * The user namespace, and with root the leased uid, are no layer that can be left out: what the
 * others are made of hangs by them.
 */
#ifndef CUPEL_CELL_LAYERS_H
#define CUPEL_CELL_LAYERS_H

#include "cell/cell.h"

enum cell_layer {
    CELL_LAYER_SECCOMP,
    CELL_LAYER_LANDLOCK,
    CELL_LAYER_CAPABILITIES, /* with no_new_privs, the bounding set and the securebits */
    CELL_LAYER_ROOT,         /* the small, read-only one */
    CELL_LAYER_PID,          /* the namespace, and the run's own /proc */
    CELL_LAYER_IPC,
    CELL_LAYER_NETWORK,
    CELL_LAYER_UTS,
    CELL_LAYER_CGROUP, /* the namespace */
    CELL_LAYER_RLIMITS,
    CELL_LAYER_DESCRIPTORS, /* close_range(2) */
    CELL_LAYER_CLOEXEC,     /* close-on-exec */
    CELL_LAYER_SESSION,     /* of terminals, and of keyrings */
    CELL_LAYERS
};

#ifdef CUPEL_LAYERS_SWITCHABLE

/* Read the names of layers to leave out from the file "layers-off" beside the executable; all
 * are on without one. Called once, before anything else; a name that is none ends the process.
 */
void cell_layers_read(void);

bool cell_layer_is_off(enum cell_layer layer);

/* flags, or 0 if the layer is off. */
int cell_layer_flags(enum cell_layer layer, int flags);

#else

#define cell_layers_read()             ((void)0)
#define cell_layer_is_off(layer)       false
#define cell_layer_flags(layer, flags) (flags)

#endif

/* What goes on in place of a layer that is off. */

/* Instead of cell_root_enter(): all that the host's root holds, with the host's flags. */
CUPEL_MUST_CHECK int cell_layers_show_host(const struct cupel_wire_setup *setup,
                                           struct cupel_error *err);

/* Instead of dropping them: what this process executes has its capabilities as well. */
CUPEL_MUST_CHECK int cell_layers_keep_capabilities(struct cupel_error *err);

/* What this process executes has its descriptors as well. */
void cell_layers_keep_descriptors(void);

/*
 * Init of a run without a pid namespace. It adopts what processes of the run leave behind, and
 * *ret_fd is an empty /proc: whoever takes the host's /proc for that of a run takes the host's
 * processes for those of the run.
 */
CUPEL_MUST_CHECK int cell_layers_share_pids(int *ret_fd, struct cupel_error *err);

/* Instead of kill(-1), which would be meant for all of the host's processes. */
void cell_layers_signal_descendants(int signal_number);

#endif
