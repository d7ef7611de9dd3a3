/*
 * Technique: signal the parent process, which is init
 * Family: escape
 * Layers: landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <signal.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(kill(getppid(), 0));
}
