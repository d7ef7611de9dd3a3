/*
 * Technique: make links that lead nowhere
 * Family: exhaustion
 * Layers: disk
 * Outcome: limit disk
 * Policies: native
 * Control: room
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

enum { LINKS = 6000, TARGET = 100 };

int main(void)
{
    char target[TARGET + 1];
    char path[64];

    hostile_bound(HOSTILE_SECONDS);
    memset(target, 'x', TARGET);
    target[TARGET] = '\0';
    for (int i = 0; i < LINKS; i++) {
        (void)snprintf(path, sizeof(path), "/tmp/symbolic%d", i);
        if (symlink(target, path) < 0)
            return hostile_end(-1);
    }
    return hostile_end(0);
}
