/*
 * Technique: leave a chroot by a folder that was opened before
 * Family: escape
 * Layers: seccomp, capabilities, root, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    int outside = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (outside < 0 || chroot("/tmp") < 0 || fchdir(outside) < 0)
        return hostile_end(-1);
    for (int i = 0; i < 32; i++) {
        if (chdir("..") < 0)
            return hostile_end(-1);
    }
    return hostile_end(open("var/lib/dpkg/status", O_RDONLY | O_CLOEXEC));
}
