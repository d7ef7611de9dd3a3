/*
 * Technique: leave all groups
 * Family: escape
 * Layers: capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <grp.h>
#include <stddef.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(setgroups(0, NULL));
}
