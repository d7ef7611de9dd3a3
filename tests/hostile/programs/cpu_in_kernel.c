/*
 * Technique: let the kernel fill memory with zeroes, 32 MiB a call
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 200ms
 */
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crew.h"
#include "exhaust.h"
#include "hostile.h"

enum { MS = 700, MIB = 32 };

int main(void)
{
    const size_t size = (size_t)MIB * CREW_MIB;

    hostile_bound(HOSTILE_SECONDS);
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fd < 0 || bytes == MAP_FAILED)
        return hostile_end(-1);
    while (exhaust_used_ms() < MS) {
        if (read(fd, bytes, size) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
