/*
 * Technique: read the table of segments that one could write to
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: the call
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"
#include "surface.h"

int main(void)
{
#ifdef SYS_modify_ldt
    char table[64];

    return surface_end(syscall(SYS_modify_ldt, 0, table, sizeof(table)));
#else
    return hostile_not_here("a processor without such a table");
#endif
}
