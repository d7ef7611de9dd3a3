/* Lines that a job's child has said and that nobody was told of yet: whole ones, so many bytes
 * of them; what does not fit is left out, since the result has all of it. Pure. */
#ifndef CUPEL_SERVICE_WORKER_LINES_H
#define CUPEL_SERVICE_WORKER_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define WORKER_LINES_MAX ((size_t)1 << 20) /* bytes */

struct worker_lines {
    char *bytes; /* with a NUL behind them; NULL: none */
    size_t room; /* bytes allocated; it doubles */
    size_t len;
    size_t whole; /* of these, of lines that have ended */
    bool skips;   /* what follows belongs to a line that is left out */
};

/* Add what was read next. */
void worker_lines_add(struct worker_lines *lines, const char *bytes, size_t len);

/* Drop the first bytes, of whole lines. */
void worker_lines_drop(struct worker_lines *lines, size_t len);

void worker_lines_clear(struct worker_lines *lines);

#endif
