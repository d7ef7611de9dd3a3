/*
 * Technique: signal each process that is in /proc
 * Family: escape
 * Layers: pid, landlock
 * Outcome: stopped
 * Policies: every
 * Control: layers
 */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "hostile.h"

int main(void)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;

    if (proc == NULL)
        return hostile_end(-1);
    while ((entry = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && pid != getpid() && kill(pid, 0) == 0)
            return hostile_end(0);
    }
    return hostile_refused("nobody to signal");
}
