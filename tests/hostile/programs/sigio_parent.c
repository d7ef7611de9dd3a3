/*
 * Technique: have init sent a signal by a pipe that becomes readable
 * Family: escape
 * Layers: landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

/* Asked by SIGUSR2, init has all of its processes go on, which is how it is seen to be asked.
 */
int main(void)
{
    const struct timespec patience = {.tv_sec = 1};
    sigset_t answer;
    int ends[2];

    (void)sigemptyset(&answer);
    (void)sigaddset(&answer, SIGCONT);
    (void)sigprocmask(SIG_BLOCK, &answer, NULL);
    if (pipe(ends) < 0 || fcntl(ends[0], F_SETSIG, SIGUSR2) < 0 ||
        fcntl(ends[0], F_SETOWN, getppid()) < 0 || fcntl(ends[0], F_SETFL, O_ASYNC) < 0 ||
        write(ends[1], "x", 1) < 0)
        return hostile_end(-1);
    return hostile_end(sigtimedwait(&answer, NULL, &patience));
}
