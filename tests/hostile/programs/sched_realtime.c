/*
 * Technique: run before all processes that are not real-time
 * Family: escape
 * Layers: capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    struct sched_attr first = {
        .size = sizeof(first), .sched_policy = SCHED_FIFO, .sched_priority = 1};
    struct sched_attr deadline = {.size = sizeof(deadline),
                                  .sched_policy = SCHED_DEADLINE,
                                  .sched_runtime = 1000000,
                                  .sched_deadline = 100000000,
                                  .sched_period = 100000000};

    if (syscall(SYS_sched_setattr, 0, &first, 0) == 0)
        return hostile_end(0);
    return hostile_end(syscall(SYS_sched_setattr, 0, &deadline, 0));
}
