/*
 * Technique: walk out of the box by ..
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
    return hostile_end(
        open("/tmp/../../../../../../../../var/lib/dpkg/status", O_RDONLY | O_CLOEXEC));
}
