/*
 * Technique: close standard output and let an orphan write to it
 * Family: exhaustion
 * Layers: output
 * Outcome: limit output
 * Policies: native
 * Control: room
 */
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

static _Noreturn void flood(void)
{
    hostile_bound(HOSTILE_SECONDS);
    (void)exhaust_output('x');
    _exit(hostile_end(0));
}

int main(void)
{
    int ends[2];
    char byte;

    hostile_bound(HOSTILE_SECONDS);
    if (pipe(ends) < 0)
        return hostile_end(-1);
    pid_t pid = fork();
    if (pid < 0)
        return hostile_end(-1);
    if (pid == 0 && fork() == 0)
        flood();
    if (pid == 0)
        _exit(0);
    (void)close(STDOUT_FILENO);
    (void)close(ends[1]);
    return read(ends[0], &byte, 1) == 0 ? 0 : 1; /* until the last writer has ended */
}
