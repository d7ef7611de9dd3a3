/*
 * Technique: link to a file of the host
 * Family: escape
 * Layers: root, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    char folder[] = "/dev/hostile-XXXXXX"; /* in the file system of the device */
    char path[64];

    if (mkdtemp(folder) == NULL)
        return hostile_end(-1);
    (void)snprintf(path, sizeof(path), "%s/link", folder);
    return hostile_end_in(folder, path, link("/dev/null", path));
}
