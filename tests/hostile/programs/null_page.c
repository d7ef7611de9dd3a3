/*
 * Technique: have memory where the kernel ends up by a pointer that is none
 * Family: escape
 * Layers: capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <stddef.h>
#include <sys/mman.h>

#include "hostile.h"

enum { PAGE = 4096 };

int main(void)
{
    void *page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    return hostile_end(page == MAP_FAILED ? -1 : 0);
}
