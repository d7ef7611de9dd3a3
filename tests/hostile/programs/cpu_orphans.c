/*
 * Technique: use processors by orphans that live for 20 ms each
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 200ms
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("burn", "orphans", "800", NULL);
}
