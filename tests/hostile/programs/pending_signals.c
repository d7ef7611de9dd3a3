/*
 * Technique: queue thousands of signals that are blocked
 * Family: exhaustion
 * Layers: rlimits
 * Outcome: failed
 * Policies: native
 * Control: user
 */
#include <signal.h>
#include <unistd.h>

#include "hostile.h"

enum { SIGNALS = 3000 };

int main(void)
{
    const union sigval nothing = {0};
    sigset_t all;

    hostile_bound(HOSTILE_SECONDS);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    for (int i = 0; i < SIGNALS; i++) {
        if (sigqueue(getpid(), SIGRTMIN, nothing) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
