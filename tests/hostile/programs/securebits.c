/*
 * Technique: let root have capabilities again
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <sys/prctl.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(prctl(PR_SET_SECUREBITS, 0, 0, 0, 0));
}
