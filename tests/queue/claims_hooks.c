/* claims_hooks URL: who is told that a job has ended. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

    claims_change("UPDATE deliveries SET next = 0");
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

static void failures_are_listed_the_newest_first(void **state)
{
    struct cupel_delivery *delivery;
    struct cupel_error err = {0};
    int64_t next_us = 0;

    set(*state, "own", "c1");
    set(*state, "all", NULL);
    (void)end_one(*state);
    struct cupel_delivery_list list = list_of(*state, NULL, 10);
    assert_int_equal(list.count, 0);
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(each_hook_is_told_once_of_each_end),
        CLAIM(a_job_that_is_tried_again_has_not_ended),
        CLAIM(a_delivery_has_what_telling_takes),
        CLAIM(a_lease_that_ran_out_is_anothers),
        CLAIM(what_is_not_told_is_tried_twenty_times),
        CLAIM(failures_are_listed_the_newest_first),
        CLAIM(a_hook_is_replaced_by_its_course_only),
        CLAIM(a_hook_that_is_removed_is_told_nothing),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.hooks", tests, NULL, NULL)
               : 2;
}
