/*
 * Calls that wait though there was something a moment ago: receive a notification, accept a
 * connection. Where another process shares the descriptor it may take what was there, or make
 * the descriptor wait (O_NONBLOCK is not the caller's own), and the first has no such flag.
 */
#ifndef CUPEL_BASE_PATIENCE_H
#define CUPEL_BASE_PATIENCE_H

/*
 * ioctl(2) and accept4(2) for a bounded time, some 20 ms: a call that still waits then fails
 * with EINTR. Return as these do; ENOBUFS or ENOMEM if time cannot be bounded here.
 *
 * Only as long as the call takes, SIGURG is handled: a timer sends it to the calling thread,
 * again and again, so that it does not come too early.
 */
int base_ioctl_impatiently(int fd, unsigned long request, void *argument);
int base_accept_impatiently(int fd, int flags);

#endif
