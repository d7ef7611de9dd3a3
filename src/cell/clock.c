#include <time.h>

#include "cell/cell.h"

uint64_t cell_clock_ns(int clock)
{
    struct timespec now = {0};

    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

uint64_t cell_timeval_ns(const struct timeval *tv)
{
    return (uint64_t)tv->tv_sec * 1000000000U + (uint64_t)tv->tv_usec * 1000U;
}
