/*
 * Technique: say whom the kernel kills first when memory is short
 * Family: escape
 * Layers: pid, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <fcntl.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    char score[16];
    int from = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
    int to = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (from < 0 || to < 0)
        return hostile_end(-1);
    ssize_t len = read(from, score, sizeof(score));
    return hostile_end(len < 0 ? -1 : write(to, score, (size_t)len));
}
