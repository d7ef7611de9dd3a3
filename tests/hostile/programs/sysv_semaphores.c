/*
 * Technique: make System V semaphores
 * Family: exhaustion
 * Layers: seccomp, memory
 * Outcome: failed
 * Policies: native
 * Control: room
 */
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/sem.h>

#include "hostile.h"

enum { SETS = 100, SEMAPHORES = 8000 };

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < SETS; i++) {
        if (semget(IPC_PRIVATE, SEMAPHORES, IPC_CREAT | 0600) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
