/*
 * Technique: find a descriptor that was left open
 * Family: escape
 * Layers: cloexec
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>

#include "hostile.h"

int main(void)
{
    for (int fd = 3; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            return hostile_end(0);
    }
    return hostile_end(-1);
}
