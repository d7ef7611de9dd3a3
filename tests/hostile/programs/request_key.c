/*
 * Technique: ask for a key, for which the kernel may run a program as root
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: layers
 * Needs: the call
 */
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    /* Without words for that program, none is run, and there is no such key. */
    return surface_end_at(syscall(SYS_request_key, "user", "hostile-no-key", NULL, 0), ENOKEY);
}
