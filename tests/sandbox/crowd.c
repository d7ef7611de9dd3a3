/*
 * Many processes that take memory together and stay awake: crowd PROCESSES MIB MILLISECONDS
 *
 * Standard output tells in two lines how many of them were stopped and went on, and how many
 * ended well. Exit 0; 1: refused, with the errno's name; 2: usage.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t was_stopped;

static void continued(int number)
{
    (void)number;
    was_stopped = 1;
}

static long milliseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void take_part(size_t bytes, long duration)
{
    long end = milliseconds() + duration;
    char *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        _exit(2);
    (void)signal(SIGCONT, continued);
    memset(memory, 1, bytes);
    while (milliseconds() < end)
        continue;
    _exit(was_stopped ? 1 : 0);
}

int main(int argc, char **argv)
{
    int stopped = 0;
    int ended = 0;
    int status;

    if (argc != 4)
        return 2;
    int processes = atoi(argv[1]);
    for (int i = 0; i < processes; i++) {
        pid_t pid = fork();
        if (pid < 0) {
            (void)fprintf(stderr, "fork: %s\n", strerrorname_np(errno));
            return 1;
        }
        if (pid == 0)
            take_part(strtoul(argv[2], NULL, 10) * 1024 * 1024 / (size_t)processes,
                      atol(argv[3]));
    }
    while (wait(&status) > 0) {
        stopped += WIFEXITED(status) && WEXITSTATUS(status) == 1 ? 1 : 0;
        ended += WIFEXITED(status) && WEXITSTATUS(status) <= 1 ? 1 : 0;
    }
    (void)printf("%d\n%d\n", stopped, ended);
    return 0;
}
