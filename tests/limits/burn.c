/*
 * Uses CPU time in pieces of 20 ms, in the manner that it is told, and ends with 0.
 *
 *     burn KIND MS
 *
 * Exit 1: the system refused, errno's name is on standard error; 2: usage.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crew.h"

enum { MS_MAX = 10000, PIECE_MS = 20, THREADS = 4 };

static uint64_t used_ns(clockid_t clock)
{
    struct timespec used = {0};

    (void)clock_gettime(clock, &used);
    return (uint64_t)used.tv_sec * 1000000000U + (uint64_t)used.tv_nsec;
}

static void burn(clockid_t clock, unsigned ms)
{
    uint64_t end = used_ns(clock) + (uint64_t)ms * 1000000U;

    /* Ask for the time seldom: the question itself is system time. */
    while (used_ns(clock) < end) {
        for (volatile int i = 0; i < 20000; i = i + 1)
            continue;
    }
}

static int loop(unsigned ms)
{
    burn(CLOCK_PROCESS_CPUTIME_ID, ms);
    return 0;
}

static void *be_thread(void *argument)
{
    const unsigned *ms = argument;

    burn(CLOCK_THREAD_CPUTIME_ID, *ms);
    return NULL;
}

static int threads(unsigned ms)
{
    pthread_t members[THREADS];
    unsigned share = ms / THREADS;

    for (int i = 0; i < THREADS; i++) {
        errno = pthread_create(&members[i], NULL, be_thread, &share);
        if (errno != 0)
            return crew_refused();
    }
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(members[i], NULL);
    return 0;
}

static void be_piece(int ready_fd)
{
    crew_bound();
    burn(CLOCK_PROCESS_CPUTIME_ID, PIECE_MS);
    _exit(write(ready_fd, "x", 1) == 1 ? 0 : 3);
}

/* Pieces one after the other: each a child, or its child if it is to be an orphan. */
static int in_pieces(unsigned ms, int orphan)
{
    char byte;
    int ends[2];

    if (pipe(ends) < 0)
        return crew_refused();
    for (unsigned done = 0; done < ms; done += PIECE_MS) {
        pid_t pid = fork();
        if (pid < 0)
            return crew_refused();
        if (pid == 0 && (!orphan || fork() == 0))
            be_piece(ends[1]);
        if (pid == 0)
            _exit(0);
        (void)waitpid(pid, NULL, 0); /* for nothing where SIGCHLD is ignored */
        if (read(ends[0], &byte, 1) != 1)
            return crew_refused();
    }
    return 0;
}

static int relay(unsigned ms)
{
    return in_pieces(ms, 0);
}

static int orphans(unsigned ms)
{
    return in_pieces(ms, 1);
}

/* The kernel forgets what children used whose parent does not want to know of their end. */
static int ignored(unsigned ms)
{
    (void)signal(SIGCHLD, SIG_IGN);
    return in_pieces(ms, 0);
}

static const struct kind {
    const char *name;
    int (*burn)(unsigned ms);
} kinds[] = {
    {"loop", loop},       {"threads", threads}, {"relay", relay},
    {"orphans", orphans}, {"ignored", ignored},
};

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    unsigned ms = crew_number(argv[2], MS_MAX);
    crew_bound();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, argv[1]) == 0)
            return kinds[i].burn(ms) == 0 ? 0 : 1;
    }
    return 2;
}
