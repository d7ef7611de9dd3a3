/* claims_jobs URL: what becomes of jobs. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claims.h"
#include "cupel/cleanup.h"
#include "queue/queue.h"
#include "queue/sql.h"

#define SHORT 50000 /* a lease that is waited for */

static int64_t add_to(struct cupel_queue *queue, const char *course)
{
    struct cupel_job_request request = claims_job_of(course);

    return claims_add(queue, &request);
}

/* One whose deadline has passed since it was added. */
static int64_t add_late(struct cupel_queue *queue)
{
    struct cupel_job_request request = claims_job_of("a");

    request.deadline_us = claims_now_us() + 60 * SECOND;
    int64_t id = claims_add(queue, &request);
    claims_change("UPDATE jobs SET deadline = 1 WHERE id = %jd", (intmax_t)id);
    return id;
}

/* The id of the job that is leased; 0: none. */
static int64_t lease_id(struct cupel_queue *queue)
{
    struct cupel_job *job = claims_lease(queue, LEASE);
    int64_t id = job == NULL ? 0 : job->id;

    cupel_job_free(job);
    return id;
}

static void finish(struct cupel_queue *queue, const struct cupel_job *job)
{
    const struct cupel_job_end end = {.status = "graded"};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_finish(queue, claims_lease_of(job), &end, &err), 0);
}

static void a_job_is_kept_as_it_was_asked_for(void **state)
{
    struct cupel_job_request request = claims_job_of("c1");
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};

    request.kind = CUPEL_JOB_RUN;
    request.priority = CUPEL_JOB_BATCH;
    request.deadline_us = INT64_C(4000000000) * SECOND;
    request.spec = "{\"a\": \"\xc3\xa4'\\\\\"}";
    request.learner = "ann";
    int64_t id = claims_add(*state, &request);
    assert_int_equal(cupel_queue_get(*state, id, &job, &err), 0);
    assert_int_equal(job->id, id);
    assert_int_equal(job->kind, CUPEL_JOB_RUN);
    assert_int_equal(job->priority, CUPEL_JOB_BATCH);
    assert_int_equal(job->state, CUPEL_JOB_READY);
    assert_int_equal(job->deadline_us, request.deadline_us);
    assert_int_equal(job->memory_bytes, MIB);
    assert_int_equal(job->attempts, 3);
    assert_string_equal(job->course, "c1");
    assert_string_equal(job->spec, request.spec);
    assert_string_equal(job->learner, "ann");
    assert_null(job->worker);
    assert_null(job->grader);
    assert_false(job->has_score);
    cupel_job_free(job);
    assert_int_equal(cupel_queue_get(*state, id + 1, &job, &err), -ENOENT);
}

static void a_key_asks_for_the_same_job_once(void **state)
{
    struct cupel_job_request request = claims_job_of("c1");
    struct cupel_error err = {0};
    bool is_new = true;
    int64_t again = 0;

    request.idempotency_key = "k";
    int64_t id = claims_add(*state, &request);
    assert_int_equal(cupel_queue_add(*state, &request, &again, &is_new, &err), 0);
    assert_int_equal(again, id);
    assert_false(is_new);
    request.spec = "{\"other\": 1}";
    assert_int_equal(cupel_queue_add(*state, &request, &again, &is_new, &err), -EEXIST);
    request.course = "c2"; /* whose keys are its own */
    assert_true(claims_add(*state, &request) != id);
}

/* Of a grader that is named, the version is the queue's choice; a folder's files are the
 * asker's. */
static void a_key_asks_for_the_same_job_whichever_version_is_live(void **state)
{
    struct cupel_job_request request = claims_job_of("c1");
    struct cupel_error err = {0};
    bool is_new = true;
    int64_t again = 0;

    request.idempotency_key = "k";
    request.grader = "fib";
    request.tree = "a";
    int64_t id = claims_add(*state, &request);
    request.tree = "b";
    assert_int_equal(cupel_queue_add(*state, &request, &again, &is_new, &err), 0);
    assert_int_equal(again, id);
    assert_false(is_new);
    struct cupel_job *job = NULL;
    assert_int_equal(cupel_queue_get(*state, id, &job, &err), 0);
    assert_string_equal(job->tree, "a");
    cupel_job_free(job);
    request.idempotency_key = "other";
    request.grader = NULL;
    (void)claims_add(*state, &request);
    request.tree = "a";
    assert_int_equal(cupel_queue_add(*state, &request, &again, &is_new, &err), -EEXIST);
}

static void a_text_is_utf8(void **state)
{
    struct cupel_job_request requests[4];
    struct cupel_error err = {0};
    bool is_new = true;
    int64_t id = 0;

    for (size_t i = 0; i < 4; i++)
        requests[i] = claims_job_of("c1");
    requests[0].idempotency_key = "k\xff";
    requests[1].learner = "\xc3";
    requests[2].spec = "{\"\xed\xa0\x80\":1}";
    requests[3].grader = "\x80";
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(cupel_queue_add(*state, &requests[i], &id, &is_new, &err), -EINVAL);
        assert_non_null(strstr(err.text, "expected text in UTF-8"));
    }
    requests[0].idempotency_key = "\xc3\xa4";
    (void)claims_add(*state, &requests[0]);
}

static void wrong_requests_are_refused(void **state)
{
    struct cupel_job_request request = claims_job_of("");
    struct cupel_error err = {0};
    bool is_new = true;
    int64_t id = 0;

    assert_int_equal(cupel_queue_add(*state, &request, &id, &is_new, &err), -EINVAL);
    request = claims_job_of("c");
    request.attempts = 0;
    assert_int_equal(cupel_queue_add(*state, &request, &id, &is_new, &err), -EINVAL);
    assert_int_equal(cupel_queue_set_course(*state, "c", 0, 0, &err), -EINVAL);
}

static void priority_comes_before_turns(void **state)
{
    struct cupel_job_request request = claims_job_of("a");

    request.priority = CUPEL_JOB_BATCH;
    int64_t batch = claims_add(*state, &request);
    request.priority = CUPEL_JOB_REGRADE;
    int64_t regrade = claims_add(*state, &request);
    int64_t live = add_to(*state, "b");
    assert_int_equal(lease_id(*state), live);
    assert_int_equal(lease_id(*state), regrade);
    assert_int_equal(lease_id(*state), batch);
    assert_int_equal(lease_id(*state), 0);
}

static void a_burst_delays_another_course_by_no_more_than_a_job(void **state)
{
    for (int i = 0; i < 100; i++)
        (void)add_to(*state, "burst");
    for (int i = 0; i < 10; i++)
        assert_true(lease_id(*state) != 0);
    int64_t single = add_to(*state, "other");
    int64_t first = lease_id(*state);
    int64_t second = lease_id(*state);
    assert_true(first == single || second == single);
}

static void courses_share_by_weight(void **state)
{
    struct cupel_error err = {0};
    int heavy = 0;

    assert_int_equal(cupel_queue_set_course(*state, "heavy", 3, 0, &err), 0);
    for (int i = 0; i < 60; i++) {
        (void)add_to(*state, "heavy");
        (void)add_to(*state, "light");
    }
    for (int i = 0; i < 40; i++) {
        struct cupel_job *job = claims_lease(*state, LEASE);
        heavy += strcmp(job->course, "heavy") == 0 ? 1 : 0;
        cupel_job_free(job);
    }
    assert_in_range(heavy, 29, 31);
}

static void a_course_has_no_more_running_than_its_cap(void **state)
{
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_set_course(*state, "capped", 1, 2, &err), 0);
    for (int i = 0; i < 4; i++)
        (void)add_to(*state, "capped");
    struct cupel_job *first = claims_lease(*state, LEASE);
    assert_true(lease_id(*state) != 0);
    assert_int_equal(lease_id(*state), 0);
    finish(*state, first);
    cupel_job_free(first);
    assert_true(lease_id(*state) != 0);
    assert_int_equal(lease_id(*state), 0);
}

static void a_worker_takes_what_fits(void **state)
{
    struct cupel_job_request request = claims_job_of("a");

    request.memory_bytes = 200 * MIB;
    int64_t large = claims_add(*state, &request);
    request.memory_bytes = MIB;
    request.cpus_milli = 5000;
    int64_t wide = claims_add(*state, &request);
    int64_t small = add_to(*state, "a");
    assert_int_equal(lease_id(*state), small);
    assert_int_equal(lease_id(*state), 0);
    assert_int_equal(claims_state_of(*state, large), CUPEL_JOB_READY);
    assert_int_equal(claims_state_of(*state, wide), CUPEL_JOB_READY);
}

static void priority_comes_before_what_fits(void **state)
{
    struct cupel_job_request request = claims_job_of("a");

    request.memory_bytes = 200 * MIB;
    (void)claims_add(*state, &request);
    request.memory_bytes = MIB;
    request.priority = CUPEL_JOB_BATCH;
    (void)claims_add(*state, &request);
    (void)add_to(*state, "b");
    (void)add_to(*state, "b");
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_string_equal(job->course, "b");
    cupel_job_free(job);
    job = claims_lease(*state, LEASE);
    assert_string_equal(job->course, "b");
    cupel_job_free(job);
}

static void what_fits_is_found_behind_any_number_that_does_not(void **state)
{
    struct cupel_job_request request = claims_job_of("a");

    request.memory_bytes = 200 * MIB;
    for (int i = 0; i < 100; i++)
        (void)claims_add(*state, &request);
    int64_t small = add_to(*state, "a");
    assert_int_equal(lease_id(*state), small);
}

static void smaller_jobs_pass_a_large_one_for_some_seconds(void **state)
{
    const struct cupel_capacity capacity = {.memory_bytes = 10 * MIB,
                                            .cpus_milli = 1000,
                                            .total_memory_bytes = 100 * MIB,
                                            .total_cpus_milli = 4000};
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};
    int64_t next_us = 0;

    request.cpus_milli = 4000;
    int64_t large = claims_add(*state, &request);
    int64_t small = add_to(*state, "a");
    (void)add_to(*state, "a");
    assert_int_equal(cupel_queue_lease(*state, "w", &capacity, LEASE, &job, &next_us, &err), 0);
    assert_int_equal(job->id, small);
    cupel_job_free(job);
    claims_change(
        "UPDATE jobs SET created = created - 11000000,"
        " not_before = not_before - 11000000 WHERE id = %jd",
        (intmax_t)large);
    assert_int_equal(cupel_queue_lease(*state, "w", &capacity, LEASE, &job, &next_us, &err), 0);
    assert_null(job);
    assert_int_equal(lease_id(*state), large);
}

static void a_lease_that_ran_out_says_nothing_any_more(void **state)
{
    const struct cupel_job_end end = {.status = "graded"};
    struct cupel_error err = {0};
    bool cancel = false;
    int64_t id = add_to(*state, "a");
    struct cupel_job *lost = claims_lease(*state, SHORT);

    assert_int_equal(lost->id, id);
    claims_sleep(2 * SHORT);
    assert_int_equal(lease_id(*state), 0); /* it waits a second */
    assert_int_equal(claims_state_of(*state, id), CUPEL_JOB_WAITING);
    assert_int_equal(cupel_queue_extend(*state, claims_lease_of(lost), LEASE, &cancel, &err),
                     -ESTALE);
    assert_int_equal(cupel_queue_finish(*state, claims_lease_of(lost), &end, &err), -ESTALE);
    claims_sleep(SECOND);
    struct cupel_job *again = claims_lease(*state, LEASE);
    assert_int_equal(again->id, id);
    assert_int_equal(again->failures, 1);
    assert_int_equal(cupel_queue_finish(*state, claims_lease_of(lost), &end, &err), -ESTALE);
    assert_int_equal(cupel_queue_tell(*state, claims_lease_of(lost), "{}\n", &err), -ESTALE);
    assert_int_equal(cupel_queue_fail(*state, claims_lease_of(lost), "x", &err), -ESTALE);
    assert_int_equal(cupel_queue_give_back(*state, claims_lease_of(lost), "given back", &err),
                     -ESTALE);
    assert_int_equal(cupel_queue_extend(*state, claims_lease_of(again), LEASE, &cancel, &err),
                     0);
    finish(*state, again);
    finish(*state, again); /* the answer may have been lost */
    assert_int_equal(claims_state_of(*state, id), CUPEL_JOB_DONE);
    cupel_job_free(lost);
    cupel_job_free(again);
}

static void a_lease_that_is_extended_is_kept(void **state)
{
    struct cupel_error err = {0};
    bool cancel = true;
    int64_t id = add_to(*state, "a");
    struct cupel_job *job = claims_lease(*state, SHORT);

    assert_int_equal(cupel_queue_extend(*state, claims_lease_of(job), LEASE, &cancel, &err), 0);
    assert_false(cancel);
    claims_sleep(2 * SHORT);
    assert_int_equal(lease_id(*state), 0);
    assert_int_equal(claims_state_of(*state, id), CUPEL_JOB_RUNNING);
    cupel_job_free(job);
}

static void what_fails_as_often_as_it_may_is_dead(void **state)
{
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_error err = {0};

    request.attempts = 1; /* at most once */
    int64_t failed = claims_add(*state, &request);
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "no disk", &err), 0);
    assert_int_equal(claims_state_of(*state, failed), CUPEL_JOB_DEAD);
    cupel_job_free(job);
    int64_t lost = claims_add(*state, &request);
    cupel_job_free(claims_lease(*state, SHORT));
    claims_sleep(2 * SHORT);
    assert_int_equal(lease_id(*state), 0);
    assert_int_equal(claims_state_of(*state, lost), CUPEL_JOB_DEAD);
    assert_int_equal(cupel_queue_get(*state, failed, &job, &err), 0);
    assert_string_equal(job->why, "no disk");
    assert_true(job->finished_us > 0);
    cupel_job_free(job);
}

static void what_is_dead_can_be_tried_again(void **state)
{
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_error err = {0};

    request.attempts = 1;
    int64_t id = claims_add(*state, &request);
    assert_int_equal(cupel_queue_retry(*state, id, &err), -EBUSY);
    assert_non_null(strstr(err.text, "is ready: only a dead one is tried again"));
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "no disk", &err), 0);
    assert_int_equal(claims_state_of(*state, id), CUPEL_JOB_DEAD);
    assert_int_equal(cupel_queue_retry(*state, id, &err), 0);
    assert_int_equal(claims_state_of(*state, id), CUPEL_JOB_READY);
    assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "again", &err), -ESTALE);
    cupel_job_free(job);
    job = claims_lease(*state, LEASE);
    assert_int_equal(job->id, id);
    finish(*state, job);
    cupel_job_free(job);
    assert_int_equal(cupel_queue_retry(*state, id, &err), -EBUSY);
    id = add_late(*state);
    assert_int_equal(lease_id(*state), 0);
    assert_int_equal(cupel_queue_retry(*state, id, &err), 0);
    assert_int_equal(lease_id(*state), id);
    assert_int_equal(cupel_queue_retry(*state, id + 1, &err), -ENOENT);
}

/* How long the oldest job in a state could have run, or runs. */
static int64_t age_of(struct cupel_queue *queue, enum cupel_job_state state)
{
    struct cupel_queue_state now = {.now_us = 0};
    struct cupel_error err = {0};
    int64_t age = INT64_MIN;

    assert_int_equal(cupel_queue_look(queue, &now, &err), 0);
    for (size_t i = 0; i < now.depth_count; i++) {
        int64_t us = now.now_us - now.depths[i].oldest_us;
        if (now.depths[i].state == state && us > age)
            age = us;
    }
    cupel_queue_state_clear(&now);
    return age;
}

static void a_job_ages_from_when_it_may_run(void **state)
{
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_error err = {0};

    request.attempts = 1;
    int64_t id = claims_add(*state, &request);
    claims_change("UPDATE jobs SET created = created - %jd", (intmax_t)(100 * SECOND));
    assert_in_range(age_of(*state, CUPEL_JOB_READY), 100 * SECOND, 110 * SECOND);
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_in_range(age_of(*state, CUPEL_JOB_RUNNING), 0, 10 * SECOND);
    assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "no disk", &err), 0);
    cupel_job_free(job);
    assert_int_equal(cupel_queue_retry(*state, id, &err), 0);
    assert_in_range(age_of(*state, CUPEL_JOB_READY), 0, 10 * SECOND);
    request.not_before_us = claims_now_us() + 100 * SECOND;
    int64_t later = claims_add(*state, &request);
    assert_true(age_of(*state, CUPEL_JOB_WAITING) < 0);
    claims_change(
        "UPDATE jobs SET created = created - %jd, not_before = not_before - %jd"
        " WHERE id = %jd",
        (intmax_t)(200 * SECOND), (intmax_t)(150 * SECOND), (intmax_t)later);
    cupel_job_free(claims_lease(*state, LEASE)); /* the first */
    assert_in_range(age_of(*state, CUPEL_JOB_READY), 50 * SECOND, 60 * SECOND);
}

static void what_was_not_begun_is_no_attempt(void **state)
{
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_error err = {0};

    request.attempts = 1;
    int64_t id = claims_add(*state, &request);
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_int_equal(cupel_queue_give_back(*state, claims_lease_of(job), "given back", &err),
                     0);
    cupel_job_free(job);
    assert_int_equal(lease_id(*state), id);
}

static void a_job_is_cancelled_in_every_state(void **state)
{
    enum cupel_job_state now = CUPEL_JOB_STATES;
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_error err = {0};
    bool cancel = false;

    request.not_before_us = INT64_C(4000000000) * SECOND;
    int64_t waiting = claims_add(*state, &request);
    assert_int_equal(cupel_queue_cancel(*state, waiting, &now, &err), 0);
    assert_int_equal(now, CUPEL_JOB_CANCELLED);
    int64_t ready = add_to(*state, "a");
    assert_int_equal(cupel_queue_cancel(*state, ready, &now, &err), 0);
    assert_int_equal(now, CUPEL_JOB_CANCELLED);
    assert_int_equal(lease_id(*state), 0);
    int64_t running = add_to(*state, "a");
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_int_equal(cupel_queue_cancel(*state, running, &now, &err), 0);
    assert_int_equal(now, CUPEL_JOB_RUNNING);
    assert_int_equal(cupel_queue_extend(*state, claims_lease_of(job), LEASE, &cancel, &err), 0);
    assert_true(cancel);
    assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "cancelled", &err), 0);
    assert_int_equal(claims_state_of(*state, running), CUPEL_JOB_CANCELLED);
    cupel_job_free(job);
    int64_t lost = add_to(*state, "a");
    cupel_job_free(claims_lease(*state, SHORT));
    assert_int_equal(cupel_queue_cancel(*state, lost, &now, &err), 0);
    claims_sleep(2 * SHORT);
    assert_int_equal(lease_id(*state), 0);
    assert_int_equal(claims_state_of(*state, lost), CUPEL_JOB_CANCELLED);
    int64_t done = add_to(*state, "a");
    job = claims_lease(*state, LEASE);
    finish(*state, job);
    cupel_job_free(job);
    assert_int_equal(cupel_queue_cancel(*state, done, &now, &err), 0);
    assert_int_equal(now, CUPEL_JOB_DONE);
    assert_int_equal(cupel_queue_cancel(*state, done + 1, &now, &err), -ENOENT);
}

static void a_job_waits_for_its_time_and_not_beyond_its_deadline(void **state)
{
    const struct cupel_capacity capacity = {.memory_bytes = 100 * MIB, .cpus_milli = 4000};
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};
    int64_t wait_us = 0;

    int64_t before_us = claims_now_us();
    request.not_before_us = before_us + SECOND / 2;
    int64_t delayed = claims_add(*state, &request);
    assert_int_equal(cupel_queue_lease(*state, "w", &capacity, LEASE, &job, &wait_us, &err), 0);
    assert_null(job);
    assert_in_range(wait_us, 1, request.not_before_us - before_us);
    claims_sleep(SECOND / 2 + 1000);
    assert_int_equal(lease_id(*state), delayed);
    int64_t late = add_late(*state);
    assert_int_equal(lease_id(*state), 0);
    assert_int_equal(claims_state_of(*state, late), CUPEL_JOB_DEAD);
}

static void a_deadline_is_to_come(void **state)
{
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_job_list jobs;
    struct cupel_error err = {0};
    bool is_new = true;
    int64_t id = 0;

    request.deadline_us = claims_now_us() - 1;
    assert_int_equal(cupel_queue_add(*state, &request, &id, &is_new, &err), -EINVAL);
    assert_string_equal(err.text, "deadline: expected a time to come");
    request.deadline_us = claims_now_us() + SECOND;
    request.not_before_us = request.deadline_us;
    assert_int_equal(cupel_queue_add(*state, &request, &id, &is_new, &err), -EINVAL);
    assert_string_equal(err.text, "not_before: expected a time before the deadline");
    const struct cupel_job_filter all = {.kind = -1, .state = -1, .limit = 10};
    assert_int_equal(cupel_queue_list(*state, &all, &jobs, &err), 0);
    assert_int_equal(jobs.count, 0);
    cupel_job_list_clear(&jobs);
    request.not_before_us = 0;
    request.deadline_us = claims_now_us() + SECOND;
    request.idempotency_key = "k";
    int64_t first = claims_add(*state, &request);
    claims_sleep(SECOND);
    assert_int_equal(cupel_queue_add(*state, &request, &id, &is_new, &err), 0);
    assert_int_equal(id, first);
}

static int put(struct cupel_queue *queue, const char *bytes, size_t len, uint64_t max,
               struct cupel_blob *ret)
{
    CUPEL_AUTO_FD fd = memfd_create("put", MFD_CLOEXEC);
    struct cupel_error err = {0};

    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return cupel_queue_put_blob(queue, fd, max, ret, &err);
}

static void a_blob_is_found_by_its_hash(void **state)
{
    static char bytes[200000];
    static char back[sizeof(bytes) + 1];
    struct cupel_blob blob = {.bytes = 0};
    struct cupel_error err = {0};
    int fd = -1;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * i);
    assert_int_equal(put(*state, bytes, sizeof(bytes), sizeof(bytes) - 1, &blob), -EFBIG);
    for (int i = 0; i < 2; i++)
        assert_int_equal(put(*state, bytes, sizeof(bytes), sizeof(bytes), &blob), 0);
    assert_int_equal(blob.bytes, sizeof(bytes));
    assert_int_equal(cupel_queue_open_blob(*state, blob.sha256, &fd, &err), 0);
    assert_int_equal(read(fd, back, sizeof(back)), sizeof(bytes));
    assert_memory_equal(back, bytes, sizeof(bytes));
    (void)close(fd);
    blob.sha256[0] = blob.sha256[0] == '0' ? '1' : '0';
    assert_int_equal(cupel_queue_open_blob(*state, blob.sha256, &fd, &err), -ENOENT);
    assert_int_equal(cupel_queue_open_blob(*state, "../../etc/passwd", &fd, &err), -EINVAL);
    assert_int_equal(put(*state, "", 0, 0, &blob), 0);
    assert_int_equal(cupel_queue_open_blob(*state, blob.sha256, &fd, &err), 0);
    assert_int_equal(read(fd, back, sizeof(back)), 0);
    (void)close(fd);
}

static void who_listens_hears_of_a_job(void **state)
{
    struct cupel_queue *other = NULL;
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_open(claims_url, &other, &err), 0);
    assert_int_equal(cupel_queue_listen(*state, &err), 0);
    struct pollfd ear = {.fd = cupel_queue_ear_fd(*state), .events = POLLIN};
    cupel_queue_heard(*state);
    assert_int_equal(poll(&ear, 1, 50), 0);
    (void)add_to(other, "a");
    assert_int_equal(poll(&ear, 1, 5000), 1);
    cupel_queue_heard(*state);
    cupel_queue_close(other);
}

static int64_t count_of(struct cupel_queue *queue)
{
    struct cupel_queue_state now = {.now_us = 0};
    struct cupel_error err = {0};
    int64_t count = 0;

    assert_int_equal(cupel_queue_look(queue, &now, &err), 0);
    for (size_t i = 0; i < now.depth_count; i++)
        count += now.depths[i].count;
    cupel_queue_state_clear(&now);
    return count;
}

/* Adds a job for each byte that it is sent. */
static _Noreturn void add_on_demand(int fd)
{
    struct cupel_job_request request = claims_job_of("a");
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};
    bool is_new = false;
    int64_t id = 0;
    char byte;

    if (cupel_queue_open(claims_url, &queue, &err) < 0)
        _exit(1);
    while (read(fd, &byte, 1) == 1) {
        if (cupel_queue_add(queue, &request, &id, &is_new, &err) < 0)
            _exit(2);
    }
    _exit(0);
}

static void what_is_heard_of_can_be_seen(void **state)
{
    struct cupel_error err = {0};
    int status = 0;
    int fds[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(fds[1]);
        add_on_demand(fds[0]);
    }
    assert_int_equal(cupel_queue_listen(*state, &err), 0);
    struct pollfd ear = {.fd = cupel_queue_ear_fd(*state), .events = POLLIN};
    for (int i = 0; i < 100; i++) {
        cupel_queue_heard(*state);
        assert_int_equal(write(fds[1], "", 1), 1);
        assert_int_equal(poll(&ear, 1, 5000), 1);
        assert_int_equal(count_of(*state), i + 1);
    }
    (void)close(fds[0]);
    (void)close(fds[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_connection_that_was_cut_is_made_anew(void **state)
{
    static const char cut[] =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()";
    struct cupel_error err = {0};
    struct sql *sql = NULL;

    int64_t id = add_to(*state, "a");
    assert_int_equal(sql_open(claims_url, &sql, &err), 0);
    if (sql_is_postgres(sql))
        assert_int_equal(sql_script(sql, cut, &err), 0);
    assert_int_equal(claims_state_of(*state, id), CUPEL_JOB_READY);
    if (sql_is_postgres(sql))
        assert_int_equal(sql_script(sql, cut, &err), 0);
    assert_int_equal(lease_id(*state), id);
    sql_close(sql);
}

/* Of SQLite: a database of PostgreSQL's is there before. */
static void several_may_make_a_queue_at_once(void **state)
{
    enum { TIMES = 20, PROCESSES = 8 };
    char url[512];
    int status = 0;

    (void)state;
    for (int i = 0; i < TIMES && strncmp(claims_url, "sqlite:", 7) == 0; i++) {
        (void)snprintf(url, sizeof(url), "%s-%d", claims_url, i);
        for (int j = 0; j < PROCESSES; j++) {
            struct cupel_queue *queue = NULL;
            struct cupel_error err = {0};
            if (fork() == 0)
                _exit(cupel_queue_open(url, &queue, &err) < 0);
        }
        for (int j = 0; j < PROCESSES; j++) {
            assert_true(wait(&status) > 0);
            assert_int_equal(status, 0);
        }
    }
}

/* A queue as the first version made it, with a job in it. */
static void an_older_schema_is_brought_forward(void **state)
{
    static const char back[] =
        "DROP INDEX jobs_open;"
        " DROP TABLE deliveries; DROP TABLE hooks; DROP TABLE tokens;"
        " DROP TABLE schedules; DROP TABLE regrade_scores;"
        " DROP TABLE regrades; DROP TABLE graders;"
        " UPDATE cupel_schema SET version = 1";
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};
    struct sql *sql = NULL;

    int64_t id = add_to(*state, "a");
    assert_int_equal(sql_open(claims_url, &sql, &err), 0);
    assert_int_equal(sql_script(sql, back, &err), 0);
    sql_close(sql);
    assert_int_equal(cupel_queue_open(claims_url, &queue, &err), 0);
    assert_int_equal(lease_id(queue), id);
    struct cupel_job *job = NULL;
    assert_int_equal(cupel_queue_get(queue, id, &job, &err), 0);
    finish(queue, job); /* and looks at hooks and graders */
    cupel_job_free(job);
    cupel_queue_close(queue);
}

static void a_later_schema_is_refused(void **state)
{
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};
    struct sql *sql = NULL;

    (void)state;
    assert_int_equal(sql_open(claims_url, &sql, &err), 0);
    assert_int_equal(sql_script(sql, "UPDATE cupel_schema SET version = version + 1", &err), 0);
    assert_int_equal(cupel_queue_open(claims_url, &queue, &err), -EPROTONOSUPPORT);
    assert_non_null(strstr(err.text, "install a newer one"));
    assert_int_equal(sql_script(sql, "UPDATE cupel_schema SET version = version - 1", &err), 0);
    sql_close(sql);
}

static void what_is_no_queue_is_refused(void **state)
{
    static const char *const urls[] = {"", "sqlite://", "mysql://x/y", "/tmp/queue.db"};
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        assert_int_equal(cupel_queue_open(urls[i], &queue, &err), -EINVAL);
    assert_int_equal(cupel_queue_open("sqlite:///nonexistent/queue.db", &queue, &err), -ENOENT);
}

static void a_server_that_is_not_there_cannot_be_reached(void **state)
{
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(cupel_queue_open("postgresql:///q?host=/nowhere", &queue, &err), -EPIPE);
    assert_non_null(strstr(err.text, "/nowhere"));
    assert_null(queue);
}

#define WORKERS 4
#define JOBS    120

/* Leases jobs until none is left, and is killed at the deadliest moment now and then. */
static _Noreturn void work(unsigned seed, struct cupel_queue *inherited)
{
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};
    const struct cupel_capacity capacity = {.memory_bytes = 100 * MIB, .cpus_milli = 4000};
    const struct cupel_job_end end = {.status = "graded"};

    (void)inherited; /* a connection is not shared by processes */
    if (cupel_queue_open(claims_url, &queue, &err) < 0)
        _exit(3);
    for (int64_t next_us = 0; next_us != INT64_MAX;) { /* until nothing is to come */
        struct cupel_job *job = NULL;
        if (cupel_queue_lease(queue, "w", &capacity, 2 * SECOND, &job, &next_us, &err) < 0)
            _exit(4);
        if (job == NULL) {
            claims_sleep(20000);
            continue;
        }
        next_us = 0;
        if (rand_r(&seed) % 16 == 0)
            (void)raise(SIGKILL);
        int r = cupel_queue_finish(queue, claims_lease_of(job), &end, &err);
        if (r < 0 && r != -ESTALE)
            _exit(5);
        if (rand_r(&seed) % 16 == 0)
            (void)raise(SIGKILL);
        cupel_job_free(job);
    }
    _exit(0);
}

/* Attempts that ended with a result. */
static unsigned ends_of(struct cupel_queue *queue, int64_t id)
{
    struct cupel_attempt_list attempts = {.count = 0};
    struct cupel_error err = {0};
    unsigned ends = 0;

    assert_int_equal(cupel_queue_list_attempts(queue, id, &attempts, &err), 0);
    for (size_t i = 0; i < attempts.count; i++)
        ends += attempts.items[i].ended_us != 0 && attempts.items[i].why == NULL ? 1 : 0;
    cupel_attempt_list_clear(&attempts);
    return ends;
}

static void every_job_ends_once_whoever_is_killed(void **state)
{
    int64_t ids[JOBS];
    int killed = 0;

    for (size_t i = 0; i < JOBS; i++) {
        struct cupel_job_request request = claims_job_of(i % 3 == 0 ? "a" : "b");
        request.attempts = 100;
        ids[i] = claims_add(*state, &request);
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        if (fork() == 0)
            work(i, *state);
    }
    int status = 0;
    for (int left = WORKERS; left > 0;) {
        assert_true(wait(&status) > 0);
        if (WIFSIGNALED(status)) {
            killed++;
            if (fork() == 0)
                work(100U + (unsigned)killed, *state);
            continue;
        }
        assert_int_equal(status, 0);
        left--;
    }
    assert_true(killed > 0);
    for (size_t i = 0; i < JOBS; i++) {
        assert_int_equal(claims_state_of(*state, ids[i]), CUPEL_JOB_DONE);
        assert_int_equal(ends_of(*state, ids[i]), 1);
    }
}

/* "3:{} 4:{} " of each: its number and text. */
static const char *last_events(struct cupel_queue *queue, const struct cupel_job *job,
                               size_t limit)
{
    static char text[256];
    struct cupel_event_list list = {.count = 0};
    struct cupel_error err = {0};
    size_t len = 0;

    assert_int_equal(cupel_queue_last_events(queue, job->id, job->token, limit, &list, &err),
                     0);
    text[0] = '\0';
    for (size_t i = 0; i < list.count; i++) {
        assert_int_equal(list.items[i].token, job->token);
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%jd:%s ",
                                (intmax_t)list.items[i].number, list.items[i].text);
    }
    cupel_event_list_clear(&list);
    return text;
}

static void the_last_news_of_an_attempt_can_be_read_alone(void **state)
{
    struct cupel_job_request request = claims_job_of("c1");
    struct cupel_error err = {0};

    (void)claims_add(*state, &request);
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_string_equal(last_events(*state, job, 3), "");
    assert_int_equal(cupel_queue_tell(*state, claims_lease_of(job), "{1}\n{2}\n", &err), 0);
    assert_int_equal(cupel_queue_give_back(*state, claims_lease_of(job), "given back", &err),
                     0);
    cupel_job_free(job);
    job = claims_lease(*state, LEASE);
    assert_string_equal(last_events(*state, job, 3), "");
    assert_int_equal(
        cupel_queue_tell(*state, claims_lease_of(job), "{3}\n{4}\n{5}\n{6}\n", &err), 0);
    assert_string_equal(last_events(*state, job, 3), "4:{4} 5:{5} 6:{6} ");
    assert_string_equal(last_events(*state, job, 9), "3:{3} 4:{4} 5:{5} 6:{6} ");
    cupel_job_free(job);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_job_is_kept_as_it_was_asked_for),
        CLAIM(a_key_asks_for_the_same_job_once),
        CLAIM(a_key_asks_for_the_same_job_whichever_version_is_live),
        CLAIM(a_text_is_utf8),
        CLAIM(wrong_requests_are_refused),
        CLAIM(priority_comes_before_turns),
        CLAIM(a_burst_delays_another_course_by_no_more_than_a_job),
        CLAIM(courses_share_by_weight),
        CLAIM(a_course_has_no_more_running_than_its_cap),
        CLAIM(a_worker_takes_what_fits),
        CLAIM(priority_comes_before_what_fits),
        CLAIM(what_fits_is_found_behind_any_number_that_does_not),
        CLAIM(smaller_jobs_pass_a_large_one_for_some_seconds),
        CLAIM(a_lease_that_ran_out_says_nothing_any_more),
        CLAIM(a_lease_that_is_extended_is_kept),
        CLAIM(what_fails_as_often_as_it_may_is_dead),
        CLAIM(what_is_dead_can_be_tried_again),
        CLAIM(a_job_ages_from_when_it_may_run),
        CLAIM(what_was_not_begun_is_no_attempt),
        CLAIM(a_job_is_cancelled_in_every_state),
        CLAIM(a_job_waits_for_its_time_and_not_beyond_its_deadline),
        CLAIM(a_deadline_is_to_come),
        CLAIM(a_blob_is_found_by_its_hash),
        CLAIM(who_listens_hears_of_a_job),
        CLAIM(what_is_heard_of_can_be_seen),
        CLAIM(a_connection_that_was_cut_is_made_anew),
        CLAIM(several_may_make_a_queue_at_once),
        CLAIM(an_older_schema_is_brought_forward),
        CLAIM(a_later_schema_is_refused),
        CLAIM(what_is_no_queue_is_refused),
        CLAIM(a_server_that_is_not_there_cannot_be_reached),
        CLAIM(every_job_ends_once_whoever_is_killed),
        CLAIM(the_last_news_of_an_attempt_can_be_read_alone),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.jobs", tests, NULL, NULL)
               : 2;
}
