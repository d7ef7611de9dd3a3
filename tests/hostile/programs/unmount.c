/*
 * Technique: unmount what covers a folder
 * Family: escape
 * Layers: seccomp, capabilities, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <stddef.h>
#include <sys/mount.h>

#include "hostile.h"

int main(void)
{
    static const char *const places[] = {"/tmp", "/box", "/proc"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (umount2(places[i], MNT_DETACH) == 0)
            return hostile_end(0);
    }
    return hostile_end(-1);
}
