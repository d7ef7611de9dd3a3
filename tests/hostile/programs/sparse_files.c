/*
 * Technique: make sparse files that seem to be larger than the disk
 * Family: exhaustion
 * Layers: file_size
 * Outcome: limit file_size
 * Policies: native
 * Control: room
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "hostile.h"

enum { FILES = 40, GIB = 1 << 30 };

int main(void)
{
    char path[64];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof(path), "/tmp/sparse%d", i);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || ftruncate(fd, GIB / 8) < 0)
            return hostile_end(-1);
        (void)close(fd);
    }
    return hostile_end(0);
}
