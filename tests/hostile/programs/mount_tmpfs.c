/*
 * Technique: mount a tmpfs
 * Family: escape
 * Layers: seccomp, capabilities, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sys/mount.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(mount("tmpfs", "/tmp", "tmpfs", 0, NULL));
}
