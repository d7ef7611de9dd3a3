/*
 * Technique: write to both streams in turns, each below the limit
 * Family: exhaustion
 * Layers: output
 * Outcome: limit output
 * Policies: native
 * Control: room
 */
#include <string.h>
#include <unistd.h>

#include "hostile.h"

enum { BYTES = 800 << 10, BLOCK = 4096 };

int main(void)
{
    static char block[BLOCK];

    hostile_bound(HOSTILE_SECONDS);
    memset(block, 'x', sizeof(block));
    for (int done = 0; done < BYTES; done += BLOCK) {
        if (write(STDOUT_FILENO, block, BLOCK) < 0 || write(STDERR_FILENO, block, BLOCK) < 0)
            return 1;
    }
    return hostile_end(0);
}
