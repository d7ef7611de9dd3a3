/*
 * Technique: start processes for which only one's parent can wait
 * Family: exhaustion
 * Layers: processes
 * Outcome: limit processes
 * Policies: native
 * Control: room
 * Options: --processes 16 --wall 3s
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("spawn", "siblings", "40", "hang", NULL);
}
