/*
 * Technique: fill the disk with files that have no name any longer
 * Family: exhaustion
 * Layers: disk
 * Outcome: failed
 * Policies: native
 * Control: room
 * Options: --disk 16MiB
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "crew.h"
#include "hostile.h"

enum { FILES = 12, MIB = 2 };

int main(void)
{
    char path[64];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof(path), "/tmp/removed%d", i);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || unlink(path) < 0)
            return hostile_end(-1);
        for (int j = 0; j < MIB; j++) {
            if (crew_write_mib(fd) < 0)
                return hostile_refused("ENOSPC");
        }
    }
    return hostile_end(0);
}
