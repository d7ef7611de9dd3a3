/*
 * Technique: take memory that is shared with nobody
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 32MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("hoard", "shared", "48", "300", NULL);
}
