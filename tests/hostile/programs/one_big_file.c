/*
 * Technique: write one big file
 * Family: exhaustion
 * Layers: file_size
 * Outcome: limit file_size
 * Policies: native
 * Control: room
 * Options: --file-size 4MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("files", "grow", "/tmp", "8", NULL);
}
