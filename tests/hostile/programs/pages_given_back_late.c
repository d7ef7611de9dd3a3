/*
 * Technique: take memory and offer it back, which takes effect when none is left
 * Family: exhaustion
 * Layers: memory
 * Outcome: exited, limit memory
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
    for (unsigned i = 0; i < MIB; i++) {
        void *mib =
            mmap(NULL, CREW_MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mib == MAP_FAILED)
            return hostile_end(-1);
        crew_touch(mib);
        /* The kernel may take them when it wants to; until then they are there. */
        if (madvise(mib, CREW_MIB, MADV_FREE) < 0)
            return hostile_end(-1);
    }
    exhaust_hold();
    return hostile_end(0);
}
