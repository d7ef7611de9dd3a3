/*
 * Technique: lay a writable layer over the host's programs
 * Family: escape
 * Layers: seccomp, capabilities, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include "hostile.h"

int main(void)
{
    if (mkdir("/tmp/upper", 0700) < 0 || mkdir("/tmp/work", 0700) < 0)
        return hostile_end(-1);
    return hostile_end(mount("overlay", "/usr", "overlay", 0,
                             "lowerdir=/usr,upperdir=/tmp/upper,workdir=/tmp/work,userxattr"));
}
