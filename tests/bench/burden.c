/*
 * What limits are measured with: burden burn THREADS | touch MIB
 *
 * burn uses CPU time until it is killed; touch writes to so much memory, and ends.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

int main(int argc, char **argv)
{
    unsigned long number = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

    if (number > 0 && strcmp(argv[1], "burn") == 0)
        return burn_threads(number);
    if (number > 0 && strcmp(argv[1], "touch") == 0)
        return touch((size_t)number << 20);
    return 2;
}
