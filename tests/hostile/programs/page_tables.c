/*
 * Technique: read where nothing is, so that page tables grow
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 128MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("hoard", "tables", "192", "300", NULL);
}
