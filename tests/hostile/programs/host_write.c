/*
 * Technique: make a file in a folder of the host's system
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
    static const char *const folders[] = {"/usr", "/run"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        /* It has no name, and is gone with the process. */
        if (open(folders[i], O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) >= 0)
            return hostile_end(0);
    }
    return hostile_end(-1);
}
