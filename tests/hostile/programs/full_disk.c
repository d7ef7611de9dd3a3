/*
 * Technique: fill the disk with files of 1 MiB
 * Family: exhaustion
 * Layers: disk
 * Outcome: limit disk
 * Policies: native
 * Control: room
 * Options: --disk 16MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("files", "fill", "/box", "24", NULL);
}
