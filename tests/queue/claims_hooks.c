/* claims_hooks URL: who is told that a job has ended. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claims.h"
#include "queue/hooks.h"

#define SHORT 50000 /* a lease that is waited for */

static void set(struct cupel_queue *queue, const char *name, const char *course)
{
    struct cupel_error err = {0};

    if (cupel_queue_set_hook(queue, name, course, "https://example.org/", "s", &err) < 0)
        fail_msg("%s", err.text);
}

static struct cupel_delivery *take(struct cupel_queue *queue, int64_t lease_us,
                                   int64_t *ret_next_us)
{
    struct cupel_delivery *delivery = NULL;
    struct cupel_error err = {0};

    if (cupel_queue_lease_delivery(queue, lease_us, &delivery, ret_next_us, &err) < 0)
        fail_msg("%s", err.text);
    return delivery;
}

/* Tell all that is due. Returns how often; each is of the job. */
static int tell_all(struct cupel_queue *queue, int64_t job)
{
    struct cupel_delivery *delivery;
    struct cupel_error err = {0};
    int64_t next_us = 0;
    int count = 0;

    for (; (delivery = take(queue, LEASE, &next_us)) != NULL; count++) {
        assert_int_equal(delivery->job, job);
        assert_int_equal(cupel_queue_delivered(queue, delivery->id, delivery->token, &err), 0);
        cupel_delivery_free(delivery);
    }
    assert_int_equal(next_us, INT64_MAX);
    return count;
}

static int64_t add_to(struct cupel_queue *queue, const char *course)
{
    struct cupel_job_request request = claims_job_of(course);

    request.attempts = 1;
    return claims_add(queue, &request);
}

/* A job that has ended, and a delivery of it that is not leased. */
static int64_t end_one(struct cupel_queue *queue)
{
    enum cupel_job_state now = CUPEL_JOB_STATES;
    struct cupel_error err = {0};
    int64_t id = add_to(queue, "c1");

    assert_int_equal(cupel_queue_cancel(queue, id, &now, &err), 0);
    return id;
}

static void each_hook_is_told_once_of_each_end(void **state)
{
    enum cupel_job_state now = CUPEL_JOB_STATES;
    struct cupel_error err = {0};

    set(*state, "own", "c1");
    set(*state, "all", NULL);
    set(*state, "other", "c2");
    int64_t done = add_to(*state, "c1");
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_int_equal(tell_all(*state, done), 0);
    claims_grade(*state, job, 0);
    claims_grade(*state, job, 0); /* its answer may have been lost */
    cupel_job_free(job);
    assert_int_equal(tell_all(*state, done), 2);
    int64_t dead = add_to(*state, "c1");
    job = claims_lease(*state, LEASE);
    assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "no disk", &err), 0);
    cupel_job_free(job);
    assert_int_equal(tell_all(*state, dead), 2);
    int64_t cancelled = add_to(*state, "c1");
    for (int i = 0; i < 2; i++)
        assert_int_equal(cupel_queue_cancel(*state, cancelled, &now, &err), 0);
    assert_int_equal(tell_all(*state, cancelled), 2);
    int64_t lost = add_to(*state, "c1");
    cupel_job_free(claims_lease(*state, SHORT));
    claims_sleep(2 * SHORT);
    for (int i = 0; i < 2; i++)
        assert_null(claims_lease(*state, LEASE));
    assert_int_equal(tell_all(*state, lost), 2);
}

static void a_job_that_is_tried_again_has_not_ended(void **state)
{
    struct cupel_job_request request = claims_job_of("c1");
    struct cupel_error err = {0};

    set(*state, "own", "c1");
    int64_t id = claims_add(*state, &request);
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "no disk", &err), 0);
    cupel_job_free(job);
    assert_int_equal(tell_all(*state, id), 0);
}

static void a_delivery_has_what_telling_takes(void **state)
{
    int64_t next_us = 0;

    set(*state, "own", "c1");
    int64_t id = end_one(*state);
    struct cupel_delivery *delivery = take(*state, LEASE, &next_us);
    assert_non_null(delivery);
    assert_string_equal(delivery->hook, "own");
    assert_string_equal(delivery->url, "https://example.org/");
    assert_string_equal(delivery->secret, "s");
    assert_int_equal(delivery->job, id);
    assert_int_equal(delivery->failures, 0);
    assert_false(delivery->is_dead);
    assert_null(delivery->why);
    assert_int_equal(next_us, delivery->next_us); /* when its lease runs out */
    cupel_delivery_free(delivery);
}

static void a_lease_that_ran_out_is_anothers(void **state)
{
    struct cupel_error err = {0};
    int64_t next_us = 0;

    set(*state, "own", "c1");
    (void)end_one(*state);
    struct cupel_delivery *lost = take(*state, SHORT, &next_us);
    assert_non_null(lost);
    assert_null(take(*state, LEASE, &next_us));
    claims_sleep(2 * SHORT);
    struct cupel_delivery *again = take(*state, LEASE, &next_us);
    assert_non_null(again);
    assert_int_equal(again->id, lost->id);
    assert_true(again->token > lost->token);
    assert_int_equal(cupel_queue_delivered(*state, lost->id, lost->token, &err), -ESTALE);
    assert_int_equal(cupel_queue_not_delivered(*state, lost->id, lost->token, "x", &err),
                     -ESTALE);
    assert_int_equal(cupel_queue_delivered(*state, again->id, again->token, &err), 0);
    assert_int_equal(cupel_queue_delivered(*state, again->id, again->token, &err), -ESTALE);
    cupel_delivery_free(lost);
    cupel_delivery_free(again);
}

static struct cupel_delivery_list list_of(struct cupel_queue *queue, const char *course,
                                          size_t limit)
{
    struct cupel_delivery_list list = {.count = 0};
    struct cupel_error err = {0};

    if (cupel_queue_list_deliveries(queue, course, limit, &list, &err) < 0)
        fail_msg("%s", err.text);
    return list;
}

/* How long it waits, in microseconds, once it was not told; 0: it is dead. */
static int64_t fail_once(struct cupel_queue *queue, unsigned failures)
{
    struct cupel_error err = {0};
    int64_t next_us = 0;

    claims_change("UPDATE deliveries SET next = 0; UPDATE hooks SET not_before = 0");
    struct cupel_delivery *delivery = take(queue, LEASE, &next_us);
    assert_non_null(delivery);
    assert_int_equal(delivery->failures, failures);
    int64_t before_us = claims_now_us();
    assert_int_equal(
        cupel_queue_not_delivered(queue, delivery->id, delivery->token, "refused", &err), 0);
    assert_int_equal(
        cupel_queue_not_delivered(queue, delivery->id, delivery->token, "refused", &err),
        -ESTALE); /* told twice, it has failed once */
    struct cupel_delivery_list list = list_of(queue, NULL, 10);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].why, "refused");
    assert_null(list.items[0].secret);
    int64_t wait_us = list.items[0].is_dead ? 0 : list.items[0].next_us - before_us;
    cupel_delivery_list_clear(&list);
    cupel_delivery_free(delivery);
    return wait_us;
}

static void what_is_not_told_is_tried_twenty_times(void **state)
{
    int64_t expected_us = 5 * SECOND;
    int64_t next_us = 0;

    set(*state, "own", "c1");
    (void)end_one(*state);
    for (unsigned i = 0; i < 19; i++) {
        assert_in_range(fail_once(*state, i), expected_us, expected_us + 2 * SECOND);
        expected_us *= 2;
        if (expected_us > INT64_C(3600) * SECOND)
            expected_us = INT64_C(3600) * SECOND;
    }
    assert_int_equal(fail_once(*state, 19), 0);
    assert_null(take(*state, LEASE, &next_us));
    assert_int_equal(next_us, INT64_MAX);
}

static void what_is_not_told_is_listed_the_newest_first(void **state)
{
    struct cupel_delivery *delivery;
    struct cupel_error err = {0};
    int64_t next_us = 0;

    set(*state, "own", "c1");
    set(*state, "all", NULL);
    (void)end_one(*state);
    struct cupel_delivery_list list = list_of(*state, NULL, 10);
    assert_int_equal(list.count, 2);
    assert_null(list.items[0].why);
    cupel_delivery_list_clear(&list);
    for (; (delivery = take(*state, LEASE, &next_us)) != NULL; cupel_delivery_free(delivery))
        assert_int_equal(
            cupel_queue_not_delivered(*state, delivery->id, delivery->token, "x", &err), 0);
    list = list_of(*state, NULL, 10);
    assert_int_equal(list.count, 2);
    assert_true(list.items[0].id > list.items[1].id);
    cupel_delivery_list_clear(&list);
    list = list_of(*state, NULL, 1);
    assert_int_equal(list.count, 1);
    cupel_delivery_list_clear(&list);
    list = list_of(*state, "c1", 10);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].hook, "own");
    cupel_delivery_list_clear(&list);
}

static void a_hook_is_replaced_by_its_course_only(void **state)
{
    struct cupel_hook_list list = {.count = 0};
    struct cupel_error err = {0};

    set(*state, "own", "c1");
    set(*state, "all", NULL);
    assert_int_equal(cupel_queue_set_hook(*state, "own", "c1", "http://new/", "t", &err), 0);
    assert_int_equal(cupel_queue_set_hook(*state, "all", NULL, "http://new/", "t", &err), 0);
    assert_int_equal(cupel_queue_set_hook(*state, "own", "c2", "http://evil/", "t", &err),
                     -EACCES);
    assert_int_equal(cupel_queue_set_hook(*state, "own", NULL, "http://evil/", "t", &err),
                     -EACCES);
    assert_int_equal(cupel_queue_set_hook(*state, "all", "c2", "http://evil/", "t", &err),
                     -EACCES);
    assert_int_equal(cupel_queue_set_hook(*state, "a b", "c2", "http://x/", "t", &err),
                     -EINVAL);
    assert_int_equal(cupel_queue_list_hooks(*state, NULL, &list, &err), 0);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].name, "all");
    assert_null(list.items[0].course);
    for (size_t i = 0; i < list.count; i++) {
        assert_string_equal(list.items[i].url, "http://new/");
        assert_null(list.items[i].secret);
    }
    cupel_hook_list_clear(&list);
    assert_int_equal(cupel_queue_list_hooks(*state, "c1", &list, &err), 0);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].name, "own");
    cupel_hook_list_clear(&list);
}

static void a_hook_that_is_removed_is_told_nothing(void **state)
{
    struct cupel_error err = {0};
    int64_t next_us = 0;

    set(*state, "own", "c1");
    (void)end_one(*state);
    assert_int_equal(cupel_queue_remove_hook(*state, "own", "c2", &err), -ENOENT);
    assert_int_equal(cupel_queue_remove_hook(*state, "own", "c1", &err), 0);
    assert_int_equal(cupel_queue_remove_hook(*state, "own", NULL, &err), -ENOENT);
    assert_null(take(*state, LEASE, &next_us));
}

/* Whatever is leased is the hook's only one. */
static void a_hook_is_told_one_thing_at_a_time(void **state)
{
    struct cupel_error err = {0};
    int64_t next_us = 0;

    set(*state, "slow", "c1");
    int64_t first = end_one(*state);
    int64_t second = end_one(*state);
    set(*state, "other", "c1");
    int64_t third = end_one(*state);
    struct cupel_delivery *slow = take(*state, LEASE, &next_us);
    assert_int_equal(slow->job, first);
    assert_true(next_us <= claims_now_us()); /* the other's */
    struct cupel_delivery *other = take(*state, LEASE, &next_us);
    assert_int_equal(other->job, third);
    assert_string_equal(other->hook, "other");
    assert_null(take(*state, LEASE, &next_us));
    assert_int_equal(cupel_queue_delivered(*state, slow->id, slow->token, &err), 0);
    cupel_delivery_free(slow);
    slow = take(*state, LEASE, &next_us);
    assert_int_equal(slow->job, second);
    cupel_delivery_free(slow);
    cupel_delivery_free(other);
}

static void hooks_of_a_course_leave_others_a_place(void **state)
{
    struct cupel_delivery *taken[3];
    struct cupel_error err = {0};
    int64_t next_us = 0;

    set(*state, "a1", "c1");
    set(*state, "a2", "c1");
    set(*state, "a3", "c1");
    (void)end_one(*state);
    for (size_t i = 0; i < 2; i++)
        taken[i] = take(*state, LEASE, &next_us);
    assert_null(take(*state, LEASE, &next_us));
    assert_true(next_us > claims_now_us());
    set(*state, "all", NULL);
    (void)end_one(*state);
    taken[2] = take(*state, LEASE, &next_us);
    assert_non_null(taken[2]);
    assert_string_equal(taken[2]->hook, "all");
    assert_null(take(*state, LEASE, &next_us));
    assert_int_equal(cupel_queue_delivered(*state, taken[0]->id, taken[0]->token, &err), 0);
    for (size_t i = 0; i < 3; i++)
        cupel_delivery_free(taken[i]);
    taken[0] = take(*state, LEASE, &next_us);
    assert_non_null(taken[0]);
    cupel_delivery_free(taken[0]);
}

/* As often as processes ask at once; each leases until there is nothing. */
static int take_until_none(void)
{
    struct cupel_delivery *delivery = NULL;
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};
    int64_t next_us = 0;
    int count = 0;

    int r = cupel_queue_open(claims_url, &queue, &err);
    for (; r == 0; count++) {
        r = cupel_queue_lease_delivery(queue, LEASE, &delivery, &next_us, &err);
        if (r < 0 || delivery == NULL)
            break;
        cupel_delivery_free(delivery);
    }
    cupel_queue_close(queue);
    return r < 0 ? 100 : count;
}

static void a_hook_is_told_one_thing_whoever_asks(void **state)
{
    enum { PROCESSES = 4, JOBS = 5 };
    int taken = 0;
    int status = 0;

    set(*state, "a1", "c1");
    set(*state, "a2", "c1");
    set(*state, "a3", "c1");
    for (int i = 0; i < JOBS; i++)
        (void)end_one(*state);
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() == 0)
            _exit(take_until_none());
    }
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status));
        taken += WEXITSTATUS(status);
    }
    assert_int_equal(taken, 2); /* and two hooks of a course */
}

/* Whatever there is to tell; until it has been told something. */
static void a_hook_that_fails_is_left_alone(void **state)
{
    struct cupel_error err = {0};
    int64_t next_us = 0;

    set(*state, "own", "c1");
    (void)end_one(*state);
    int64_t second = end_one(*state);
    struct cupel_delivery *delivery = take(*state, LEASE, &next_us);
    assert_int_equal(
        cupel_queue_not_delivered(*state, delivery->id, delivery->token, "refused", &err), 0);
    cupel_delivery_free(delivery);
    assert_null(take(*state, LEASE, &next_us));
    assert_in_range(next_us, claims_now_us() + 4 * SECOND, claims_now_us() + 5 * SECOND);
    (void)end_one(*state);
    assert_null(take(*state, LEASE, &next_us));
    claims_change("UPDATE hooks SET not_before = 0");
    delivery = take(*state, LEASE, &next_us);
    assert_int_equal(delivery->job, second);
    assert_int_equal(cupel_queue_delivered(*state, delivery->id, delivery->token, &err), 0);
    cupel_delivery_free(delivery);
    delivery = take(*state, LEASE, &next_us);
    assert_non_null(delivery);
    cupel_delivery_free(delivery);
}

static void what_is_dead_can_be_told_again(void **state)
{
    struct cupel_error err = {0};
    int64_t next_us = 0;

    set(*state, "own", "c1");
    (void)end_one(*state);
    claims_change(
        "UPDATE deliveries SET next = NULL, failures = 20; UPDATE hooks"
        " SET failures = 20, not_before = %jd",
        (intmax_t)(claims_now_us() + 3600 * SECOND));
    struct cupel_delivery_list list = list_of(*state, NULL, 10);
    int64_t id = list.items[0].id;
    assert_true(list.items[0].is_dead);
    cupel_delivery_list_clear(&list);
    assert_int_equal(cupel_queue_retry_delivery(*state, id, "c2", &err), -ENOENT);
    assert_int_equal(cupel_queue_retry_delivery(*state, id + 1, NULL, &err), -ENOENT);
    assert_null(take(*state, LEASE, &next_us));
    assert_int_equal(cupel_queue_retry_delivery(*state, id, "c1", &err), 0);
    struct cupel_delivery *delivery = take(*state, LEASE, &next_us);
    assert_int_equal(delivery->id, id);
    assert_int_equal(delivery->failures, 0);
    cupel_delivery_free(delivery);
}

/* A queue as the second version made it, with something to tell. */
static void what_an_older_version_was_to_tell_is_told(void **state)
{
    static const char back[] =
        "ALTER TABLE hooks DROP COLUMN failures; ALTER TABLE hooks DROP COLUMN not_before;"
        " ALTER TABLE hooks DROP COLUMN busy_until; ALTER TABLE deliveries DROP COLUMN event;"
        " ALTER TABLE schedules ADD COLUMN deadline_after BIGINT;"
        " ALTER TABLE graders DROP COLUMN memory_bytes;"
        " DROP INDEX deliveries_of_hook; CREATE INDEX deliveries_of_hook ON deliveries (hook);"
        " CREATE INDEX deliveries_next ON deliveries (next) WHERE next IS NOT NULL;"
        " DROP INDEX jobs_open; UPDATE cupel_schema SET version = 2";
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};
    int64_t next_us = 0;

    set(*state, "own", "c1");
    int64_t id = end_one(*state);
    claims_change("%s", back);
    assert_int_equal(cupel_queue_open(claims_url, &queue, &err), 0);
    struct cupel_delivery *delivery = take(queue, LEASE, &next_us);
    assert_non_null(delivery);
    assert_int_equal(delivery->job, id);
    assert_string_equal(delivery->event, CUPEL_EVENT_ENDED);
    cupel_delivery_free(delivery);
    cupel_queue_close(queue);
}

static void a_course_has_ten_hooks(void **state)
{
    static const char *const courses[] = {"c1", NULL};
    struct cupel_error err = {0};
    char name[16];

    for (size_t i = 0; i < 2; i++) {
        for (int j = 0; j < CUPEL_HOOKS_MAX; j++) {
            (void)snprintf(name, sizeof(name), "h%zu-%d", i, j);
            set(*state, name, courses[i]);
        }
        set(*state, name, courses[i]); /* replaces it */
        assert_int_equal(
            cupel_queue_set_hook(*state, "more", courses[i], "https://x/", "s", &err), -EBUSY);
        assert_non_null(strstr(err.text, "10 hooks"));
    }
    set(*state, "more", "c2");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(each_hook_is_told_once_of_each_end),
        CLAIM(a_job_that_is_tried_again_has_not_ended),
        CLAIM(a_delivery_has_what_telling_takes),
        CLAIM(a_lease_that_ran_out_is_anothers),
        CLAIM(what_is_not_told_is_tried_twenty_times),
        CLAIM(what_is_not_told_is_listed_the_newest_first),
        CLAIM(a_hook_is_replaced_by_its_course_only),
        CLAIM(a_hook_that_is_removed_is_told_nothing),
        CLAIM(a_hook_is_told_one_thing_at_a_time),
        CLAIM(a_hook_is_told_one_thing_whoever_asks),
        CLAIM(hooks_of_a_course_leave_others_a_place),
        CLAIM(a_hook_that_fails_is_left_alone),
        CLAIM(what_is_dead_can_be_told_again),
        CLAIM(what_an_older_version_was_to_tell_is_told),
        CLAIM(a_course_has_ten_hooks),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.hooks", tests, NULL, NULL)
               : 2;
}
