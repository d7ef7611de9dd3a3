/*
 * Technique: handle every signal and go on with a loop
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 200ms
 */
#include <signal.h>

#include "exhaust.h"
#include "hostile.h"

enum { MS = 700 };

static void go_on(int number)
{
    (void)number;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, go_on);
    while (exhaust_used_ms() < MS)
        continue;
    return hostile_end(0);
}
