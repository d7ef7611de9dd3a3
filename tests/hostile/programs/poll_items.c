/*
 * Technique: watch files under numbers that they have no longer by epoll
 * Family: exhaustion
 * Layers: memory
 * Outcome: limit memory
 * Policies: native
 * Control: room
 * Options: --memory 16MiB
 */
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "exhaust.h"
#include "hostile.h"

enum { CHILDREN = 16, POLLS = 20, COUNTERS = 20, NUMBERS = 60 };

/*
 * An item is one of a file and a number, and stays as long as the file is open under another
 * number: so there are more of them than of descriptors.
 */
static int add_items(const int polls[static POLLS], int counter, int first)
{
    for (int number = first; number < NUMBERS; number++) {
        struct epoll_event event = {.events = EPOLLIN};
        if (dup2(counter, number) < 0)
            return -1;
        for (int i = 0; i < POLLS; i++) {
            if (epoll_ctl(polls[i], EPOLL_CTL_ADD, number, &event) < 0)
                return -1;
        }
    }
    return 0;
}

static int collect(unsigned index)
{
    int polls[POLLS];
    int counters[COUNTERS];

    (void)index;
    for (int i = 0; i < POLLS; i++) {
        polls[i] = epoll_create1(0);
        if (polls[i] < 0)
            return -1;
    }
    for (int i = 0; i < COUNTERS; i++) {
        counters[i] = eventfd(0, 0);
        if (counters[i] < 0)
            return -1;
    }
    for (int i = 0; i < COUNTERS; i++) {
        if (add_items(polls, counters[i], counters[COUNTERS - 1] + 1) < 0)
            return -1;
    }
    return 0;
}

int main(void)
{
    hostile_bound(HOSTILE_SECONDS);
    return hostile_end(exhaust_crew(CHILDREN, collect));
}
