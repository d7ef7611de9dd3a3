/*
 * Technique: have the machine swap to a file
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <sys/swap.h>

#include "surface.h"

int main(void)
{
    int r = swapon("/nonexistent", 0);

    return surface_end_at(r, ENOENT);
}
