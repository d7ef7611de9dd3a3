/*
 * Technique: read what only a process itself knows, of the parent
 * Family: escape
 * Layers: pid, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    static const char *const names[] = {"environ", "maps", "auxv", "fd/0", "cwd"};
    char path[64];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "/proc/%d/%s", getppid(), names[i]);
        if (open(path, O_RDONLY | O_CLOEXEC) >= 0)
            return hostile_end(0);
    }
    return hostile_end(-1);
}
