/* What tests of the queue share: each is given an empty one, of the database that main()'s
 * argument names. */
#ifndef CUPEL_TESTS_QUEUE_CLAIMS_H
#define CUPEL_TESTS_QUEUE_CLAIMS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue/queue.h"

#define SECOND INT64_C(1000000)
#define LEASE  (60 * SECOND)
#define MIB    UINT64_C(1048576)

extern const char *claims_url;

int claims_begin(void **state); /* state: a struct cupel_queue */
int claims_end(void **state);
#define CLAIM(test) cmocka_unit_test_setup_teardown(test, claims_begin, claims_end)

/* false: usage is told. */
bool claims_take_url(int argc, char **argv);

/* A job of 1 MiB and one processor, live, with three attempts. */
struct cupel_job_request claims_job_of(const char *course);
int64_t claims_add(struct cupel_queue *queue, const struct cupel_job_request *request);
/* NULL: there is none. */
struct cupel_job *claims_lease(struct cupel_queue *queue, int64_t lease_us);
struct cupel_lease claims_lease_of(const struct cupel_job *job);
/* As a grading with so many millionths of 10 points. */
void claims_grade(struct cupel_queue *queue, const struct cupel_job *job, int64_t score_micro);
enum cupel_job_state claims_state_of(struct cupel_queue *queue, int64_t id);
/* By the database's clock, which is this machine's in tests. */
int64_t claims_now_us(void);
void claims_sleep(int64_t us);
/* Keep a text as a blob. */
struct cupel_blob claims_put(struct cupel_queue *queue, const char *text);
/* Statements of SQL behind the queue's back, which do to it what time would. */
void claims_change(const char *fmt, ...) CUPEL_PRINTF(1, 2);

#endif
