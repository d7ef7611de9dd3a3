/*
 * Technique: hand a capability to every program that is executed
 * Family: escape
 * Layers: seccomp, capabilities
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <linux/capability.h>
#include <sys/prctl.h>

#include "hostile.h"

int main(void)
{
    return hostile_end(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
}
