/* One event loop for descriptors: sockets, pipes, pidfds and timerfds. Source: epoll(7). */
#ifndef CUPEL_LOOP_H
#define CUPEL_LOOP_H

#include <stdint.h>

#include "cupel/error.h"

struct cupel_loop;

/* One watched descriptor; embedded in its owner, which must remove it before it goes away. */
struct cupel_source {
    int fd; /* borrowed; -1: not watched */
    void (*ready)(struct cupel_source *source, uint32_t epoll_events);
    void *owner;
};

/* The calling thread is to serve the loop. While a run is close to a limit, it has real-time
 * priority (SCHED_FIFO, 1) if it may. */
CUPEL_MUST_CHECK int cupel_loop_new(struct cupel_loop **ret, struct cupel_error *err);
void cupel_loop_free(struct cupel_loop *loop);

/* events: EPOLLIN, EPOLLOUT; errors and hang-ups are always reported. */
CUPEL_MUST_CHECK int cupel_loop_add(struct cupel_loop *loop, struct cupel_source *source,
                                    uint32_t events, struct cupel_error *err);
/* Also safe from within a callback, and for a source that is not watched. */
void cupel_loop_remove(struct cupel_loop *loop, struct cupel_source *source);

/* Wait for events once, at most timeout_ms (-1: as long as it likes), and call their sources.
 * It may return sooner without any, to notice when its thread was stopped meanwhile. */
CUPEL_MUST_CHECK int cupel_loop_once(struct cupel_loop *loop, int timeout_ms,
                                     struct cupel_error *err);

#endif
