/*
 * The supervisor's side of the broker: commands that a harness in the judge's cell asks for are
 * run in the learner's cell. include/cupel/broker.h describes what is said.
 *
 * Whatever a harness sends, it gets no more than a command in a fresh view of the learner's
 * box, under the policy and limits of the test. What it sends and does not read takes a bounded
 * part of the supervisor's memory, and holds up nothing but its own calls:
 *
 *   calls of a harness at once   CUPEL_BROKER_CALLS, waiting and running; others are not yet
 *                                accepted, and wait in the kernel
 *   calls of a harness in all    CUPEL_BROKER_CALLS_TOTAL
 *   files of all its calls       CUPEL_BROKER_FILES_BYTES, both ways, at a time
 *   a file that is given back    CUPEL_BROKER_FILE_BYTES
 *   output of a call             the test's limit
 *   input of a call              a chunk; the next is read when the command has taken it
 *
 * Internal to src/grader.
 */
#ifndef CUPEL_GRADER_BROKER_H
#define CUPEL_GRADER_BROKER_H

#include <stddef.h>
#include <stdint.h>

#include "cupel/broker.h"
#include "cupel/cell.h"
#include "cupel/error.h"
#include "cupel/grader.h"
#include "cupel/loop.h"
#include "cupel/outcome.h"
#include "grader/lanes.h"

#define CUPEL_BROKER_CALLS       16
#define CUPEL_BROKER_CALLS_TOTAL 100000
#define CUPEL_BROKER_FILES_BYTES ((size_t)64 << 20)
#define CUPEL_BROKER_FILE_BYTES  ((size_t)16 << 20)
#define CUPEL_BROKER_VARIABLES   256 /* that a call adds to the environment */

struct cupel_broker;

/* All is borrowed until the lanes are freed, but owner, which is until the broker is. */
struct cupel_broker_options {
    struct cupel_loop *loop;
    struct cupel_cell *cell;       /* the learner's */
    struct cupel_lanes *lanes;     /* of that cell */
    const struct cupel_step *step; /* policy, limits and environment of the calls */
    /* A cupel.run/1 document, which is freed here; NULL if memory ran out. */
    char *(*report)(const struct cupel_outcome *outcome);
    /* A call's command has ended, or could not be started; not told of calls whose client has
     * left. CUPEL_RUN_SANDBOX_ERROR is the platform's fault, whatever the harness makes of it.
     * The outcome is valid within only; nothing of the broker may be called. May be NULL. */
    void (*call_done)(void *owner, const struct cupel_outcome *outcome);
    void *owner;
};

/* Serve the calls of one harness's run, which connect to listener_fd (non-blocking; taken over
 * in any case). Returns 0 or -errno. */
CUPEL_MUST_CHECK int cupel_broker_new(const struct cupel_broker_options *options,
                                      int listener_fd, struct cupel_broker **ret,
                                      struct cupel_error *err);

/* End its calls: what runs is killed, and its lanes are free again soon, when all of it is
 * dead. NULL is allowed. */
void cupel_broker_free(struct cupel_broker *broker);

/* Commands that were run, or could not be started. */
size_t cupel_broker_calls(const struct cupel_broker *broker);

#endif
