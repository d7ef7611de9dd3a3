/*
 * Technique: use processors by several threads
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
    return exhaust_by("burn", "threads", "800", NULL);
}
