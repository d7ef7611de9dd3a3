/*
 * Technique: make 180,000 mappings of one page each
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 16MiB --cpu 20s --wall 20s
 */
#include <stddef.h>
#include <sys/mman.h>

#include "exhaust.h"
#include "hostile.h"

enum { CHILDREN = 12, AREAS = 15000, PAGE = 4096 };

/* Neighbours that differ are not merged: one object of the kernel for each page that is not
 * even there. */
static int scatter(unsigned index)
{
    (void)index;
    char *bytes = mmap(NULL, (size_t)AREAS * PAGE, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes == MAP_FAILED)
        return -1;
    for (size_t i = 0; i < AREAS; i += 2) {
        if (mprotect(bytes + i * PAGE, PAGE, PROT_READ) < 0)
            return -1;
    }
    return 0;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    return hostile_end(exhaust_crew(CHILDREN, scatter));
}
