/*
 * Technique: list a large folder again and again
 * Family: exhaustion
 * Layers: cpu_time
 * Outcome: limit cpu_time
 * Policies: native
 * Control: room
 * Options: --cpu 200ms
 */
#include <dirent.h>
#include <stddef.h>

#include "exhaust.h"
#include "hostile.h"

enum { MS = 700 };

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    DIR *folder = opendir("/usr/bin");
    if (folder == NULL)
        return hostile_end(-1);
    while (exhaust_used_ms() < MS) {
        rewinddir(folder);
        while (readdir(folder) != NULL)
            continue;
    }
    return hostile_end(0);
}
