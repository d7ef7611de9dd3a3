/*
 * Technique: signal every process that can be signalled
 * Family: escape
 * Layers: pid, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <signal.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(kill(-1, 0));
}
