/*
 * Technique: drive devices by their ports
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

enum { DIAGNOSTIC_PORT = 0x80 }; /* at which nothing is that does anything */

int main(void)
{
#ifdef SYS_ioperm
    return surface_end(syscall(SYS_ioperm, DIAGNOSTIC_PORT, 1, 1));
#else
    return hostile_not_here("a processor without ports");
#endif
}
