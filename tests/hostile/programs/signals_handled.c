/*
 * Technique: handle every signal and go on with a loop
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 400ms
 */
#include <setjmp.h>
#include <signal.h>
#include <time.h>

#include "hostile.h"

enum { MS = 1500 };

static void go_on(int number)
{
    (void)number;
}

int main(void)
{
    struct timespec used = {0};

    hostile_bound(HOSTILE_SECONDS);
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, go_on);
    while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < MS)
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return hostile_end(0);
}
