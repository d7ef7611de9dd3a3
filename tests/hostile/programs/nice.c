/*
 * Technique: run at the highest priority
 * Family: escape
 * Layers: capabilities, user
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
