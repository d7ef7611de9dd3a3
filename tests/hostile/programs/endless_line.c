/*
 * Technique: write one line that does not end, of characters of three bytes
 * Family: exhaustion
 * Layers: output
 * Outcome: limit output
 * Policies: native
 * Control: room
 */
#include <stdio.h>

#include "hostile.h"

enum { CHARACTERS = 700000 };

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < CHARACTERS; i++) {
        if (fputs("\u2620", stdout) == EOF)
            return 1;
    }
    return hostile_end(0);
}
