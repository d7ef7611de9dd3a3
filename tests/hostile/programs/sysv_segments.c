/*
 * Technique: take System V segments
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
    return exhaust_by("hoard", "shm", "48", "300", NULL);
}
