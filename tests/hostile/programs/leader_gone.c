/*
 * Technique: take memory in a thread that has outlived the first one
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 16MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("hoard", "leaderless", "48", "300", NULL);
}
