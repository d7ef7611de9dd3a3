#include "base/turns.h"

#include <sched.h>

/* The lowest of its kind, above everything ordinary. */
#define PRIORITY 1

bool base_take_first_turn(bool first)
{
    int policy = first ? SCHED_FIFO : SCHED_OTHER;
    struct sched_param parameters = {.sched_priority = first ? PRIORITY : 0};
    int now = sched_getscheduler(0);

    if (now < 0 || (now & ~SCHED_RESET_ON_FORK) != (first ? SCHED_OTHER : SCHED_FIFO))
        return false;
    return sched_setscheduler(0, policy | SCHED_RESET_ON_FORK, &parameters) == 0;
}
