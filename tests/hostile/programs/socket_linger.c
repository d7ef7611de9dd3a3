/*
 * Technique: have whoever closes a socket wait for its peer
 * Family: escape
 * Layers: seccomp
 * Outcome: stopped
 * Policies: every
 * Control: user
 */
#include <sys/socket.h>

#include "hostile.h"

/* Not for a moment: to be allowed to is the deed. */
int main(void)
{
    const struct linger none = {.l_onoff = 1, .l_linger = 0};
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return hostile_end(-1);
    return hostile_end(setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &none, sizeof(none)));
}
