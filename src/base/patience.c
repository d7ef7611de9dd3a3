#include "base/patience.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WAKE_UP SIGURG

#define PATIENCE_NS 20000000

/* What is put back afterwards. */
struct patience {
    timer_t timer;
    struct sigaction action;
    sigset_t mask;
};

static void wake_up(int signal_number)
{
    (void)signal_number; /* that there is a handler ends the call */
}

/* Returns 0; -1 with errno, which is ENOBUFS where there are too many timers: EAGAIN is the
 * call's own word. */
static int begin(struct patience *ret)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = WAKE_UP};
    const struct itimerspec when = {.it_interval.tv_nsec = PATIENCE_NS,
                                    .it_value.tv_nsec = PATIENCE_NS};
    const struct sigaction action = {.sa_handler = wake_up}; /* no SA_RESTART */
    sigset_t own;

    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    if (timer_create(CLOCK_MONOTONIC, &event, &ret->timer) < 0) {
        errno = errno == EAGAIN ? ENOBUFS : errno;
        return -1;
    }
    (void)sigemptyset(&own);
    (void)sigaddset(&own, WAKE_UP);
    (void)sigaction(WAKE_UP, &action, &ret->action);
    (void)pthread_sigmask(SIG_UNBLOCK, &own, &ret->mask);
    (void)timer_settime(ret->timer, 0, &when, NULL);
    return 0;
}

/* A signal that the timer has sent by now has been handled when it is deleted. */
static void end(const struct patience *patience)
{
    int error = errno;

    (void)timer_delete(patience->timer);
    (void)pthread_sigmask(SIG_SETMASK, &patience->mask, NULL);
    (void)sigaction(WAKE_UP, &patience->action, NULL);
    errno = error;
}

int base_ioctl_impatiently(int fd, unsigned long request, void *argument)
{
    struct patience patience;

    if (begin(&patience) < 0)
        return -1;
    int r = ioctl(fd, request, argument);
    end(&patience);
    return r;
}

int base_accept_impatiently(int fd, int flags)
{
    struct patience patience;

    if (begin(&patience) < 0)
        return -1;
    int r = accept4(fd, NULL, NULL, flags | SOCK_CLOEXEC);
    end(&patience);
    return r;
}
