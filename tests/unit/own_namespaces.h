/* A user and a mount namespace of this process's own, in which it is root. */
#ifndef CUPEL_TESTS_OWN_NAMESPACES_H
#define CUPEL_TESTS_OWN_NAMESPACES_H

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"

static inline bool write_proc(const char *path, const char *text)
{
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

    return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* The process must have one thread. False: errno tells why not. */
static inline bool enter_own_namespaces(void)
{
    char uids[64];
    char gids[64];

    (void)snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
    (void)snprintf(gids, sizeof(gids), "0 %u 1", getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           write_proc("/proc/self/setgroups", "deny") &&
           write_proc("/proc/self/uid_map", uids) && write_proc("/proc/self/gid_map", gids);
}

#endif
