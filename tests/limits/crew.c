#include "crew.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, CREW_MAX = 500 };

void crew_bound(void)
{
    (void)alarm(CREW_SECONDS);
}

void crew_dot(void)
{
    if (write(STDOUT_FILENO, ".", 1) != 1)
        _exit(3);
}

int crew_refused(void)
{
    (void)fprintf(stderr, "%s\n", strerrorname_np(errno));
    return -1;
}

unsigned crew_number(const char *text, unsigned max)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (end == text || *end != '\0' || number < 1 || number > max) {
        (void)fprintf(stderr, "%s: expected a number from 1 to %u\n", text, max);
        exit(2);
    }
    return (unsigned)number;
}

void crew_sleep_ms(unsigned ms)
{
    struct timespec left = {ms / 1000, (long)(ms % 1000) * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

void crew_touch(void *mib)
{
    volatile char *bytes = mib;

    for (size_t i = 0; i < CREW_MIB; i += PAGE)
        bytes[i] = 1;
}

static _Noreturn void be_member(int ready_fd, int (*work)(void *owner, unsigned index),
                                void *owner, unsigned index)
{
    crew_bound();
    char answer = work(owner, index) == 0 ? 'y' : 'n';
    if (write(ready_fd, &answer, 1) != 1)
        _exit(3);
    for (;;)
        (void)pause();
}

/* Returns how many of count members are ready with success. */
static unsigned await(int ready_fd, unsigned count)
{
    unsigned done = 0;
    char answer;

    while (count-- > 0 && read(ready_fd, &answer, 1) == 1)
        done += answer == 'y';
    return done;
}

int crew_work(unsigned count, int (*work)(void *owner, unsigned index), void *owner,
              unsigned hold_ms)
{
    pid_t members[CREW_MAX];
    unsigned started = 0;
    int ends[2];

    if (count > CREW_MAX || pipe(ends) < 0)
        return crew_refused();
    for (; started < count; started++) {
        members[started] = fork();
        if (members[started] < 0)
            break;
        if (members[started] == 0)
            be_member(ends[1], work, owner, started);
    }
    if (started < count)
        (void)crew_refused();
    (void)close(ends[1]);
    unsigned done = await(ends[0], started);
    crew_sleep_ms(hold_ms);
    for (unsigned i = 0; i < started; i++)
        (void)kill(members[i], SIGKILL);
    while (wait(NULL) > 0)
        continue;
    (void)close(ends[0]);
    return done == count ? 0 : -1;
}

int crew_write_mib(int fd)
{
    static char block[65536];

    memset(block, 'x', sizeof(block));
    for (size_t done = 0; done < CREW_MIB;) {
        ssize_t n = write(fd, block, sizeof(block));
        if (n < 0)
            return crew_refused();
        done += (size_t)n;
    }
    crew_dot();
    return 0;
}
