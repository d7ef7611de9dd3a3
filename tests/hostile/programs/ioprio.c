/*
 * Technique: read and write before everybody else
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <linux/ioprio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    int realtime = IOPRIO_PRIO_VALUE(IOPRIO_CLASS_RT, 0);

    return hostile_end(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, realtime));
}
