/*
 * Technique: kill the process that the sandbox started, and go on
 * Family: exhaustion
 * Layers: pid
 * Outcome: failed
 * Policies: native
 * Control: none: a program that kills itself is limited by nothing
 */
#include <signal.h>
#include <unistd.h>

#include "crew.h"
#include "hostile.h"

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    pid_t leader = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return hostile_end(-1);
    if (pid > 0) {
        crew_sleep_ms(5000);
        return hostile_refused("it is still here");
    }
    hostile_bound(HOSTILE_SECONDS);
    (void)kill(leader, SIGKILL);
    crew_sleep_ms(5000);
    return 0;
}
