/*
 * Technique: fill the disk by writing to mappings of files
 * Family: exhaustion
 * Layers: disk
 * Outcome: limit disk
 * Policies: native
 * Control: room
 * Options: --disk 16MiB
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crew.h"
#include "hostile.h"

enum { FILES = 12, MIB = 2 };

int main(void)
{
    char path[64];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(path, sizeof(path), "/tmp/mapped%d", i);
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || ftruncate(fd, (off_t)MIB * CREW_MIB) < 0)
            return hostile_end(-1);
        char *bytes =
            mmap(NULL, (size_t)MIB * CREW_MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (bytes == MAP_FAILED)
            return hostile_end(-1);
        for (size_t j = 0; j < MIB; j++)
            crew_touch(bytes + j * CREW_MIB);
    }
    return hostile_end(0);
}
