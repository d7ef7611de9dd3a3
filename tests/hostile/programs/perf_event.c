/*
 * Technique: count what a processor does for everybody
 * Family: escape
 * Layers: seccomp, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 * Needs: the call
 */
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "surface.h"

int main(void)
{
    struct perf_event_attr clock = {
        .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK, .size = sizeof(clock)};

    return surface_end(syscall(SYS_perf_event_open, &clock, -1, 0, -1, PERF_FLAG_FD_CLOEXEC));
}
