/*
 * Technique: make a user namespace, in which to have every capability
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: user
 */
#include <sched.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(unshare(CLONE_NEWUSER));
}
