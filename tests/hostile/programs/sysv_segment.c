/*
 * Technique: attach a System V segment of the host
 * Family: escape
 * Layers: seccomp, ipc
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "beside.h"
#include "hostile.h"

int main(void)
{
    int id = shmget(0x68000000 + beside_number(), 0, 0);

    return hostile_end(id < 0 || shmat(id, NULL, 0) == (void *)-1 ? -1 : 0);
}
