/*
 * Technique: make folders in folders, deeper than any path can name
 * Family: exhaustion
 * Layers: disk
 * Outcome: limit disk
 * Policies: native
 * Control: room
 * Options: --cpu 20s --wall 20s
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostile.h"

enum { DEPTH = 4200 };

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    if (chdir("/tmp") < 0)
        return hostile_end(-1);
    for (int i = 0; i < DEPTH; i++) { /* far beyond what a path can name */
        if (mkdir("deeper", 0700) < 0 || chdir("deeper") < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
