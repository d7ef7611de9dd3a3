/*
 * Technique: recurse until the stack has 64 MiB
 * Family: exhaustion
 * Layers: stack
 * Outcome: failed
 * Policies: native
 * Control: room
 */
#include <stddef.h>

#include "hostile.h"

enum { FRAME = 4096, FRAMES = 16384 };

static size_t descend(size_t left) /* NOLINT(misc-no-recursion): that is the deed */
{
    volatile char frame[FRAME];

    frame[0] = (char)left;
    frame[FRAME - 1] = frame[0];
    return left == 0 ? 0 : descend(left - 1) + (size_t)(frame[0] == frame[FRAME - 1]);
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    return hostile_end(descend(FRAMES) == FRAMES ? 0 : -1);
}
