/*
 * Technique: write a large file into the memory of /tmp
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
    return exhaust_by("hoard", "file", "192", "300", NULL);
}
