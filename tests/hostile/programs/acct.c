/*
 * Technique: have the kernel keep accounts of processes
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <unistd.h>

#include "surface.h"

int main(void)
{
    int r = acct("/nonexistent");

    return surface_end_at(r, ENOENT);
}
