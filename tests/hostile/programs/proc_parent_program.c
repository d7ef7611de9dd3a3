/*
 * Technique: open the parent's program, to write to it when it has ended
 * Family: escape
 * Layers: pid, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/exe", getppid());
    return hostile_end(open(path, O_PATH | O_CLOEXEC));
}
