/*
 * Technique: use a processor in children of vfork, while one waits
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 400ms
 */
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

enum { CHILDREN = 100, MS = 20 };

static _Noreturn void burn(void)
{
    struct timespec used = {0};

    while (used.tv_nsec < MS * 1000000L && used.tv_sec == 0)
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
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
