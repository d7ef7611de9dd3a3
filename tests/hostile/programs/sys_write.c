/*
 * Technique: open a setting of the kernel in /sys for writing
 * Family: escape
 * Layers: root, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>
#include <stddef.h>

#include "hostile.h"

int main(void)
{
    static const char *const paths[] = {"/sys/kernel/mm/transparent_hugepage/enabled",
                                        "/sys/kernel/uevent_helper", "/sys/kernel/profiling",
                                        "/sys/power/state"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (open(paths[i], O_WRONLY | O_CLOEXEC) >= 0)
            return hostile_end(0);
    }
    return hostile_end(-1);
}
