/*
 * The end of a cell's processes. Each asks the kernel to die with the one above it, which is
 * enough for all that goes on; but one that was stopped from outside before it came to that
 * would stay for ever, and hold the cell's channel and uid.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "sandbox/cell_internal.h"
#include "sandbox/proc_text.h"

#define LANES 1 /* below a cell with several of them; their inits are below them */

/* Processes of the cell have one thread each. -errno where the kernel keeps no such list. */
static int read_children(pid_t pid, char text[static PROC_TEXT_SIZE])
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    return proc_read(AT_FDCWD, path, text);
}

/* A pid may have been given anew since it was read. */
static void kill_child(pid_t parent, pid_t child)
{
    CUPEL_AUTO_FREE char *text = malloc(PROC_TEXT_SIZE);
    CUPEL_AUTO_FD pidfd = (int)syscall(SYS_pidfd_open, child, 0);
    struct proc_stat stat = {0};
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", child);
    if (text != NULL && pidfd >= 0 && proc_read(AT_FDCWD, path, text) == 0 &&
        proc_parse_stat(text, &stat) == 0 && stat.parent == (uint64_t)parent)
        (void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}

static void kill_below(pid_t pid, unsigned generations)
{
    CUPEL_AUTO_FREE char *text = malloc(PROC_TEXT_SIZE);

    if (text == NULL || read_children(pid, text) < 0)
        return;
    for (char *next = text;;) {
        char *end;
        pid_t child = (pid_t)strtol(next, &end, 10);
        if (end == next)
            return;
        next = end;
        if (generations > 1)
            kill_below(child, generations - 1);
        kill_child(pid, child);
    }
}

void cell_kill(const struct cupel_cell *cell)
{
    unsigned lanes = cell->lane_count > 1 ? LANES : 0;
    bool has_runs = false;

    if (cell->pid <= 0) /* which kill(2) takes for many */
        return;
    for (unsigned i = 0; i < cell->lane_count; i++)
        has_runs = has_runs || cell->lanes[i].state != CUPEL_WIRE_IDLE;
    if (lanes + has_runs > 0)
        kill_below(cell->pid, lanes + has_runs);
    /* It is reaped by cupel_cell_free() alone, so its id is its own. */
    if (cell->pidfd < 0 || syscall(SYS_pidfd_send_signal, cell->pidfd, SIGKILL, NULL, 0) < 0)
        (void)kill(cell->pid, SIGKILL);
}
