/*
 * Technique: sleep
 * Family: exhaustion
 * Layers: wall_time
 * Outcome: limit wall_time
 * Policies: native
 * Control: room
 * Options: --wall 500ms
 */
#include "crew.h"
#include "hostile.h"

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    crew_sleep_ms(1500);
    return hostile_end(0);
}
