/*
 * Technique: use processors by several threads
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 400ms
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("burn", "threads", "2000", NULL);
}
