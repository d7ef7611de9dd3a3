/*
 * Technique: write a large file into the memory of /tmp
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
    return exhaust_by("hoard", "file", "48", "300", NULL);
}
