/*
 * Technique: open for writing what has the kernel run programs as root
 * Family: escape
 * Layers: pid, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>
#include <stddef.h>

#include "hostile.h"

int main(void)
{
    static const char *const paths[] = {"/proc/sysrq-trigger", "/proc/sys/kernel/modprobe",
                                        "/proc/sys/kernel/core_pattern"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (open(paths[i], O_WRONLY | O_CLOEXEC) >= 0)
            return hostile_end(0);
    }
    return hostile_end(-1);
}
