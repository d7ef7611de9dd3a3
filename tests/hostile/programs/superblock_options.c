/*
 * Technique: take hold of the root's file system to change its options
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
    return hostile_end(fspick(AT_FDCWD, "/", FSPICK_CLOEXEC));
}
