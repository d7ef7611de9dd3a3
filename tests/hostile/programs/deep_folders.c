/*
 * Technique: make folders in folders, deeper than any path can name
 * Family: exhaustion
 * Layers: disk
 * Outcome: limit disk
 * Policies: native
 * Control: room
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostile.h"

enum { CHAINS = 15, DEPTH = 300, NAME = 200 };

static int go_down(const char *name)
{
    for (int i = 0; i < DEPTH; i++) {
        if (mkdir(name, 0700) < 0 || chdir(name) < 0)
            return -1;
    }
    return 0;
}

int main(void)
{
    char name[NAME + 1];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < CHAINS; i++) {
        (void)snprintf(name, sizeof(name), "%0*d", NAME, i);
        if (chdir("/tmp") < 0 || go_down(name) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
