/*
 * Technique: write over read-only memory by /proc/self/mem
 * Family: escape
 * Layers: pid, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "hostile.h"

static const char text[] = "constant";

int main(void)
{
    int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

    return hostile_end(fd < 0 ? -1 : pwrite(fd, "C", 1, (off_t)(uintptr_t)text));
}
