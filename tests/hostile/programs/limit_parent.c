/*
 * Technique: set the limits of the parent process, which is init
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) < 0)
        return hostile_end(-1);
    return hostile_end(prlimit(getppid(), RLIMIT_CORE, &limit, NULL));
}
