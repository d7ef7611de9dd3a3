/*
 * Technique: open the parent's memory by /proc
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

    (void)snprintf(path, sizeof(path), "/proc/%d/mem", getppid());
    return hostile_end(open(path, O_RDWR | O_CLOEXEC));
}
