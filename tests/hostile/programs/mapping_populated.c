/*
 * Technique: take memory in a single system call
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 32MiB
 */
#include <stddef.h>
#include <sys/mman.h>

#include "crew.h"
#include "exhaust.h"
#include "hostile.h"

enum { MIB = 48 };

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    if (mmap(NULL, (size_t)MIB * CREW_MIB, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED)
        return hostile_end(-1);
    exhaust_hold();
    return hostile_end(0);
}
