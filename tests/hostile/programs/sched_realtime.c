/*
 * Technique: run before all processes that are not real-time
 * Family: escape
 * Layers: capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <sched.h>

#include "hostile.h"

int main(void)
{
    struct sched_param lowest = {.sched_priority = 1};

    if (sched_setscheduler(0, SCHED_FIFO, &lowest) == 0)
        return hostile_end(0);
    return hostile_end(sched_setscheduler(0, SCHED_RR, &lowest));
}
