/*
 * Calls that should not wait, and do. Receiving a notification or accepting a connection,
 * though there was something a moment ago: where another process shares the descriptor it may
 * take what was there, or make the descriptor wait (O_NONBLOCK is not the caller's own), and
 * the first has no such flag. And whatever closes for the last time a descriptor that another
 * process sent: of a socket with SO_LINGER, that waits until its peer has read all, see
 * socket(7). Descriptors in a message that is received without room for them, or never, are
 * closed by who receives it, or closes the socket.
 */
#ifndef CUPEL_BASE_PATIENCE_H
#define CUPEL_BASE_PATIENCE_H

#include <signal.h>
#include <time.h>

#include "cupel/error.h"

/* What is put back afterwards. */
struct base_patience {
    timer_t timer;
    struct sigaction action;
    sigset_t mask;
};

/*
 * Between these two, a call that waits is interrupted after some 20 ms. Returns 0; -errno if
 * time cannot be bounded here, -ENOBUFS where there are too many timers.
 *
 * Only as long as that takes, SIGURG is handled: a timer sends it to the calling thread, again
 * and again, so that it does not come too early.
 */
CUPEL_MUST_CHECK int base_patience_begin(struct base_patience *ret);
void base_patience_end(const struct base_patience *patience);

/*
 * ioctl(2) and accept4(2) for so long: a call that still waits then fails with EINTR. Return as
 * these do; ENOBUFS or ENOMEM if time cannot be bounded here.
 */
int base_ioctl_impatiently(int fd, unsigned long request, void *argument);
int base_accept_impatiently(int fd, int flags);

/* Close *fd, which is -1 afterwards, if it is not so already. It is closed in any case. */
void base_close_impatiently(int *fd);

#endif
