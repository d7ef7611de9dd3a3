/*
 * Technique: link to a file of the host
 * Family: escape
 * Layers: root, landlock
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hostile.h"

static int link_below(const char *template)
{
    char folder[64];
    char path[80];

    (void)snprintf(folder, sizeof(folder), "%s", template);
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/link", folder);
    int r = link("/etc/ld.so.cache", path);
    int failure = errno;
    if (r == 0)
        (void)unlink(path);
    (void)rmdir(folder);
    errno = failure;
    return r;
}

int main(void)
{
    if (link_below("/var/tmp/hostile-XXXXXX") == 0)
        return hostile_end(0);
    return hostile_end(link_below("/tmp/hostile-XXXXXX"));
}
