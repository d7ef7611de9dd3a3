/*
 * Technique: write without end to standard output
 * Family: exhaustion
 * Layers: output
 * Outcome: limit output
 * Policies: native
 * Control: room
 */
#include "exhaust.h"
#include "hostile.h"

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    return exhaust_output('\n') < 0 ? 1 : hostile_end(0);
}
