/*
 * Technique: choose the processors of the parent process, which is init
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sched.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    cpu_set_t processors;

    if (sched_getaffinity(0, sizeof(processors), &processors) < 0)
        return hostile_end(-1);
    (void)usleep(200000); /* until it has dropped its capabilities, of which we have none */
    return hostile_end(sched_setaffinity(getppid(), sizeof(processors), &processors));
}
