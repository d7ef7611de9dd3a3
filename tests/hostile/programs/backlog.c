/*
 * Technique: send to a listener that never accepts, and hang up
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 16MiB --cpu 20s --wall 20s
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { CALLERS = 120 };

/* What is sent waits in the queue of a connection that nobody has accepted; bytes one by one,
 * each in a buffer of its own. */
static int call(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
        return -1;
    while (write(fd, "x", 1) == 1)
        continue;
    int r = errno == EAGAIN ? 0 : -1;
    (void)close(fd);
    return r;
}

int main(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/backlog"};

    hostile_bound(HOSTILE_SECONDS);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0 ||
        bind(listener, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(listener, CALLERS) < 0)
        return hostile_end(-1);
    for (int i = 0; i < CALLERS; i++) {
        if (call(&address) < 0)
            return hostile_end(-1);
    }
    exhaust_hold();
    return hostile_end(0);
}
