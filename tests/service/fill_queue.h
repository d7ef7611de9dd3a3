/* A queue with something of everything in it, for tests of pages. */
#ifndef CUPEL_TESTS_SERVICE_FILL_QUEUE_H
#define CUPEL_TESTS_SERVICE_FILL_QUEUE_H

#include "queue/queue.h"

/* Put wherever a learner, a worker or a program of theirs has a say. */
extern const char hostile[];      /* with bytes that are no UTF-8 */
extern const char hostile_text[]; /* without */

/* Jobs, each of the course "algorithms" but where it says otherwise. */
struct filled {
    struct cupel_queue *queue;
    int64_t graded;  /* with the example's result, whose programs have printed hostile text */
    int64_t ran;     /* a command, which printed hostile text */
    int64_t refused; /* the check of a version */
    int64_t running; /* with hostile texts, events and a failed attempt behind it */
    int64_t dead;    /* with a hostile reason */
    int64_t waiting;
    int64_t other;   /* of the course "compilers" */
    int64_t regrade; /* open, all but one of its jobs have ended */
    int64_t last;    /* that one, which runs */
    int64_t token;   /* of its lease */
};

/* In SQLite, the file q.db of folder. Ends the process if anything fails. */
void fill_queue(const char *folder, struct filled *ret);
/* Let the last job of the regrade end. */
void fill_end_regrade(struct filled *filled);
/* Add, to the course "networks", a graded job with a result of these bytes. Returns its id. */
int64_t fill_result(struct filled *filled, const char *bytes, size_t len);
/* The same of a job that runs and has told of so many of its 5000 tests, each of which has
 * printed so many bytes. Returns its id. */
int64_t fill_long_job(struct filled *filled, int tests, size_t printed);

#endif
