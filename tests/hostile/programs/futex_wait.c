/*
 * Technique: wait for a lock that nobody gives back
 * Family: exhaustion
 * Layers: wall_time
 * Outcome: limit wall_time
 * Policies: native
 * Control: room
 * Options: --wall 500ms
 */
#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

/* Room for it to end: nobody wakes it, but time does. */
static const struct timespec patience = {.tv_sec = 1, .tv_nsec = 500000000};

int main(void)
{
    uint32_t word = 0;

    hostile_bound(HOSTILE_SECONDS);
    long r = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &patience, NULL, 0);
    return hostile_end(r < 0 && errno == ETIMEDOUT ? 0 : -1);
}
