/*
 * Technique: reach the host's root by other processes' /proc
 * Family: escape
 * Layers: pid, landlock, capabilities, user
 * Outcome: stopped
 * Policies: every
 * Control: root
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    DIR *proc = opendir("/proc");
    char path[64];
    const struct dirent *entry;
    int failure = ENOENT;

    if (proc == NULL)
        return hostile_end(-1);
    while ((entry = readdir(proc)) != NULL) {
        long pid = strtol(entry->d_name, NULL, 10);
        (void)snprintf(path, sizeof(path), "/proc/%ld/root/var/lib/dpkg/status", pid);
        if (pid <= 0 || pid == getpid())
            continue;
        if (open(path, O_RDONLY | O_CLOEXEC) >= 0)
            return hostile_end(0);
        if (errno != ENOENT) /* it has ended meanwhile */
            failure = errno;
    }
    errno = failure;
    return hostile_end(-1);
}
