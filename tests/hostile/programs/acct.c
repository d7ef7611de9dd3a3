/*
 * Technique: have the kernel keep accounts of processes
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <errno.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    int r = acct("/nonexistent");

    return hostile_end(r < 0 && errno == ENOENT ? 0 : r);
}
