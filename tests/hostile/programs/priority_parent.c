/*
 * Technique: set the priority of the parent process, which is init
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <linux/ioprio.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    struct sched_param ordinary = {0};
    pid_t parent = getppid();

    (void)usleep(200000); /* until it has dropped its capabilities, of which we have none */
    int nice = getpriority(PRIO_PROCESS, (id_t)parent);
    if (setpriority(PRIO_PROCESS, (id_t)parent, nice) == 0 ||
        sched_setscheduler(parent, SCHED_OTHER, &ordinary) == 0)
        return hostile_end(0);
    return hostile_end(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, parent,
                               IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0)));
}
