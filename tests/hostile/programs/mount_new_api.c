/*
 * Technique: make a file system by fsopen and fsmount
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <stddef.h>
#include <sys/mount.h>

#include "hostile.h"

int main(void)
{
    int fd = fsopen("tmpfs", FSOPEN_CLOEXEC);

    if (fd < 0 || fsconfig(fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return hostile_end(-1);
    return hostile_end(fsmount(fd, FSMOUNT_CLOEXEC, 0));
}
