/*
 * Technique: make thousands of timers
 * Family: exhaustion
 * Layers: rlimits
 * Outcome: failed
 * Policies: native
 * Control: user
 */
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "hostile.h"

enum { TIMERS = 1500 };

int main(void)
{
    struct sigevent nothing = {.sigev_notify = SIGEV_NONE};
    timer_t timer;

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < TIMERS; i++) {
        if (timer_create(CLOCK_MONOTONIC, &nothing, &timer) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
