/*
 * Technique: find the host's servers in /proc
 * Family: escape
 * Layers: network
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <stdio.h>
#include <string.h>

#include "beside.h"
#include "hostile.h"

int main(void)
{
    char line[512];
    char address[BESIDE_NAME];
    FILE *file = fopen("/proc/self/net/tcp", "re");

    if (file == NULL)
        return hostile_end(-1);
    (void)snprintf(address, sizeof(address), ":%04X 00000000:0000 0A", beside_number());
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strstr(line, address) != NULL)
            return hostile_end(0);
    }
    return hostile_refused("nobody listens");
}
