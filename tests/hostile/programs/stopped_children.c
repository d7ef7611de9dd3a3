/*
 * Technique: let children take memory and stop them
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 32MiB
 */
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crew.h"
#include "exhaust.h"
#include "hostile.h"

enum { CHILDREN = 6, MIB = 8 };

static _Noreturn void take(void)
{
    hostile_bound(HOSTILE_SECONDS);
    char *bytes = mmap(NULL, (size_t)MIB * CREW_MIB, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED)
        _exit(1);
    for (size_t i = 0; i < MIB; i++)
        crew_touch(bytes + i * CREW_MIB);
    for (;;)
        (void)raise(SIGSTOP);
}

int main(void)
{
    int status;

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < CHILDREN; i++) {
        pid_t pid = fork();
        if (pid == 0)
            take();
        if (pid < 0 || waitpid(pid, &status, WUNTRACED) < 0)
            return hostile_end(-1);
        if (!WIFSTOPPED(status))
            return hostile_refused("ENOMEM");
    }
    exhaust_hold();
    return hostile_end(0);
}
