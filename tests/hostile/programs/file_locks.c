/*
 * Technique: lock every other byte of files
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 16MiB --cpu 20s --wall 20s
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { CHILDREN = 16, FILES = 25, LOCKS = 400 };

/* Locks of every other byte cannot be merged. */
static int lock_file(unsigned index, int number)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/tmp/locks%u.%d", index, number);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0)
        return -1;
    for (int i = LOCKS; i > 0; i--) {
        struct flock lock = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2 * (off_t)i, .l_len = 1};
        if (fcntl(fd, F_SETLK, &lock) < 0)
            return -1;
    }
    return 0;
}

static int lock_all(unsigned index)
{
    for (int i = 0; i < FILES; i++) {
        if (lock_file(index, i) < 0)
            return -1;
    }
    return 0;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    return hostile_end(exhaust_crew(CHILDREN, lock_all));
}
