/*
 * Technique: take memory in a mapping that grows and moves
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
    size_t size = CREW_MIB;

    hostile_bound(HOSTILE_SECONDS);
    char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; bytes != MAP_FAILED && i < MIB; i++) {
        crew_touch(bytes + size - CREW_MIB);
        bytes = mremap(bytes, size, size + CREW_MIB, MREMAP_MAYMOVE);
        size += CREW_MIB;
    }
    exhaust_hold();
    return hostile_end(bytes == MAP_FAILED ? -1 : 0);
}
