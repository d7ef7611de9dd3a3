/*
 * Technique: use processors by children whose end nobody wants to know
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
    return exhaust_by("burn", "ignored", "800", NULL);
}
