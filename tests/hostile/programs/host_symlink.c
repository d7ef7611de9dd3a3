/*
 * Technique: follow a link of one's own to a file of the host
 * Family: escape
 * Layers: root, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    if (symlink("/var/lib/dpkg/status", "/tmp/link") < 0)
        return hostile_end(-1);
    return hostile_end(open("/tmp/link", O_RDONLY | O_CLOEXEC));
}
