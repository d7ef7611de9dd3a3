/*
 * Technique: take shared memory and forget its pages
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory, exited
 * Policies: native
 * Control: room
 * Options: --memory 32MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("hoard", "shared-left", "48", "300", NULL);
}
