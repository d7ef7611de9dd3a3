/*
 * Technique: allocate files without writing to them
 * Family: exhaustion
 * Layers: disk
 * Outcome: limit disk, failed
 * Policies: native
 * Control: room
 * Options: --disk 16MiB
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "crew.h"
#include "hostile.h"

enum { FILES = 8, MIB = 3 };

int main(void)
{
    char path[64];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof(path), "/tmp/allocated%d", i);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || fallocate(fd, 0, 0, (off_t)MIB * CREW_MIB) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
