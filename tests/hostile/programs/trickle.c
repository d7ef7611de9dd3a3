/*
 * Technique: write byte by byte, each in a call of its own
 * Family: exhaustion
 * Layers: output
 * Outcome: limit output
 * Policies: native
 * Control: room
 * Options: --output 256KiB
 */
#include <unistd.h>

#include "hostile.h"

enum { BYTES = 400 << 10 };

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < BYTES; i++) {
        if (write(STDOUT_FILENO, "x", 1) != 1)
            return 1;
    }
    return hostile_end(0);
}
