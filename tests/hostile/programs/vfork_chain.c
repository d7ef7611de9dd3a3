/*
 * Technique: start a child by vfork, and in it the next
 * Family: exhaustion
 * Layers: processes
 * Outcome: limit processes
 * Policies: native
 * Control: room
 * Options: --processes 16
 */
#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { DEPTH = 40 };

static volatile int refusal; /* memory is shared, and used in turns */

/* Each level waits in the kernel until the next one has ended. */
static void descend(unsigned level) /* NOLINT(misc-no-recursion): that is the deed */
{
    if (level == DEPTH)
        return;
    pid_t pid = vfork();
    if (pid < 0) {
        refusal = errno;
        exhaust_hold();
    }
    if (pid == 0) {
        descend(level + 1);
        _exit(0);
    }
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    descend(0);
    errno = refusal;
    return hostile_end(refusal == 0 ? 0 : -1);
}
