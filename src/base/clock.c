#include "base/clock.h"

#include <time.h>

#include "cupel/units.h"

uint64_t base_now_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * CUPEL_NS_PER_S + (uint64_t)now.tv_nsec;
}
