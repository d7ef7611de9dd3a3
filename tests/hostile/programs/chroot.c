/*
 * Technique: take a folder of one's own for the root
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(chroot("/tmp"));
}
