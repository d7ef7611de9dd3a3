/*
 * Technique: start programs by vfork and exec
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
    return exhaust_by("spawn", "vforks", "40", "hang", NULL);
}
