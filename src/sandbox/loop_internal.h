/* What of the loop is for this module alone. */
#ifndef CUPEL_SANDBOX_LOOP_INTERNAL_H
#define CUPEL_SANDBOX_LOOP_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/loop.h"

#define LOOP_CHUNK 65536

/* LOOP_CHUNK bytes for whoever is called by the loop, until it returns. */
unsigned char *loop_chunk(struct cupel_loop *loop);

/*
 * Say whether a source must not be late from now on; *urgent remembers it for its owner. As
 * long as one must not, the thread that serves the loop comes before others where it may, so
 * that a busy machine does not let a run exceed its limits.
 */
void loop_set_urgent(struct cupel_loop *loop, bool *urgent, bool now);

/*
 * How long the thread that serves the loop has been away since the loop was made, in turns of a
 * second and more: stopped by a signal, without a processor, or held by something else. Nothing
 * was passed on or answered meanwhile.
 */
uint64_t loop_away_ns(const struct cupel_loop *loop);

#endif
