/*
 * Technique: fork in every process, and try again when refused
 * Family: exhaustion
 * Layers: processes
 * Outcome: limit processes
 * Policies: native
 * Control: room
 * Options: --processes 16 --wall 1s
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("spawn", "bomb", "40", "retry", NULL);
}
