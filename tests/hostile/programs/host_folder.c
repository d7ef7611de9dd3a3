/*
 * Technique: list a folder of the host
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
    return hostile_end(open("/var", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}
