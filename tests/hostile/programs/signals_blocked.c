/*
 * Technique: use a processor with all signals blocked
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
    sigset_t all;

    hostile_bound(HOSTILE_SECONDS);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    return exhaust_by("burn", "loop", "800", NULL); /* which inherits the mask */
}
