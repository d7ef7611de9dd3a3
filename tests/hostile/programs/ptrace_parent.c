/*
 * Technique: attach to the parent process as a debugger
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: user
 */
#include <sys/ptrace.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL));
}
