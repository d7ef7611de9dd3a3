/*
 * Technique: fill sockets and close the end that sent
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
    return exhaust_by("buffers", "closed", "48", "10", "300", NULL);
}
