/*
 * Technique: fork in every process, and try again when refused
 * Family: exhaustion
 * Layers: processes
 * Outcome: limit processes
 * Policies: native
 * Control: room
 * Options: --processes 16 --wall 3s
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crew.h"
#include "exhaust.h"
#include "hostile.h"

enum { FORKS = 40 };

/* Refused, each tries again until one of the others has gone: none does. */
static int multiply(atomic_int *forks)
{
    while (atomic_load(forks) < FORKS) {
        pid_t pid = fork();
        if (pid == 0)
            hostile_bound(HOSTILE_SECONDS);
        else if (pid > 0)
            (void)atomic_fetch_add(forks, 1);
        else if (errno == EAGAIN)
            crew_sleep_ms(1);
        else
            return -1;
    }
    return 0;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    pid_t first = getpid();
    atomic_int *forks =
        mmap(NULL, sizeof(*forks), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (forks == MAP_FAILED || multiply(forks) < 0)
        return hostile_end(-1);
    exhaust_hold();
    return getpid() == first ? hostile_end(0) : 0;
}
