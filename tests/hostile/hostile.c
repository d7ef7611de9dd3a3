#include "hostile.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int say(const char *word, int status)
{
    return puts(word) == EOF || fflush(stdout) == EOF ? 3 : status;
}

int hostile_end(long result)
{
    return result < 0 ? say(strerrorname_np(errno), 1) : say("done", 0);
}

int hostile_end_in(const char *folder, const char *path, long result)
{
    int failure = errno;

    if (result == 0)
        (void)unlink(path);
    (void)rmdir(folder);
    errno = failure;
    return hostile_end(result);
}

int hostile_refused(const char *why)
{
    return say(why, 1);
}

int hostile_not_here(const char *why)
{
    return say(why, HOSTILE_NOT_HERE);
}

static void lower(__rlimit_resource_t resource, rlim_t most)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) < 0 || limit.rlim_max <= most)
        return;
    limit = (struct rlimit){most, most};
    (void)setrlimit(resource, &limit); /* a policy that refuses this has limits of its own */
}

static void bound_time(unsigned seconds)
{
    static timer_t timer; /* a forked process has none */
    static bool armed;
    struct sigevent kill = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec when = {.it_value.tv_sec = seconds};

    if (armed)
        (void)timer_delete(timer);
    armed = timer_create(CLOCK_MONOTONIC, &kill, &timer) == 0 &&
            timer_settime(timer, 0, &when, NULL) == 0;
    if (!armed)
        (void)alarm(seconds);
}

/* No program goes on for ever, even where no layer of the sandbox ends it. */
__attribute__((constructor)) static void bound_time_of_all(void)
{
    bound_time(HOSTILE_SECONDS);
}

void hostile_bound(unsigned seconds)
{
    bound_time(seconds);
    lower(RLIMIT_CPU, seconds);
    lower(RLIMIT_AS, (rlim_t)4 << 30);
    lower(RLIMIT_FSIZE, (rlim_t)1 << 30);
    lower(RLIMIT_CORE, 0);
}
