/*
 * Technique: have the kernel keep the memory of a program that crashes
 * Family: escape
 * Layers: rlimits
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    struct rlimit limit;
    int status;
    pid_t pid = fork();

    if (pid < 0)
        return hostile_end(-1);
    if (pid == 0) {
        if (getrlimit(RLIMIT_CORE, &limit) == 0) {
            limit.rlim_cur = limit.rlim_max;
            (void)setrlimit(RLIMIT_CORE, &limit);
        }
        abort();
    }
    if (waitpid(pid, &status, 0) < 0)
        return hostile_end(-1);
    return WCOREDUMP(status) ? hostile_end(0) : hostile_refused("no core");
}
