/*
 * Technique: have the machine swap to a file
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <errno.h>
#include <sys/swap.h>

#include "hostile.h"

int main(void)
{
    int r = swapon("/nonexistent", 0);

    return hostile_end(r < 0 && errno == ENOENT ? 0 : r);
}
