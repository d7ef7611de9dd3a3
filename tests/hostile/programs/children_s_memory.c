/*
 * Technique: take little memory in each of 100 children
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
    return exhaust_by("hoard", "children", "48", "300", NULL);
}
