/*
 * Technique: fork in every process, again and again
 * Family: exhaustion
 * Layers: processes
 * Outcome: limit processes
 * Policies: native
 * Control: room
 */
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hostile.h"

enum { MOST = 120 };

int main(void)
{
    hostile_bound(8);
    atomic_int *forks =
        mmap(NULL, sizeof(*forks), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (forks == MAP_FAILED)
        return hostile_end(-1);
    pid_t first = getpid();
    pid_t pid = 0;
    while (pid >= 0 && atomic_fetch_add(forks, 1) < MOST) {
        pid = fork();
        if (pid == 0)
            hostile_bound(8);
    }
    int refused = errno;
    /* All stay, so that every one of them is there at the same time. */
    (void)sleep(1);
    errno = refused;
    return getpid() == first ? hostile_end(pid) : 0;
}
