/*
 * Technique: exchange the root for a folder of one's own
 * Family: escape
 * Layers: seccomp, capabilities, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL) < 0 || mkdir("/tmp/old", 0700) < 0)
        return hostile_end(-1);
    return hostile_end(syscall(SYS_pivot_root, "/tmp", "/tmp/old"));
}
