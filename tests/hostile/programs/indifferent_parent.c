/*
 * Technique: let a child take all memory and end well oneself
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 128MiB
 */
#include "exhaust.h"

int main(void)
{
    return exhaust_by("hoard", "indifferent", "192", "300", NULL);
}
