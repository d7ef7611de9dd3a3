/*
 * Technique: splice a byte of each huge page into a pipe
 * Family: exhaustion
 * Layers: seccomp, memory
 * Outcome: failed
 * Policies: native
 * Control: room
 * Options: --memory 128MiB
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { PIPES = 6, SLOTS = 16, HUGE = 2 << 20 };

/* A byte of a huge page in a pipe keeps all of it, also when it is mapped no longer. */
static int keep_byte(int pipe_fd)
{
    char *bytes = mmap(NULL, 2 * (size_t)HUGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (bytes == MAP_FAILED)
        return -1;
    char *start = bytes + (HUGE - (uintptr_t)bytes % HUGE) % HUGE;
    (void)madvise(start, HUGE, MADV_HUGEPAGE);
    *start = 'x';
    struct iovec one = {start, 1};
    if (vmsplice(pipe_fd, &one, 1, SPLICE_F_NONBLOCK) != 1)
        return -1;
    return munmap(bytes, 2 * (size_t)HUGE);
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < PIPES * SLOTS; i++) {
        static int ends[2];
        if (i % SLOTS == 0 && pipe(ends) < 0)
            return hostile_end(-1);
        if (keep_byte(ends[1]) < 0)
            return hostile_end(-1);
    }
    exhaust_hold();
    return hostile_end(0);
}
