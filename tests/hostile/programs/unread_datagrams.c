/*
 * Technique: send datagrams that nobody reads, and hang up
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 24MiB
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { RECEIVERS = 50, LETTERS = 8, LETTER = 100000 };

static int open_receiver(int number, struct sockaddr_un *ret)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)snprintf(ret->sun_path, sizeof(ret->sun_path), "/tmp/letters%d", number);
    return fd < 0 || bind(fd, (const struct sockaddr *)ret, sizeof(*ret)) < 0 ? -1 : fd;
}

/* Who sent is gone at once, and nobody else is billed. */
static int send_letter(const struct sockaddr_un *address)
{
    static char letter[LETTER];
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    ssize_t n = sendto(fd, letter, sizeof(letter), 0, (const struct sockaddr *)address,
                       sizeof(*address));
    (void)close(fd);
    return n < 0 ? -1 : 0;
}

int main(void)
{
    struct sockaddr_un address;

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < RECEIVERS; i++) {
        if (open_receiver(i, &address) < 0)
            return hostile_end(-1);
        for (int j = 0; j < LETTERS; j++) {
            if (send_letter(&address) < 0)
                return hostile_end(-1);
        }
    }
    exhaust_hold();
    return hostile_end(0);
}
