/*
 * Technique: watch a folder twenty times and never read the news
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 32MiB
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { WATCHES = 20, EVENTS = 8000, NAME = 200 };

static int make_and_remove(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    if (fd < 0)
        return -1;
    (void)close(fd);
    return unlink(path);
}

int main(void)
{
    char path[NAME + 32];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < WATCHES; i++) {
        int fd = inotify_init1(0);
        if (fd < 0 || inotify_add_watch(fd, "/tmp", IN_CREATE | IN_DELETE) < 0)
            return hostile_end(-1);
    }
    for (int i = 0; i < EVENTS; i++) {
        (void)snprintf(path, sizeof(path), "/tmp/%0*d", NAME, i);
        if (make_and_remove(path) < 0)
            return hostile_end(-1);
    }
    exhaust_hold();
    return hostile_end(0);
}
