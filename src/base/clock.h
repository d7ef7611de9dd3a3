/* The clock by which deadlines and durations are told. */
#ifndef CUPEL_BASE_CLOCK_H
#define CUPEL_BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in ns. */
uint64_t base_now_ns(void);

#endif
