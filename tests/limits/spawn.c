/*
 * Starts processes or threads, with a dot for each, until it has as many as it is told.
 *
 *     spawn KIND COUNT [WHEN_REFUSED]
 *
 * WHEN_REFUSED: fail (exit 1, the default), calm (exit 0), hang, retry. errno's name is on
 * standard error. Exit 0: all were there at the same time; 2: usage.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crew.h"

enum { COUNT_MAX = 500, STACK = 65536 };

static _Noreturn void stay(void)
{
    crew_bound();
    for (;;)
        (void)pause();
}

static int start_fork(void)
{
    pid_t pid = fork();

    if (pid == 0)
        stay();
    return pid < 0 ? -1 : 0;
}

/* A grandchild whose parent has gone belongs to process 1. */
static int start_orphan(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        _exit(start_fork() == 0 ? 0 : errno);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return -1;
    errno = WEXITSTATUS(status);
    return status == 0 ? 0 : -1;
}

/* Its parent is ours: the tree does not get deeper, and nobody here can wait for it. */
static int start_sibling(void)
{
    long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);

    if (pid == 0)
        stay();
    return pid < 0 ? -1 : 0;
}

static int start_vfork(void)
{
    static char name[] = "spawn";
    static char word[] = "stay";
    static char *const argv[] = {name, word, NULL};

    pid_t pid = vfork();
    if (pid == 0) {
        (void)execv("/proc/self/exe", argv);
        _exit(127);
    }
    return pid < 0 ? -1 : 0;
}

static void *be_thread(void *argument)
{
    for (;;)
        (void)pause();
    return argument;
}

static int start_thread(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK);
    errno = pthread_create(&thread, &attributes, be_thread, NULL);
    (void)pthread_attr_destroy(&attributes);
    return errno == 0 ? 0 : -1;
}

/* Each child does as its parent does, so that COUNT doublings come of it, but never too many.
 */
static int start_bomb(void)
{
    static atomic_uint *started;

    if (started == NULL) {
        void *page = mmap(NULL, sizeof(*started), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED)
            return -1;
        started = page;
    }
    if (atomic_fetch_add(started, 1) >= COUNT_MAX)
        stay();
    pid_t pid = fork();
    if (pid == 0)
        crew_bound();
    else if (pid < 0)
        (void)atomic_fetch_sub(started, 1);
    return pid < 0 ? -1 : pid == 0;
}

/* start: 0 if one more is there, 1 in it if it is to go on, or -1. */
static const struct kind {
    const char *name;
    int (*start)(void);
} kinds[] = {
    {"forks", start_fork},   {"orphans", start_orphan}, {"siblings", start_sibling},
    {"vforks", start_vfork}, {"threads", start_thread}, {"bomb", start_bomb},
};

static int end_of(const char *when_refused)
{
    (void)crew_refused();
    if (strcmp(when_refused, "calm") == 0)
        return 0;
    if (strcmp(when_refused, "hang") == 0)
        stay();
    return 1;
}

static int run(const struct kind *kind, unsigned count, const char *when_refused)
{
    while (count > 0) {
        int r = kind->start();
        if (r >= 0) {
            if (r == 0)
                crew_dot();
            count--;
        } else if (errno != EAGAIN || strcmp(when_refused, "retry") != 0) {
            return end_of(when_refused);
        } else {
            crew_sleep_ms(1);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "stay") == 0)
        stay();
    if (argc < 3)
        return 2;
    unsigned count = crew_number(argv[2], COUNT_MAX);
    crew_bound();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, argv[1]) == 0)
            return run(&kinds[i], count, argc > 3 ? argv[3] : "fail");
    }
    return 2;
}
