/*
 * Technique: change how fast the machine's clock goes
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <errno.h>
#include <sys/timex.h>

#include "hostile.h"

int main(void)
{
    struct timex clock = {.modes = ADJ_TICK, .tick = 1};
    int r = adjtimex(&clock);

    /* Of who may, the value is looked at, which is out of range. */
    return hostile_end(r < 0 && errno == EINVAL ? 0 : r);
}
