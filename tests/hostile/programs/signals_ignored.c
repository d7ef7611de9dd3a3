/*
 * Technique: use a processor with all signals ignored, SIGXCPU as well
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 200ms
 */
#include <signal.h>
#include <stddef.h>

#include "exhaust.h"
#include "hostile.h"

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int number = 1; number < NSIG; number++) {
        if (number != SIGCHLD)
            (void)signal(number, SIG_IGN);
    }
    return exhaust_by("burn", "loop", "800", NULL); /* which inherits it */
}
