/*
 * Technique: use a processor in children of vfork, while one waits
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 200ms
 */
#include <stddef.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { CHILDREN = 40, MS = 20 };

static _Noreturn void burn(void)
{
    while (exhaust_used_ms() < MS)
        continue;
    _exit(0);
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < CHILDREN; i++) {
        pid_t pid = vfork();
        if (pid == 0)
            burn();
        if (pid < 0 || waitpid(pid, NULL, 0) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
