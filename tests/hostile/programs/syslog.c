/*
 * Technique: change what of the kernel's log is shown
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <stddef.h>
#include <sys/klog.h>

#include "surface.h"

int main(void)
{
    int r = klogctl(8, NULL, 0);

    /* Of who may, the level is looked at, which is out of range. */
    return surface_end_at(r, EINVAL);
}
