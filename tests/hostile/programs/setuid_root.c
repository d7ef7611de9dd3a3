/*
 * Technique: become root
 * Family: escape
 * Layers: capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(setresuid(0, 0, 0));
}
