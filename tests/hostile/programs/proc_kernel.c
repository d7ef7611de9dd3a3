/*
 * Technique: open what tells of the kernel's memory
 * Family: escape
 * Layers: pid, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>
#include <stddef.h>

#include "hostile.h"

int main(void)
{
    static const char *const paths[] = {"/proc/kcore", "/proc/kmsg", "/proc/vmallocinfo",
                                        "/proc/kpagecount"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (open(paths[i], O_RDONLY | O_CLOEXEC) >= 0)
            return hostile_end(0);
    }
    return hostile_end(-1);
}
