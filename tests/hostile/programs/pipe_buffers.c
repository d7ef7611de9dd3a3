/*
 * Technique: fill pipes that nobody reads
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: open
 * Control: room
 * Options: --memory 24MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("buffers", "pipes", "40", "10", "300", NULL);
}
