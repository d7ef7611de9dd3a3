/*
 * Technique: have /proc tell other arguments and another program of oneself
 * Family: escape
 * Layers: seccomp, user
 * Outcome: stopped
 * Policies: every
 * Control: guest
 */
#include <errno.h>
#include <sys/prctl.h>

#include "hostile.h"

int main(void)
{
    /* Of who may, the address is looked at, which is wrong. */
    int r = prctl(PR_SET_MM, PR_SET_MM_ARG_START, 0, 0, 0);

    return hostile_end(r < 0 && errno == EINVAL ? 0 : r);
}
