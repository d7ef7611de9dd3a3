/*
 * Technique: take System V segments
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: open
 * Control: room
 * Options: --memory 128MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("hoard", "shm", "192", "300", NULL);
}
