/*
 * A wall limit that has passed tells of the command only if all others were at their work. A
 * supervisor that was stopped (by a signal, or a machine that gave it no processor) passed
 * nothing on: the command may have waited for it. The limit comes that much later then, and
 * what ends in between is neither in time nor too late: a failure of the platform, to be
 * repeated. An init that was stopped notices no end of its command at all.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "sandbox/loop_internal.h"
#include "sandbox/proc_text.h"
#include "sandbox/run_internal.h"

uint64_t run_away_ns(const struct cupel_run *run)
{
    return loop_away_ns(run->loop) - run->away_before_ns;
}

/* The pid of init as the supervisor sees it. */
static int find_pid(int pidfd, char text[static PROC_TEXT_SIZE])
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
    if (proc_read(AT_FDCWD, path, text) < 0)
        return -1;
    const char *line = strstr(text, "\nPid:");
    return line != NULL ? (int)strtol(line + strlen("\nPid:"), NULL, 10) : -1;
}

bool run_init_is_stopped(const struct cupel_run *run)
{
    CUPEL_AUTO_FREE char *text = malloc(PROC_TEXT_SIZE);
    struct proc_stat stat = {0};
    char path[64];
    int pid = text != NULL && run->init_pidfd >= 0 ? find_pid(run->init_pidfd, text) : -1;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    return pid > 0 && proc_read(AT_FDCWD, path, text) == 0 &&
           proc_parse_stat(text, &stat) == 0 && stat.stopped;
}
