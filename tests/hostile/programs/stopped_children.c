/*
 * Technique: let children take memory and stop them
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 128MiB
 */
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crew.h"
#include "exhaust.h"
#include "hostile.h"

enum { CHILDREN = 6, MIB = 32 };

static int take(unsigned index)
{
    (void)index;
    char *bytes = mmap(NULL, (size_t)MIB * CREW_MIB, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED)
        return -1;
    for (size_t i = 0; i < MIB; i++)
        crew_touch(bytes + i * CREW_MIB);
    /* Whoever asks is answered by another one: this one cannot. */
    pid_t own = getpid();
    if (fork() == 0) {
        (void)kill(own, SIGSTOP);
        _exit(0);
    }
    return 0;
}

int main(void)
{
    hostile_bound(8);
    return hostile_end(exhaust_crew(CHILDREN, take));
}
