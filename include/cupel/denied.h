/* The system calls that a run made and its policy denied, as its supervisor was told of them.
 */
#ifndef CUPEL_DENIED_H
#define CUPEL_DENIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CUPEL_DENIED_MAX 32 /* calls that are listed, of each run */

/* One call, denied by one rule, however often. Strings are owned. */
struct cupel_denied_call {
    char *name;            /* "ptrace", or "call 1000" where the number has no name */
    uint64_t arguments[6]; /* when it was first made; the call may take fewer */
    uint64_t count;
    bool killed;      /* its process was killed for it; else it failed with error_number */
    int error_number; /* positive */
    char *policy;     /* whose rule it is; NULL: no policy can allow the call */
    char *file;       /* of the rule; NULL as above */
    unsigned line;    /* from 1; 0 as above */
    char *why;        /* NULL: nobody said */
};

/* Zero-initialised is empty. */
struct cupel_denied {
    struct cupel_denied_call *calls;
    size_t count;
    uint64_t others; /* calls that were made when the list was full */
    const struct cupel_denied_call
        *fatal; /* of calls, what the command itself was killed for */
};

void cupel_denied_clear(struct cupel_denied *denied);

#endif
