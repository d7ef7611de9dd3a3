/*
 * Technique: make empty files whose names are long
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: compile
 * Control: room
 * Options: --memory 8MiB
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "hostile.h"

enum { FILES = 12000, NAME = 250 };

int main(void)
{
    char path[NAME + 32];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof(path), "/tmp/%0*d", NAME, i);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            return hostile_end(-1);
        (void)close(fd);
    }
    return hostile_end(0);
}
