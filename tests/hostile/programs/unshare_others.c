/*
 * Technique: make an ipc, uts, cgroup or time namespace
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sched.h>
#include <stddef.h>

#include "hostile.h"

int main(void)
{
    static const int kinds[] = {CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP, CLONE_NEWTIME};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (unshare(kinds[i]) == 0)
            return hostile_end(0);
    }
    return hostile_end(-1);
}
