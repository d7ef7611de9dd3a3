/*
 * Technique: keep children that have ended, and never wait for them
 * Family: exhaustion
 * Layers: processes
 * Outcome: limit processes
 * Policies: native
 * Control: room
 * Options: --processes 16
 */
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { ZOMBIES = 40 };

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < ZOMBIES; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid < 0) {
            exhaust_hold();
            return hostile_end(-1);
        }
    }
    return hostile_end(0);
}
