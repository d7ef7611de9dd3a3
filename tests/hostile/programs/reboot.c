/*
 * Technique: reboot the machine
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

/* Of who may, the numbers are looked at, which are wrong. */
static int try(void)
{
    long r = syscall(SYS_reboot, 0, 0, 0, NULL);

    return r < 0 && errno == EINVAL ? 0 : -1;
}

int main(void)
{
    int status = 1;
    int r = try();

    if (r == 0 || errno != EPERM || unshare(CLONE_NEWPID) < 0)
        return hostile_end(r);
    pid_t pid = fork(); /* process 1, who may have its own namespace end */
    if (pid == 0)
        exit(try() == 0 ? 0 : 1);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return hostile_end(-1);
    return status == 0 ? hostile_end(0) : hostile_refused("EPERM");
}
