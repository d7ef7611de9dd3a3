/*
 * Technique: take System V segments and detach them
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
    return exhaust_by("hoard", "shm-left", "48", "300", NULL);
}
