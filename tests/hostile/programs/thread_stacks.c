/*
 * Technique: fill the stacks of threads
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 32MiB
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crew.h"
#include "exhaust.h"
#include "hostile.h"

enum { THREADS = 12, MIB = 4 };

static void *fill(void *stack)
{
    for (size_t i = 0; i < MIB - 1; i++)
        crew_touch((char *)stack + i * CREW_MIB);
    exhaust_hold();
    return NULL;
}

static int start(pthread_t *thread)
{
    const size_t size = (size_t)MIB * CREW_MIB;
    pthread_attr_t attributes;
    void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

    if (stack == MAP_FAILED)
        return -1;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstack(&attributes, stack, size);
    errno = pthread_create(thread, &attributes, fill, stack);
    (void)pthread_attr_destroy(&attributes);
    return errno == 0 ? 0 : -1;
}

int main(void)
{
    pthread_t threads[THREADS];

    hostile_bound(HOSTILE_SECONDS);
    for (int i = 0; i < THREADS; i++) {
        if (start(&threads[i]) < 0)
            return hostile_end(-1);
    }
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    return hostile_end(0);
}
