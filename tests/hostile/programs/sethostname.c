/*
 * Technique: rename the machine
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sched.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    if (unshare(CLONE_NEWUTS) < 0)
        return hostile_end(-1);
    return hostile_end(sethostname("hostile", 7));
}
