/*
 * Technique: give one file thousands of names
 * Family: exhaustion
 * Layers: disk
 * Outcome: limit disk
 * Policies: native
 * Control: room
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "hostile.h"

enum { LINKS = 6000 };

int main(void)
{
    char path[64];

    hostile_bound(HOSTILE_SECONDS);
    int fd = open("/tmp/linked", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return hostile_end(-1);
    for (int i = 0; i < LINKS; i++) {
        (void)snprintf(path, sizeof(path), "/tmp/link%d", i);
        if (link("/tmp/linked", path) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
