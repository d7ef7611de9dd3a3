/*
 * Technique: list a large folder again and again
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 400ms
 */
#include <dirent.h>
#include <stddef.h>
#include <time.h>

#include "hostile.h"

enum { MS = 1500 };

static long used_ms(void)
{
    struct timespec used = {0};

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    DIR *folder = opendir("/usr/bin");
    if (folder == NULL)
        return hostile_end(-1);
    while (used_ms() < MS) {
        rewinddir(folder);
        while (readdir(folder) != NULL)
            continue;
    }
    return hostile_end(0);
}
