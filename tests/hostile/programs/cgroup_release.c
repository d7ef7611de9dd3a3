/*
 * Technique: open for writing what a cgroup's end starts, or what ends it
 * Family: escape
 * Layers: root, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: a cgroup that has one
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "hostile.h"

#define CGROUP "/sys/fs/cgroup/"

/* release_agent is at the root of a hierarchy of v1, the others are below that of v2. */
static const char *const paths[] = {
    CGROUP "memory/release_agent",          CGROUP "pids/release_agent",
    CGROUP "freezer/release_agent",         CGROUP "systemd/release_agent",
    CGROUP "system.slice/cgroup.kill",      CGROUP "init.scope/cgroup.kill",
    CGROUP "unified/init.scope/cgroup.kill"};

int main(void)
{
    int failure = 0;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (open(paths[i], O_WRONLY | O_CLOEXEC) >= 0)
            return hostile_end(0);
        if (errno != ENOENT)
            failure = errno;
    }
    if (failure == 0 && access(CGROUP "cgroup.procs", F_OK) == 0)
        return hostile_not_here("only the root of cgroups");
    errno = failure == 0 ? ENOENT : failure;
    return hostile_end(-1);
}
