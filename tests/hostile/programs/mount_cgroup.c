/*
 * Technique: mount the tree of cgroups
 * Family: escape
 * Layers: seccomp, capabilities, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

#include "hostile.h"

int main(void)
{
    (void)unshare(CLONE_NEWCGROUP); /* the host's namespace belongs to the host */
    int r = mount("cgroup", "/tmp", "cgroup2", 0, NULL);

    /* Of who may, it is asked whether the way to the own cgroup is open to the user. */
    return hostile_end(r < 0 && errno == EACCES ? 0 : r);
}
