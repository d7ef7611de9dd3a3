/*
 * Technique: begin to read long texts of /proc again and again
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 12MiB --cpu 20s --wall 20s
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { CHILDREN = 4, LOCKS = 2000, OPEN = 50 };

static int lock_file(unsigned index)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/tmp/locks%u", index);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    for (int i = LOCKS; fd >= 0 && i > 0; i--) {
        struct flock lock = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2 * (off_t)i, .l_len = 1};
        if (fcntl(fd, F_SETLK, &lock) < 0)
            return -1;
    }
    return fd;
}

/* The kernel keeps the whole text of such a file, from the first byte that is read of it. */
static int read_all(unsigned index)
{
    char path[64];
    char byte;
    int fd = lock_file(index);

    (void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    for (int i = 0; fd >= 0 && i < OPEN; i++) {
        int text = open(path, O_RDONLY);
        if (text < 0 || read(text, &byte, 1) != 1)
            return -1;
    }
    return fd;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    return hostile_end(exhaust_crew(CHILDREN, read_all));
}
