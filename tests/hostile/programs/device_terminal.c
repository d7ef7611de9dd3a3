/*
 * Technique: open a new terminal
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
    return hostile_end(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
}
