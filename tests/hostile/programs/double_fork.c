/*
 * Technique: start daemons by forking twice, each in a session of its own
 * Family: exhaustion
 * Layers: processes
 * Outcome: limit processes
 * Policies: native
 * Control: room
 * Options: --processes 16
 */
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { DAEMONS = 40 };

static int start(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        (void)setsid();
        pid = fork();
        if (pid < 0)
            exhaust_hold();
        if (pid != 0)
            _exit(pid < 0);
        hostile_bound(HOSTILE_SECONDS);
        for (;;)
            (void)pause();
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return -1;
    return status == 0 ? 0 : -1;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < DAEMONS; i++) {
        if (start() < 0)
            return hostile_refused("EAGAIN");
    }
    return hostile_end(0);
}
