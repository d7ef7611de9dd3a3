/* claims_regrades URL: what becomes of regrades, and of the scores that they replace. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "claims.h"
#include "queue/graders.h"
#include "queue/hooks.h"
#include "queue/regrades.h"
#include "queue/sql.h"

#define POINT INT64_C(1000000)

#define SUBMISSION "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b"

/* The tree of a version. */
static const char *tree_of(int64_t number)
{
    static char text[65];

    (void)snprintf(text, sizeof(text), "%064jx", (intmax_t)number);
    return text;
}

/* A version of "fib" of course c1, whose check ends with status. */
static void put_version(struct cupel_queue *queue, int64_t number, const char *status)
{
    const struct cupel_capacity capacity = {.memory_bytes = UINT64_C(512) * MIB,
                                            .cpus_milli = 1000};
    const struct cupel_job_end end = {.status = status};
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};
    struct cupel_job *job = NULL;
    int64_t next_us = 0;

    assert_int_equal(
        cupel_queue_put_grader(queue, "fib", "c1", tree_of(number), "staff", &version, &err),
        0);
    assert_int_equal(version.number, number);
    cupel_grader_version_clear(&version);
    assert_int_equal(cupel_queue_lease(queue, "w", &capacity, LEASE, &job, &next_us, &err), 0);
    assert_int_equal(cupel_queue_finish(queue, claims_lease_of(job), &end, &err), 0);
    cupel_job_free(job);
}

/* A submission that a version has given so many points of 10. */
static int64_t submit(struct cupel_queue *queue, int64_t number, const char *learner,
                      int64_t points)
{
    struct cupel_job_request request = claims_job_of("c1");

    request.grader = "fib";
    request.tree = tree_of(number);
    request.learner = learner;
    request.submission = SUBMISSION;
    request.spec = "{\"submission\": 1}";
    request.memory_bytes = UINT64_C(3) * MIB;
    request.cpus_milli = 700;
    int64_t id = claims_add(queue, &request);
    struct cupel_job *job = claims_lease(queue, LEASE);
    assert_int_equal(job->id, id);
    claims_grade(queue, job, points * POINT);
    cupel_job_free(job);
    return id;
}

/* Two versions of "fib"; ann, bob and cem have 5 points of the first. */
static void begin(struct cupel_queue *queue, int64_t ret[static 3])
{
    static const char *const learners[] = {"ann", "bob", "cem"};

    put_version(queue, 1, "passed");
    for (size_t i = 0; i < 3; i++)
        ret[i] = submit(queue, 1, learners[i], 5);
    put_version(queue, 2, "passed");
}

static int try_to_regrade(struct cupel_queue *queue, int64_t from, int64_t to, int64_t *ret)
{
    const struct cupel_regrade_request request = {
        .grader = "fib", .course = "c1", .from = from, .to = to, .by = "staff"};
    struct cupel_error err = {0};

    return cupel_queue_regrade(queue, &request, ret, &err);
}

static int64_t regrade(struct cupel_queue *queue)
{
    int64_t id = 0;

    assert_int_equal(try_to_regrade(queue, 0, 0, &id), 0);
    return id;
}

/* The next job is graded with so many points; -1: it is rejected. */
static void end_next(struct cupel_queue *queue, int64_t points)
{
    const struct cupel_job_end rejected = {
        .status = "rejected", .has_score = true, .max_score_micro = 10 * POINT};
    struct cupel_job *job = claims_lease(queue, LEASE);
    struct cupel_error err = {0};

    assert_non_null(job);
    if (points >= 0)
        claims_grade(queue, job, points * POINT);
    else
        assert_int_equal(cupel_queue_finish(queue, claims_lease_of(job), &rejected, &err), 0);
    cupel_job_free(job);
}

/* What counts for a submission. */
static int64_t points_of(struct cupel_queue *queue, int64_t original)
{
    struct cupel_job *job = NULL;
    struct cupel_job *current = NULL;
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_get(queue, original, &job, &err), 0);
    assert_int_equal(cupel_queue_get(queue, job->current, &current, &err), 0);
    int64_t points = current->score_micro / POINT;
    cupel_job_free(job);
    cupel_job_free(current);
    return points;
}

static int publish(struct cupel_queue *queue, int64_t id)
{
    struct cupel_error err = {0};

    return cupel_queue_publish_regrade(queue, id, &err);
}

static int withdraw(struct cupel_queue *queue, int64_t id)
{
    struct cupel_error err = {0};

    return cupel_queue_withdraw_regrade(queue, id, &err);
}

/* "total/ended graded changed +higher -lower state" */
static const char *counts_of(struct cupel_queue *queue, int64_t id)
{
    static char text[128];
    struct cupel_regrade regrade = {.id = 0};
    struct cupel_error err = {0};

    if (cupel_queue_get_regrade(queue, id, &regrade, &err) < 0)
        fail_msg("%s", err.text);
    (void)snprintf(text, sizeof(text), "%jd/%jd %jd %jd +%jd -%jd %s", (intmax_t)regrade.ended,
                   (intmax_t)regrade.total, (intmax_t)regrade.graded, (intmax_t)regrade.changed,
                   (intmax_t)regrade.higher, (intmax_t)regrade.lower,
                   cupel_regrade_state_names[regrade.state]);
    cupel_regrade_clear(&regrade);
    return text;
}

/* "ann done 5>7 " of each item. */
static const char *items_of(struct cupel_queue *queue, int64_t id, bool changed_only,
                            int64_t after, size_t limit, int64_t *ret_last)
{
    static char text[256];
    struct cupel_regrade_items list = {.count = 0};
    struct cupel_error err = {0};
    size_t len = 0;

    assert_int_equal(
        cupel_queue_list_regrade_items(queue, id, changed_only, after, limit, &list, &err), 0);
    text[0] = '\0';
    for (size_t i = 0; i < list.count; i++) {
        const struct cupel_regrade_item *item = &list.items[i];
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %s %jd>%jd ", item->learner,
                                cupel_job_state_names[item->state],
                                item->has_old ? (intmax_t)(item->old_micro / POINT) : -1,
                                item->has_new ? (intmax_t)(item->new_micro / POINT) : -1);
        if (ret_last != NULL)
            *ret_last = item->job;
    }
    cupel_regrade_items_clear(&list);
    return text;
}

static void a_regrade_grades_each_submission_by_the_live_version(void **state)
{
    struct cupel_regrade_items items = {.count = 0};
    struct cupel_regrade found = {.id = 0};
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};
    int64_t originals[3];

    begin(*state, originals);
    int64_t id = regrade(*state);
    assert_int_equal(cupel_queue_get_regrade(*state, id, &found, &err), 0);
    assert_string_equal(found.grader, "fib");
    assert_string_equal(found.course, "c1");
    assert_string_equal(found.tree, tree_of(2));
    assert_string_equal(found.created_by, "staff");
    assert_int_equal(found.from, 0);
    assert_int_equal(found.to, 2);
    assert_int_equal(found.sample, 0);
    assert_int_equal(found.published_us, 0);
    assert_true(found.created_us > 0);
    cupel_regrade_clear(&found);
    assert_string_equal(counts_of(*state, id), "0/3 0 0 +0 -0 open");
    assert_int_equal(cupel_queue_list_regrade_items(*state, id, false, 0, 10, &items, &err), 0);
    assert_int_equal(items.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(items.items[i].original, originals[i]);
    assert_int_equal(cupel_queue_get(*state, items.items[1].job, &job, &err), 0);
    assert_int_equal(job->kind, CUPEL_JOB_GRADE);
    assert_int_equal(job->priority, CUPEL_JOB_REGRADE);
    assert_int_equal(job->state, CUPEL_JOB_READY);
    assert_int_equal(job->attempts, 3);
    assert_int_equal(job->memory_bytes, 3 * MIB);
    assert_int_equal(job->cpus_milli, 700);
    assert_string_equal(job->course, "c1");
    assert_string_equal(job->grader, "fib");
    assert_string_equal(job->tree, tree_of(2));
    assert_string_equal(job->submission, SUBMISSION);
    assert_string_equal(job->spec, "{\"submission\": 1}");
    assert_string_equal(job->learner, "bob");
    assert_int_equal(job->regrade, id);
    assert_int_equal(job->original, originals[1]);
    assert_int_equal(job->current, 0);
    cupel_job_free(job);
    cupel_regrade_items_clear(&items);
    assert_int_equal(cupel_queue_get_regrade(*state, id + 1, &found, &err), -ENOENT);
}

static void a_regrade_asks_for_the_memory_of_the_version_that_grades(void **state)
{
    struct cupel_job_list list = {.count = 0};
    struct cupel_error err = {0};
    int64_t originals[3];

    begin(*state, originals);
    claims_change("UPDATE graders SET memory_bytes = 7000000 * number");
    const struct cupel_job_filter filter = {
        .regrade = regrade(*state), .kind = -1, .state = -1, .limit = 10};
    assert_int_equal(cupel_queue_list(*state, &filter, &list, &err), 0);
    assert_int_equal(list.count, 3);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(list.items[i]->memory_bytes, 14000000 + 64 * MIB);
    cupel_job_list_clear(&list);
}

static void what_would_change_is_seen_before_it_counts(void **state)
{
    int64_t originals[3];

    begin(*state, originals);
    int64_t id = regrade(*state);
    end_next(*state, 7);
    end_next(*state, 5);
    assert_string_equal(counts_of(*state, id), "2/3 2 1 +1 -0 open");
    end_next(*state, 1);
    assert_string_equal(counts_of(*state, id), "3/3 3 2 +1 -1 open");
    assert_string_equal(items_of(*state, id, true, 0, 10, NULL), "ann done 5>7 cem done 5>1 ");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(points_of(*state, originals[i]), 5);
}

static void new_scores_count_once_they_are_published(void **state)
{
    struct cupel_regrade found = {.id = 0};
    struct cupel_error err = {0};
    int64_t originals[3];

    begin(*state, originals);
    int64_t id = regrade(*state);
    end_next(*state, 7);
    end_next(*state, 5);
    assert_int_equal(publish(*state, id), -EBUSY);
    end_next(*state, 1);
    assert_int_equal(publish(*state, id), 0);
    assert_int_equal(points_of(*state, originals[0]), 7);
    assert_int_equal(points_of(*state, originals[1]), 5);
    assert_int_equal(points_of(*state, originals[2]), 1);
    assert_string_equal(counts_of(*state, id), "3/3 3 2 +1 -1 published");
    assert_string_equal(items_of(*state, id, false, 0, 10, NULL),
                        "ann done 5>7 bob done 5>5 cem done 5>1 ");
    assert_int_equal(cupel_queue_get_regrade(*state, id, &found, &err), 0);
    assert_true(found.published_us > 0);
    cupel_regrade_clear(&found);
    assert_int_equal(publish(*state, id), -EBUSY);
    assert_int_equal(withdraw(*state, id), -EBUSY);
    assert_int_equal(publish(*state, id + 1), -ENOENT);
}

static void a_job_without_a_score_never_replaces_one(void **state)
{
    struct cupel_regrade_items items = {.count = 0};
    enum cupel_job_state now = CUPEL_JOB_STATES;
    struct cupel_error err = {0};
    int64_t originals[3];

    begin(*state, originals);
    int64_t id = regrade(*state);
    end_next(*state, -1);
    assert_int_equal(cupel_queue_list_regrade_items(*state, id, false, 0, 10, &items, &err), 0);
    assert_string_equal(items.items[0].status, "rejected");
    assert_int_equal(cupel_queue_cancel(*state, items.items[1].job, &now, &err), 0);
    for (unsigned i = 0; i < 3; i++) {
        struct cupel_job *job = claims_lease(*state, LEASE);
        assert_int_equal(job->id, items.items[2].job);
        assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "no disk", &err), 0);
        cupel_job_free(job);
        claims_sleep(i < 2 ? (1U << i) * SECOND + 10000 : 0); /* until it is tried again */
    }
    cupel_regrade_items_clear(&items);
    assert_int_equal(publish(*state, id), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(points_of(*state, originals[i]), 5);
        struct cupel_job *job = NULL;
        assert_int_equal(cupel_queue_get(*state, originals[i], &job, &err), 0);
        assert_int_equal(job->current, originals[i]);
        cupel_job_free(job);
    }
    assert_string_equal(counts_of(*state, id), "3/3 0 0 +0 -0 published");
    assert_string_equal(items_of(*state, id, false, 0, 10, NULL),
                        "ann done 5>-1 bob cancelled 5>-1 cem dead 5>-1 ");
}

/* The only attempt of the next job fails. */
static int64_t kill_next(struct cupel_queue *queue)
{
    struct cupel_error err = {0};

    claims_change("UPDATE jobs SET attempts = 1 WHERE regrade IS NOT NULL");
    struct cupel_job *job = claims_lease(queue, LEASE);
    int64_t id = job->id;
    assert_int_equal(cupel_queue_fail(queue, claims_lease_of(job), "no disk", &err), 0);
    cupel_job_free(job);
    return id;
}

static void a_job_is_tried_again_while_its_regrade_is_open(void **state)
{
    struct cupel_error err = {0};
    int64_t originals[3];

    begin(*state, originals);
    int64_t id = regrade(*state);
    int64_t job = kill_next(*state);
    assert_int_equal(cupel_queue_retry(*state, job, &err), 0);
    assert_int_equal(kill_next(*state), job);
    end_next(*state, 7);
    end_next(*state, 5);
    assert_int_equal(publish(*state, id), 0);
    assert_int_equal(cupel_queue_retry(*state, job, &err), -EBUSY);
    assert_non_null(strstr(err.text, "is published already"));
    assert_int_equal(claims_state_of(*state, job), CUPEL_JOB_DEAD);
    assert_string_equal(counts_of(*state, id), "3/3 2 1 +1 -0 published");

    put_version(*state, 3, "passed");
    id = regrade(*state);
    job = kill_next(*state);
    assert_int_equal(withdraw(*state, id), 0);
    assert_int_equal(cupel_queue_retry(*state, job, &err), -EBUSY);
    assert_string_equal(counts_of(*state, id), "3/3 0 0 +0 -0 withdrawn");
}

static void another_maximum_is_a_change_for_better_or_worse_by_the_fraction(void **state)
{
    static const struct {
        int64_t points;
        const char *counts;
    } of_20[] = {
        {5, "1/3 1 1 +0 -1 open"}, {10, "2/3 2 2 +0 -1 open"}, {11, "3/3 3 3 +1 -1 open"}};
    int64_t originals[3];

    begin(*state, originals);
    int64_t id = regrade(*state);
    for (size_t i = 0; i < 3; i++) {
        const struct cupel_job_end end = {.status = "graded",
                                          .has_score = true,
                                          .score_micro = of_20[i].points * POINT,
                                          .max_score_micro = 20 * POINT};
        struct cupel_job *job = claims_lease(*state, LEASE);
        struct cupel_error err = {0};
        assert_int_equal(cupel_queue_finish(*state, claims_lease_of(job), &end, &err), 0);
        cupel_job_free(job);
        assert_string_equal(counts_of(*state, id), of_20[i].counts);
    }
    assert_string_equal(items_of(*state, id, true, 0, 10, NULL),
                        "ann done 5>5 bob done 5>10 cem done 5>11 ");
}

static void a_maximum_of_nothing_has_no_fraction(void **state)
{
    const struct cupel_job_end end = {.status = "graded", .has_score = true};
    struct cupel_error err = {0};
    int64_t originals[3];

    begin(*state, originals);
    int64_t id = regrade(*state);
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_int_equal(cupel_queue_finish(*state, claims_lease_of(job), &end, &err), 0);
    cupel_job_free(job);
    assert_string_equal(counts_of(*state, id), "1/3 1 1 +0 -0 open");
}

static void old_scores_are_those_that_a_regrade_replaced(void **state)
{
    int64_t originals[3];

    begin(*state, originals);
    int64_t first = regrade(*state);
    for (int i = 0; i < 3; i++)
        end_next(*state, 7);
    assert_int_equal(publish(*state, first), 0);
    put_version(*state, 3, "passed");
    int64_t second = regrade(*state);
    for (int i = 0; i < 3; i++)
        end_next(*state, 9);
    assert_string_equal(items_of(*state, second, false, 0, 1, NULL), "ann done 7>9 ");
    assert_int_equal(publish(*state, second), 0);
    assert_string_equal(items_of(*state, first, false, 0, 1, NULL), "ann done 5>7 ");
    assert_string_equal(items_of(*state, second, false, 0, 1, NULL), "ann done 7>9 ");
    assert_string_equal(counts_of(*state, first), "3/3 3 3 +3 -0 published");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(points_of(*state, originals[i]), 9);
}

static void only_scores_of_the_version_asked_for_are_looked_at(void **state)
{
    int64_t originals[3];
    int64_t id = 0;

    begin(*state, originals);
    (void)submit(*state, 2, "dov", 5);
    put_version(*state, 3, "passed");
    assert_int_equal(try_to_regrade(*state, 2, 0, &id), 0);
    assert_string_equal(items_of(*state, id, false, 0, 10, NULL), "dov ready 5>-1 ");
    end_next(*state, 6);
    assert_int_equal(publish(*state, id), 0);
    assert_int_equal(try_to_regrade(*state, 2, 0, &id), -ENOENT); /* its score is version 3's */
    assert_int_equal(try_to_regrade(*state, 1, 2, &id), 0);
    assert_string_equal(counts_of(*state, id), "0/3 0 0 +0 -0 open");
    assert_int_equal(withdraw(*state, id), 0);
    assert_int_equal(try_to_regrade(*state, 0, 2, &id), 0);
    assert_string_equal(counts_of(*state, id), "0/4 0 0 +0 -0 open");
}

/* Ended by a fault of version 1's own. */
static int64_t submit_in_vain(struct cupel_queue *queue, const char *learner)
{
    const struct cupel_job_end unknown = {.status = "grader_error"};
    struct cupel_job_request request = claims_job_of("c1");
    struct cupel_error err = {0};

    request.grader = "fib";
    request.tree = tree_of(1);
    request.learner = learner;
    int64_t id = claims_add(queue, &request);
    struct cupel_job *job = claims_lease(queue, LEASE);
    assert_int_equal(cupel_queue_finish(queue, claims_lease_of(job), &unknown, &err), 0);
    cupel_job_free(job);
    return id;
}

static int64_t current_of(struct cupel_queue *queue, int64_t id)
{
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_get(queue, id, &job, &err), 0);
    int64_t current = job->current;
    cupel_job_free(job);
    return current;
}

static void what_a_broken_grader_ended_is_graded_again(void **state)
{
    static const char *const learners[] = {"ann", "bob", "cem"};
    int64_t originals[3];
    int64_t id = 0;

    put_version(*state, 1, "passed");
    for (size_t i = 0; i < 3; i++)
        originals[i] = submit_in_vain(*state, learners[i]);
    put_version(*state, 2, "passed");
    assert_int_equal(try_to_regrade(*state, 2, 1, &id), -ENOENT); /* 2 has graded nothing */
    assert_int_equal(try_to_regrade(*state, 1, 2, &id), 0);
    assert_string_equal(items_of(*state, id, true, 0, 10, NULL), "");
    for (int i = 0; i < 3; i++)
        end_next(*state, 7);
    assert_string_equal(counts_of(*state, id), "3/3 3 3 +0 -0 open");
    assert_int_equal(withdraw(*state, id), 0);
    assert_int_equal(current_of(*state, originals[0]), 0);
    id = regrade(*state);
    end_next(*state, 7);
    end_next(*state, 0);
    end_next(*state, -1);
    assert_string_equal(counts_of(*state, id), "3/3 2 2 +0 -0 open");
    assert_int_equal(publish(*state, id), 0);
    assert_int_equal(points_of(*state, originals[0]), 7);
    assert_int_equal(points_of(*state, originals[1]), 0);
    assert_int_equal(current_of(*state, originals[2]), 0);
    assert_string_equal(counts_of(*state, id), "3/3 2 2 +0 -0 published");
    assert_string_equal(items_of(*state, id, true, 0, 10, NULL),
                        "ann done -1>7 bob done -1>0 ");
}

static void what_no_grader_has_ended_is_not_graded_again(void **state)
{
    struct cupel_job_request request = claims_job_of("c1");
    enum cupel_job_state now = CUPEL_JOB_STATES;
    struct cupel_error err = {0};
    int64_t originals[3];

    begin(*state, originals);
    request.grader = "fib";
    request.tree = tree_of(1);
    int64_t cancelled = claims_add(*state, &request);
    assert_int_equal(cupel_queue_cancel(*state, cancelled, &now, &err), 0);
    (void)claims_add(*state, &request); /* still to be graded */
    assert_string_equal(counts_of(*state, regrade(*state)), "0/3 0 0 +0 -0 open");
}

static void a_sample_is_some_of_them(void **state)
{
    struct cupel_regrade_request request = {.grader = "fib", .sample = 2, .by = "staff"};
    struct cupel_regrade_items items = {.count = 0};
    struct cupel_error err = {0};
    int64_t originals[3];
    int64_t id = 0;
    unsigned seen = 0;

    begin(*state, originals);
    for (int i = 0; i < 64 && seen != 7; i++) { /* at random: each in turn, sooner or later */
        assert_int_equal(cupel_queue_regrade(*state, &request, &id, &err), 0);
        assert_int_equal(cupel_queue_list_regrade_items(*state, id, false, 0, 10, &items, &err),
                         0);
        assert_int_equal(items.count, 2);
        assert_true(items.items[0].original < items.items[1].original);
        for (size_t j = 0; j < 6; j++)
            seen |= items.items[j / 3].original == originals[j % 3] ? 1U << j % 3 : 0;
        cupel_regrade_items_clear(&items);
        assert_int_equal(withdraw(*state, id), 0);
    }
    assert_int_equal(seen, 7);
    request.sample = 100;
    assert_int_equal(cupel_queue_regrade(*state, &request, &id, &err), 0);
    assert_string_equal(counts_of(*state, id), "0/3 0 0 +0 -0 open");
    request.sample = -1;
    assert_int_equal(cupel_queue_regrade(*state, &request, &id, &err), -EINVAL);
}

static void a_regrade_that_cannot_be_is_refused_and_leaves_nothing(void **state)
{
    struct cupel_regrade_request request = {.grader = "none", .by = "staff"};
    struct cupel_regrade_list list = {.count = 0};
    struct cupel_error err = {0};
    int64_t id = 0;

    assert_int_equal(cupel_queue_regrade(*state, &request, &id, &err), -ENOENT);
    put_version(*state, 1, "passed");
    assert_int_equal(try_to_regrade(*state, 0, 0, &id), -ENOENT); /* no submission */
    (void)submit(*state, 1, "ann", 5);
    assert_int_equal(try_to_regrade(*state, 0, 1, &id), -ENOENT); /* none of another version */
    assert_int_equal(try_to_regrade(*state, 0, 2, &id), -ENOENT);
    assert_int_equal(try_to_regrade(*state, 2, 1, &id), -ENOENT);
    put_version(*state, 2, "refused");
    assert_int_equal(try_to_regrade(*state, 1, 2, &id), -EBUSY);
    request = (struct cupel_regrade_request){.grader = "fib", .course = "c2", .by = "staff"};
    assert_int_equal(cupel_queue_regrade(*state, &request, &id, &err), -EACCES);
    assert_int_equal(cupel_queue_list_regrades(*state, NULL, NULL, 0, 10, &list, &err), 0);
    assert_int_equal(list.count, 0);
    cupel_regrade_list_clear(&list);
}

static void an_open_regrade_blocks_a_second_of_its_grader(void **state)
{
    int64_t originals[3];
    int64_t id = 0;

    begin(*state, originals);
    int64_t first = regrade(*state);
    assert_int_equal(try_to_regrade(*state, 0, 0, &id), -EBUSY);
    assert_int_equal(withdraw(*state, first), 0);
    assert_int_equal(try_to_regrade(*state, 0, 0, &id), 0);
}

static void what_is_withdrawn_is_cancelled_and_never_counts(void **state)
{
    struct cupel_error err = {0};
    int64_t originals[3];
    bool cancel = false;

    begin(*state, originals);
    int64_t id = regrade(*state);
    end_next(*state, 7);
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_int_equal(withdraw(*state, id), 0);
    assert_string_equal(items_of(*state, id, false, 0, 10, NULL),
                        "ann done 5>7 bob running 5>-1 cem cancelled 5>-1 ");
    assert_int_equal(cupel_queue_extend(*state, claims_lease_of(job), LEASE, &cancel, &err), 0);
    assert_true(cancel);
    cupel_job_free(job);
    assert_null(claims_lease(*state, LEASE));
    assert_int_equal(publish(*state, id), -EBUSY);
    assert_int_equal(withdraw(*state, id), -EBUSY);
    assert_int_equal(withdraw(*state, id + 1), -ENOENT);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(points_of(*state, originals[i]), 5);
}

/* More submissions with a score of version 1, of which there would be too many to add one by
 * one here. */
static void copy_submission(int64_t original, int64_t copies)
{
    static const char copy[] =
        "INSERT INTO jobs (kind, course, priority, state, not_before, attempts, memory_bytes,"
        " cpus_milli, fingerprint, spec, grader, tree, created, status, current)"
        " WITH RECURSIVE copies(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL"
        "  SELECT i + 1 FROM copies WHERE i < $2)"
        " SELECT kind, course, priority, state, not_before, attempts, memory_bytes,"
        " cpus_milli, fingerprint, spec, grader, tree, created, status, id"
        " FROM jobs, copies WHERE id = $1";
    const struct sql_value parameters[] = {sql_int(original), sql_int(copies)};
    struct cupel_error err = {0};
    struct sql *sql = NULL;

    assert_int_equal(sql_open(claims_url, &sql, &err), 0);
    if (sql_query(sql, copy, parameters, 2, NULL, NULL, &err) < 0)
        fail_msg("%s", err.text);
    sql_close(sql);
}

static void a_withdrawal_ends_any_number_of_jobs(void **state)
{
    int64_t originals[3];

    begin(*state, originals);
    copy_submission(originals[0], 997);
    int64_t id = regrade(*state);
    assert_string_equal(counts_of(*state, id), "0/1000 0 0 +0 -0 open");
    assert_int_equal(withdraw(*state, id), 0);
    assert_string_equal(counts_of(*state, id), "1000/1000 0 0 +0 -0 withdrawn");
}

static void items_are_read_page_by_page(void **state)
{
    int64_t originals[3];
    int64_t last = 0;

    begin(*state, originals);
    int64_t id = regrade(*state);
    for (int i = 0; i < 3; i++)
        end_next(*state, i == 1 ? 5 : 6);
    assert_string_equal(items_of(*state, id, false, last, 2, &last),
                        "ann done 5>6 bob done 5>5 ");
    assert_string_equal(items_of(*state, id, false, last, 2, &last), "cem done 5>6 ");
    assert_string_equal(items_of(*state, id, false, last, 2, &last), "");
    last = 0;
    assert_string_equal(items_of(*state, id, true, last, 1, &last), "ann done 5>6 ");
    assert_string_equal(items_of(*state, id, true, last, 1, &last), "cem done 5>6 ");
    assert_string_equal(items_of(*state, id + 1, false, 0, 10, NULL), "");
}

static size_t count_regrades(struct cupel_queue *queue, const char *grader, const char *course,
                             int64_t newest)
{
    struct cupel_regrade_list list = {.count = 0};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_list_regrades(queue, grader, course, 0, 10, &list, &err), 0);
    size_t count = list.count;
    if (count > 0)
        assert_int_equal(list.items[0].id, newest);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(list.items[i].total, 3);
    cupel_regrade_list_clear(&list);
    return count;
}

static void regrades_are_listed_the_newest_first(void **state)
{
    int64_t originals[3];

    begin(*state, originals);
    assert_int_equal(withdraw(*state, regrade(*state)), 0);
    int64_t newest = regrade(*state);
    assert_int_equal(count_regrades(*state, NULL, NULL, newest), 2);
    assert_int_equal(count_regrades(*state, "fib", "c1", newest), 2);
    assert_int_equal(count_regrades(*state, "other", NULL, 0), 0);
    assert_int_equal(count_regrades(*state, NULL, "c2", 0), 0);
}

static void regrades_are_listed_by_pages(void **state)
{
    struct cupel_regrade_list list = {.count = 0};
    struct cupel_error err = {0};
    int64_t originals[3];
    int64_t ids[3];

    begin(*state, originals);
    for (size_t i = 0; i < 3; i++) {
        ids[i] = regrade(*state);
        assert_int_equal(withdraw(*state, ids[i]), 0);
    }
    assert_int_equal(cupel_queue_list_regrades(*state, NULL, "c1", 0, 2, &list, &err), 0);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].id, ids[2]);
    assert_int_equal(list.items[1].id, ids[1]);
    assert_int_equal(list.items[1].total, 3);
    cupel_regrade_list_clear(&list);
    assert_int_equal(cupel_queue_list_regrades(*state, "fib", NULL, ids[1], 2, &list, &err), 0);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].id, ids[0]);
    cupel_regrade_list_clear(&list);
}

static void hooks_are_told_of_a_publication_alone(void **state)
{
    struct cupel_delivery_list list = {.count = 0};
    struct cupel_error err = {0};
    int64_t originals[3];

    begin(*state, originals);
    assert_int_equal(cupel_queue_set_hook(*state, "own", "c1", "https://x/", "s", &err), 0);
    assert_int_equal(cupel_queue_set_hook(*state, "other", "c2", "https://x/", "s", &err), 0);
    int64_t id = regrade(*state);
    end_next(*state, 6);
    end_next(*state, -1); /* replaces nothing */
    end_next(*state, 7);
    assert_int_equal(cupel_queue_list_deliveries(*state, NULL, 10, &list, &err), 0);
    assert_int_equal(list.count, 0);
    cupel_delivery_list_clear(&list);
    assert_int_equal(publish(*state, id), 0);
    assert_int_equal(cupel_queue_list_deliveries(*state, NULL, 10, &list, &err), 0);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].job, originals[2]);
    assert_int_equal(list.items[1].job, originals[0]);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(list.items[i].hook, "own");
        assert_string_equal(list.items[i].event, CUPEL_EVENT_CHANGED);
    }
    cupel_delivery_list_clear(&list);
}

static void published_scores_are_those_of_the_histogram(void **state)
{
    struct cupel_error err = {0};
    int64_t originals[3];
    int64_t bins[2] = {0};

    begin(*state, originals);
    int64_t id = regrade(*state);
    for (int i = 0; i < 3; i++)
        end_next(*state, 1);
    assert_int_equal(cupel_queue_score_histogram(*state, "fib", 2, bins, &err), 0);
    assert_memory_equal(bins, ((int64_t[]){0, 3}), sizeof(bins));
    assert_int_equal(publish(*state, id), 0);
    assert_int_equal(cupel_queue_score_histogram(*state, "fib", 2, bins, &err), 0);
    assert_memory_equal(bins, ((int64_t[]){3, 0}), sizeof(bins));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_regrade_grades_each_submission_by_the_live_version),
        CLAIM(a_regrade_asks_for_the_memory_of_the_version_that_grades),
        CLAIM(what_would_change_is_seen_before_it_counts),
        CLAIM(new_scores_count_once_they_are_published),
        CLAIM(a_job_without_a_score_never_replaces_one),
        CLAIM(a_job_is_tried_again_while_its_regrade_is_open),
        CLAIM(another_maximum_is_a_change_for_better_or_worse_by_the_fraction),
        CLAIM(a_maximum_of_nothing_has_no_fraction),
        CLAIM(old_scores_are_those_that_a_regrade_replaced),
        CLAIM(only_scores_of_the_version_asked_for_are_looked_at),
        CLAIM(what_a_broken_grader_ended_is_graded_again),
        CLAIM(what_no_grader_has_ended_is_not_graded_again),
        CLAIM(a_sample_is_some_of_them),
        CLAIM(a_regrade_that_cannot_be_is_refused_and_leaves_nothing),
        CLAIM(an_open_regrade_blocks_a_second_of_its_grader),
        CLAIM(what_is_withdrawn_is_cancelled_and_never_counts),
        CLAIM(a_withdrawal_ends_any_number_of_jobs),
        CLAIM(items_are_read_page_by_page),
        CLAIM(regrades_are_listed_the_newest_first),
        CLAIM(regrades_are_listed_by_pages),
        CLAIM(hooks_are_told_of_a_publication_alone),
        CLAIM(published_scores_are_those_of_the_histogram),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.regrades", tests, NULL, NULL)
               : 2;
}
