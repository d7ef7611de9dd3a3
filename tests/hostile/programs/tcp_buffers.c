/*
 * Technique: fill TCP connections to oneself
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 24MiB --network loopback --open-files 128
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { PAIRS = 12, CHILDREN = 4 };

/* Returns a connected socket; its other end stays open and reads nothing. */
static int connect_pair(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(here);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int sender = socket(AF_INET, SOCK_STREAM, 0);

    if (listener < 0 || sender < 0 || bind(listener, (struct sockaddr *)&here, size) < 0 ||
        listen(listener, 1) < 0 || getsockname(listener, (struct sockaddr *)&here, &size) < 0 ||
        connect(sender, (struct sockaddr *)&here, size) < 0 || accept(listener, NULL, NULL) < 0)
        return -1;
    return fcntl(sender, F_SETFL, O_NONBLOCK) < 0 ? -1 : sender;
}

static int fill(unsigned index)
{
    static char block[65536];

    (void)index;
    for (int i = 0; i < PAIRS; i++) {
        int sender = connect_pair();
        if (sender < 0)
            return -1;
        while (write(sender, block, sizeof(block)) > 0)
            continue;
        if (errno != EAGAIN)
            return -1;
    }
    return 0;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    return hostile_end(exhaust_crew(CHILDREN, fill));
}
