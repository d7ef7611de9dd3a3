/*
 * Technique: splice a byte of each page of removed files into sockets
 * Family: exhaustion
 * Layers: seccomp, memory
 * Outcome: failed
 * Policies: native
 * Control: room
 * Options: --memory 16MiB
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { PAIRS = 20, TIMES = 20, PAGES = 16, PAGE = 4096 };

static int make_file(void)
{
    char path[] = "/tmp/spliced-XXXXXX";
    int fd = mkstemp(path);

    for (off_t i = 0; fd >= 0 && i < PAGES; i++) {
        if (pwrite(fd, "x", 1, i * PAGE) != 1)
            return -1;
    }
    return unlink(path) < 0 ? -1 : fd;
}

/* A byte of each page: the socket is billed for bytes, and keeps pages. */
static int send_pages(int socket_fd)
{
    int ends[2];
    int file = make_file();

    if (file < 0 || pipe(ends) < 0)
        return -1;
    for (off_t i = 0; i < PAGES; i++) {
        off_t at = i * PAGE;
        if (splice(file, &at, ends[1], NULL, 1, SPLICE_F_NONBLOCK) != 1)
            return -1;
    }
    ssize_t n = splice(ends[0], NULL, socket_fd, NULL, PAGES, SPLICE_F_NONBLOCK);
    (void)close(file);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return n < 0 ? -1 : 0;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < PAIRS; i++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
            return hostile_end(-1);
        for (int j = 0; j < TIMES; j++) {
            if (send_pages(ends[0]) < 0)
                return hostile_end(-1);
        }
    }
    exhaust_hold();
    return hostile_end(0);
}
