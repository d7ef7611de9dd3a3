/*
 * Technique: wait for input that does not come
 * Family: exhaustion
 * Layers: wall_time
 * Outcome: limit wall_time
 * Policies: native
 * Control: room
 * Options: --wall 500ms
 */
#include <poll.h>
#include <stddef.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    int ends[2];
    struct pollfd input = {.events = POLLIN};

    hostile_bound(HOSTILE_SECONDS);
    if (pipe(ends) < 0)
        return hostile_end(-1);
    input.fd = ends[0];
    return hostile_end(poll(&input, 1, 1500));
}
