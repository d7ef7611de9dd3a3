/*
 * Technique: fill sockets that nobody reads
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: open
 * Control: room
 * Options: --memory 32MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("buffers", "streams", "48", "10", "300", NULL);
}
