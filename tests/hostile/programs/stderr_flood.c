/*
 * Technique: write without end to standard error
 * Family: exhaustion
 * Layers: output
 * Outcome: limit output
 * Policies: native
 * Control: room
 */
#include <unistd.h>

#include "hostile.h"

enum { LINES = 200000 };

int main(void)
{
    static const char line[] =
        "hostile: warning: the quick brown fox jumps over the lazy dog\n";

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < LINES; i++) {
        if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
            return 1;
    }
    return hostile_end(0);
}
