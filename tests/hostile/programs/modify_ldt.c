/*
 * Technique: read the table of segments that one could write to
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
#ifdef SYS_modify_ldt
    char table[64];

    return hostile_end(syscall(SYS_modify_ldt, 0, table, sizeof(table)));
#else
    return hostile_not_here("a processor without such a table");
#endif
}
