/*
 * Technique: run at the highest priority
 * Family: escape
 * Layers: user, rlimits
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <sys/resource.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(setpriority(PRIO_PROCESS, 0, -20));
}
