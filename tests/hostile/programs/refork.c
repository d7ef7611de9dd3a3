/*
 * Technique: run away: each orphan forks the next and ends at once
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 20ms
 */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crew.h"
#include "hostile.h"

enum { GENERATIONS = 1000, CHAINS = 4 };

/* Who kills one of them is late: its child is another process already. */
static void refork(atomic_int *generations)
{
    while (atomic_fetch_add(generations, 1) < GENERATIONS) {
        pid_t pid = fork();
        if (pid != 0)
            _exit(0);
        hostile_bound(HOSTILE_SECONDS);
    }
    _exit(0);
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    atomic_int *generations = mmap(NULL, sizeof(*generations), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (generations == MAP_FAILED)
        return hostile_end(-1);
    for (int i = 0; i < CHAINS; i++) {
        pid_t pid = fork();
        if (pid < 0)
            return hostile_end(-1);
        if (pid == 0)
            refork(generations);
    }
    while (atomic_load(generations) < GENERATIONS)
        crew_sleep_ms(1);
    return hostile_end(0);
}
