/*
 * Technique: make a device node for the machine's memory
 * Family: escape
 * Layers: landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "hostile.h"

int main(void)
{
    char folder[] = "/tmp/hostile-XXXXXX";
    char path[64];

    if (mkdtemp(folder) == NULL)
        return hostile_end(-1);
    (void)snprintf(path, sizeof(path), "%s/mem", folder);
    return hostile_end_in(folder, path, mknod(path, S_IFCHR | 0600, makedev(1, 1)));
}
