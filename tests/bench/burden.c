/*
 * What is measured: burden burn THREADS | touch MIB | pour MIB TEXT | call ROUNDS
 *
 * burn uses CPU time until it is killed; touch writes to so much memory, and ends; pour writes
 * so much of the text, over and over. call, in a judge's cell, prints of each round how many
 * microseconds it took to start /bin/true and wait for it, and to have the broker do so.
 */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BUFFER (256U << 10)

static void *burn(void *argument)
{
    volatile unsigned long *count = argument;

    for (;;)
        (*count)++;
    return NULL;
}

static int burn_threads(unsigned long threads)
{
    static unsigned long counts[64];
    pthread_t thread;

    for (unsigned long i = 1; i < threads && i < 64; i++) {
        if (pthread_create(&thread, NULL, burn, &counts[i]) != 0)
            return 1;
    }
    (void)burn(&counts[0]);
    return 0;
}

static int touch(size_t bytes)
{
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return 1;
    memset(memory, 1, bytes);
    return 0;
}

/* A part of the buffer's length is the text's, so that the next one begins where it ended. */
static int pour(size_t bytes, const char *text)
{
    size_t len = strlen(text);
    size_t size = BUFFER / len * len;
    char *buffer = len > 0 && len <= BUFFER ? malloc(size) : NULL;

    if (buffer == NULL)
        return 1;
    for (size_t i = 0; i < size; i++)
        buffer[i] = text[i % len];
    for (size_t done = 0; done < bytes;) {
        size_t at = done % size;
        size_t rest = bytes - done < size - at ? bytes - done : size - at;
        ssize_t n = write(STDOUT_FILENO, buffer + at, rest);
        if (n < 0)
            return 1;
        done += (size_t)n;
    }
    return 0;
}

static double now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* In µs; below 0: it failed. */
static double time_of(char *const *argv)
{
    double start = now_us();
    int status = 0;
    pid_t pid;

    if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
        waitpid(pid, &status, 0) != pid || status != 0)
        return -1;
    return now_us() - start;
}

static int call(unsigned long rounds)
{
    static char command[] = "/bin/true";
    static char exec[] = "/cupel/exec";

    for (unsigned long i = 0; i < rounds; i++) {
        double direct = time_of((char *const[]){command, NULL});
        double called = time_of((char *const[]){exec, command, NULL});
        if (direct < 0 || called < 0)
            return 1;
        (void)printf("%.1f %.1f\n", direct, called);
    }
    return 0;
}

int main(int argc, char **argv)
{
    unsigned long number = argc >= 3 ? strtoul(argv[2], NULL, 10) : 0;

    if (number > 0 && strcmp(argv[1], "burn") == 0)
        return burn_threads(number);
    if (number > 0 && strcmp(argv[1], "touch") == 0)
        return touch((size_t)number << 20);
    if (number > 0 && argc == 4 && strcmp(argv[1], "pour") == 0)
        return pour((size_t)number << 20, argv[3]);
    if (number > 0 && strcmp(argv[1], "call") == 0)
        return call(number);
    return 2;
}
