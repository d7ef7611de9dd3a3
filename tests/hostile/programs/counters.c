/*
 * Technique: make event counters and timers until no descriptor is left
 * Family: exhaustion
 * Layers: open_files
 * Outcome: limit open_files
 * Policies: native
 * Control: room
 */
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

#include "hostile.h"

enum { PAIRS = 100 };

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < PAIRS; i++) {
        if (eventfd(0, 0) < 0 || timerfd_create(CLOCK_MONOTONIC, 0) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
