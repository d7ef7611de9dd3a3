/*
 * Technique: send bytes of removed files into sockets, which keep their pages
 * Family: exhaustion
 * Layers: seccomp, memory
 * Outcome: failed
 * Policies: native
 * Control: room
 * Options: --memory 16MiB
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { PAIRS = 12, PAGE = 4096 };

static int make_file(void)
{
    char path[] = "/tmp/sent-XXXXXX";
    int fd = mkstemp(path);

    if (fd < 0 || unlink(path) < 0)
        return -1;
    return pwrite(fd, "xx", 2, PAGE - 1) == 2 ? fd : -1;
}

/* The last byte of a page and the first of the next: the socket is billed for two bytes, and
 * keeps both pages, also when the file is gone. */
static int fill(int socket_fd)
{
    for (;;) {
        off_t at = PAGE - 1;
        int file = make_file();
        if (file < 0)
            return -1;
        ssize_t n = sendfile(socket_fd, file, &at, 2);
        (void)close(file);
        if (n != 2)
            return n >= 0 || errno == EAGAIN ? 0 : -1;
    }
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < PAIRS; i++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0 || fill(ends[0]) < 0)
            return hostile_end(-1);
    }
    exhaust_hold();
    return hostile_end(0);
}
