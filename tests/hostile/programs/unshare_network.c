/*
 * Technique: make a network namespace
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sched.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(unshare(CLONE_NEWNET));
}
