/*
 * Technique: mount the tree of cgroups
 * Family: escape
 * Layers: seccomp, capabilities, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

#include "hostile.h"

int main(void)
{
    (void)unshare(CLONE_NEWCGROUP); /* the host's namespace belongs to the host */
    return hostile_end(mount("cgroup", "/tmp", "cgroup2", 0, NULL));
}
