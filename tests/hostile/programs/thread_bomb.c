/*
 * Technique: start threads that wait for ever
 * Family: exhaustion
 * Layers: processes
 * Outcome: limit processes
 * Policies: native
 * Control: room
 * Options: --processes 16
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { THREADS = 40, STACK = 65536 };

static void *stay(void *argument)
{
    for (;;)
        (void)pause();
    return argument;
}

int main(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    hostile_bound(HOSTILE_SECONDS);
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK);
    for (int i = 0; i < THREADS; i++) {
        int refusal = pthread_create(&thread, &attributes, stay, NULL);
        if (refusal != 0) {
            exhaust_hold();
            errno = refusal;
            return hostile_end(-1);
        }
    }
    return hostile_end(0);
}
