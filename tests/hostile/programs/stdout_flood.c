/*
 * Technique: write without end to standard output
 * Family: exhaustion
 * Layers: output
 * Outcome: limit output
 * Policies: native
 * Control: room
 */
#include <string.h>
#include <unistd.h>

#include "hostile.h"

enum { BYTES = 16 << 20, BLOCK = 65536 };

int main(void)
{
    static char block[BLOCK];

    hostile_bound(HOSTILE_SECONDS);
    memset(block, '\n', sizeof(block));
    for (ssize_t done = 0; done < BYTES;) {
        ssize_t n = write(STDOUT_FILENO, block, sizeof(block));
        if (n < 0)
            return 1;
        done += n;
    }
    return hostile_end(0);
}
