/*
 * Technique: find an interface that is up by netlink
 * Family: escape
 * Layers: seccomp, network
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <ifaddrs.h>
#include <net/if.h>
#include <stddef.h>

#include "hostile.h"

int main(void)
{
    struct ifaddrs *all = NULL;

    if (getifaddrs(&all) < 0)
        return hostile_end(-1);
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        if ((one->ifa_flags & IFF_UP) != 0)
            return hostile_end(0);
    }
    return hostile_refused("every interface is down");
}
