/*
 * Technique: write bytes that are no text, and control sequences
 * Family: exhaustion
 * Layers: output
 * Outcome: limit output
 * Policies: native
 * Control: room
 */
#include <string.h>
#include <unistd.h>

#include "hostile.h"

enum { BYTES = 4 << 20 };

int main(void)
{
    unsigned char block[256];

    hostile_bound(HOSTILE_SECONDS);
    for (unsigned i = 0; i < sizeof(block); i++)
        block[i] = (unsigned char)(i * 7);
    memcpy(block, "\x1b]0;title\a\x1b[2J\xc0\x80\xed\xa0\x80\xf8", 20);
    for (size_t done = 0; done < BYTES; done += sizeof(block)) {
        if (write(STDOUT_FILENO, block, sizeof(block)) < 0)
            return 1;
    }
    return hostile_end(0);
}
