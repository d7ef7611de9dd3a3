/* How soon a thread gets a processor when it wakes up. Source: sched(7). */
#ifndef CUPEL_BASE_TURNS_H
#define CUPEL_BASE_TURNS_H

#include <stdbool.h>

/*
 * Let the calling thread come before all ordinary ones (SCHED_FIFO), or be one of them again.
 * Only root's threads may; others get shorter turns, which come sooner, where the kernel has
 * those. Only threads of the ordinary policy change; processes that they fork do not inherit
 * it. Returns whether it is so from now on.
 */
bool base_take_first_turn(bool first);

#endif
