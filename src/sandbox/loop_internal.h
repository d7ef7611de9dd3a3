/* What of the loop is for this module alone. */
#ifndef CUPEL_SANDBOX_LOOP_INTERNAL_H
#define CUPEL_SANDBOX_LOOP_INTERNAL_H

#include <stdbool.h>

#include "cupel/loop.h"

/*
 * Say whether a source must not be late from now on; *urgent remembers it for its owner. As
 * long as one must not, the thread that serves the loop comes before others where it may, so
 * that a busy machine does not let a run exceed its limits.
 */
void loop_set_urgent(struct cupel_loop *loop, bool *urgent, bool now);

#endif
