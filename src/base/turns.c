#include "base/turns.h"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The lowest of its kind, above everything ordinary. */
#define PRIORITY 1

/* The shortest turn that the kernel grants to ordinary threads. */
#define SLICE_NS 100000U

static bool set(struct sched_attr attributes)
{
    attributes.size = sizeof(attributes);
    attributes.sched_flags = SCHED_FLAG_RESET_ON_FORK;
    return syscall(SYS_sched_setattr, 0, &attributes, 0) == 0;
}

bool base_take_first_turn(bool first)
{
    struct sched_attr now;
    struct sched_attr ordinary = {.sched_policy = SCHED_NORMAL,
                                  .sched_nice = getpriority(PRIO_PROCESS, 0)};

    if (syscall(SYS_sched_getattr, 0, &now, sizeof(now), 0) < 0)
        return false;
    if (!first)
        return (now.sched_policy == SCHED_FIFO || now.sched_policy == SCHED_NORMAL) &&
               set(ordinary);
    if (now.sched_policy != SCHED_NORMAL)
        return false;
    if (set((struct sched_attr){.sched_policy = SCHED_FIFO, .sched_priority = PRIORITY}))
        return true;
    /* Others' longer turns are broken off for a short one; before Linux 6.12 it is as long. */
    ordinary.sched_runtime = SLICE_NS;
    return set(ordinary);
}
