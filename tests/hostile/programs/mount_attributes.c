/*
 * Technique: change the flags of a mount by mount_setattr
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <sys/mount.h>

#include "hostile.h"

int main(void)
{
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOSUID};

    return hostile_end(mount_setattr(AT_FDCWD, "/", 0, &attributes, sizeof(attributes)));
}
