/*
 * Technique: read a file of the host that everybody may read
 * Family: escape
 * Layers: root, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(open("/var/lib/dpkg/status", O_RDONLY | O_CLOEXEC));
}
