/* What sanitizers and valgrind are there to find, one fault an argument; without any, none. */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int shared;

static void *add(void *unused)
{
    shared++;
    return unused;
}

static void race(void)
{
    pthread_t other;

    (void)pthread_create(&other, NULL, add, NULL);
    (void)add(NULL);
    (void)pthread_join(other, NULL);
}

int main(int argc, char **argv)
{
    const char *fault = argc > 1 ? argv[1] : "";
    volatile char *heap = malloc(4);

    if (heap == NULL)
        return 1;
    if (strcmp(fault, "race") == 0)
        race();
    if (strcmp(fault, "overflow") == 0)
        heap[2 * argc] = 1;
    if (strcmp(fault, "signed") == 0)
        shared = INT_MAX - 1 + argc;
    if (strcmp(fault, "leak") != 0)
        free((void *)heap);
    heap = NULL;
    (void)puts("end");
}
