/*
 * Technique: watch a folder of the host
 * Family: escape
 * Layers: root
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sys/inotify.h>

#include "hostile.h"

int main(void)
{
    int fd = inotify_init1(IN_CLOEXEC);

    return hostile_end(fd < 0 ? -1 : inotify_add_watch(fd, "/var", IN_CREATE));
}
