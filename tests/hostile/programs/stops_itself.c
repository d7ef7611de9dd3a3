/*
 * Technique: stop oneself
 * Family: exhaustion
 * Layers: wall_time
 * Outcome: limit wall_time
 * Policies: native
 * Control: room
 * Options: --wall 500ms
 */
#include <signal.h>
#include <unistd.h>

#include "crew.h"
#include "hostile.h"

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    pid_t own = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return hostile_end(-1);
    if (pid == 0) {
        crew_sleep_ms(1500);
        (void)kill(own, SIGCONT);
        return 0;
    }
    (void)raise(SIGSTOP);
    return hostile_end(0);
}
