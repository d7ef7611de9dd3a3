/*
 * Technique: reach the host's root by links of /proc
 * Family: escape
 * Layers: root, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <stddef.h>

#include "hostile.h"

int main(void)
{
    static const char *const paths[] = {"/proc/self/root/var/lib/dpkg/status",
                                        "/proc/thread-self/root/var/lib/dpkg/status",
                                        "/proc/self/cwd/../../../../var/lib/dpkg/status"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (open(paths[i], O_RDONLY | O_CLOEXEC) >= 0)
            return hostile_end(0);
    }
    return hostile_end(-1);
}
