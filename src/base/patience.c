#include "base/patience.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WAKE_UP SIGURG

#define PATIENCE_NS 20000000

static void wake_up(int signal_number)
{
    (void)signal_number; /* that there is a handler ends the call */
}

int base_patience_begin(struct base_patience *ret)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = WAKE_UP};
    const struct itimerspec when = {.it_interval.tv_nsec = PATIENCE_NS,
                                    .it_value.tv_nsec = PATIENCE_NS};
    const struct sigaction action = {.sa_handler = wake_up}; /* no SA_RESTART */
    sigset_t own;

    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    if (timer_create(CLOCK_MONOTONIC, &event, &ret->timer) < 0)
        return errno == EAGAIN ? -ENOBUFS : -errno; /* EAGAIN is the calls' own word */
    (void)sigemptyset(&own);
    (void)sigaddset(&own, WAKE_UP);
    (void)sigaction(WAKE_UP, &action, &ret->action);
    (void)pthread_sigmask(SIG_UNBLOCK, &own, &ret->mask);
    (void)timer_settime(ret->timer, 0, &when, NULL);
    return 0;
}

/* A signal that the timer has sent by now has been handled when it is deleted. */
void base_patience_end(const struct base_patience *patience)
{
    int error = errno;

    (void)timer_delete(patience->timer);
    (void)pthread_sigmask(SIG_SETMASK, &patience->mask, NULL);
    (void)sigaction(WAKE_UP, &patience->action, NULL);
    errno = error;
}

static bool begin(struct base_patience *ret)
{
    int r = base_patience_begin(ret);

    if (r < 0)
        errno = -r;
    return r == 0;
}

int base_ioctl_impatiently(int fd, unsigned long request, void *argument)
{
    struct base_patience patience;

    if (!begin(&patience))
        return -1;
    int r = ioctl(fd, request, argument);
    base_patience_end(&patience);
    return r;
}

int base_accept_impatiently(int fd, int flags)
{
    struct base_patience patience;

    if (!begin(&patience))
        return -1;
    int r = accept4(fd, NULL, NULL, flags | SOCK_CLOEXEC);
    base_patience_end(&patience);
    return r;
}

void base_close_impatiently(int *fd)
{
    struct base_patience patience;
    int error = errno;

    if (*fd < 0)
        return;
    bool is_bounded = begin(&patience);
    (void)close(*fd);
    *fd = -1;
    if (is_bounded)
        base_patience_end(&patience);
    errno = error;
}
