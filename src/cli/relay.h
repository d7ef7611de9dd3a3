/*
 * Output of a run, or news of a grading, on its way to a descriptor of ours, without ever
 * waiting for its reader while runs are at work: their loop must go on, since deadlines depend
 * on it.
 */
#ifndef CUPEL_CLI_RELAY_H
#define CUPEL_CLI_RELAY_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/error.h"
#include "cupel/loop.h"

struct cli_relay {
    struct cupel_loop *loop; /* borrowed; or NULL */
    struct cupel_source source;
    char *pending; /* owned; what the reader has not taken; limits of output bound it */
    size_t len;
    size_t sent;
    size_t size;
    bool watched;
    int failure; /* 0 or a negative errno: the reader is gone, or memory; all else is dropped
                    then */
};

/* fd is borrowed and stays as it is (blocking or not). loop may be NULL: what the reader has
 * not taken then waits for the next cli_relay_put(). */
void cli_relay_init(struct cli_relay *relay, struct cupel_loop *loop, int fd);

/* Pass on, now or later. */
void cli_relay_put(struct cli_relay *relay, const void *bytes, size_t len);

/* The run has ended: wait for the reader to take the rest. Returns 0 or the failure. */
CUPEL_MUST_CHECK int cli_relay_finish(struct cli_relay *relay);

void cli_relay_clear(struct cli_relay *relay);

#endif
