/* claims_graders URL: what becomes of versions of graders. */
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claims.h"
#include "queue/graders.h"

#define TREE "abababababababababababababababababababababababababababababababab"

static int try_to_put(struct cupel_queue *queue, const char *name, const char *course,
                      struct cupel_grader_version *ret)
{
    struct cupel_error err = {0};

    return cupel_queue_put_grader(queue, name, course, TREE, "staff", ret, &err);
}

static int64_t put(struct cupel_queue *queue, const char *name, const char *course)
{
    struct cupel_grader_version version = {.number = 0};

    assert_int_equal(try_to_put(queue, name, course, &version), 0);
    int64_t number = version.number;
    cupel_grader_version_clear(&version);
    return number;
}

/* A check needs more memory than the jobs of other claims. */
static struct cupel_job *lease_check(struct cupel_queue *queue)
{
    const struct cupel_capacity capacity = {.memory_bytes = UINT64_C(512) * MIB,
                                            .cpus_milli = 1000};
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};
    int64_t next_us = 0;

    assert_int_equal(cupel_queue_lease(queue, "w", &capacity, LEASE, &job, &next_us, &err), 0);
    return job;
}

static void end_check(struct cupel_queue *queue, const struct cupel_job *job,
                      const char *status)
{
    const struct cupel_job_end end = {.status = status};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_finish(queue, claims_lease_of(job), &end, &err), 0);
}

/* Of the version that was added first of those whose checks have not ended. */
static void end_next_check(struct cupel_queue *queue, const char *status)
{
    struct cupel_job *job = lease_check(queue);

    assert_non_null(job);
    end_check(queue, job, status);
    cupel_job_free(job);
}

static enum cupel_grader_state state_of(struct cupel_queue *queue, const char *name,
                                        int64_t number)
{
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};

    if (cupel_queue_get_grader(queue, name, number, &version, &err) < 0)
        fail_msg("%s", err.text);
    enum cupel_grader_state state = version.state;
    cupel_grader_version_clear(&version);
    return state;
}

/* 0: none */
static int64_t live_of(struct cupel_queue *queue, const char *name)
{
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};

    int r = cupel_queue_get_grader(queue, name, 0, &version, &err);
    assert_true(r == 0 || r == -ENOENT);
    int64_t number = version.number;
    cupel_grader_version_clear(&version);
    return number;
}

static void why_is(struct cupel_queue *queue, int64_t number, const char *why)
{
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_get_grader(queue, "fib", number, &version, &err), 0);
    assert_int_equal(version.state, CUPEL_GRADER_REFUSED);
    assert_string_equal(version.why, why);
    cupel_grader_version_clear(&version);
}

static void a_version_is_kept_with_its_check(void **state)
{
    struct cupel_grader_version version = {.number = 0};
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};

    assert_int_equal(try_to_put(*state, "fib", "c1", &version), 0);
    assert_string_equal(version.name, "fib");
    assert_string_equal(version.course, "c1");
    assert_string_equal(version.tree, TREE);
    assert_string_equal(version.created_by, "staff");
    assert_int_equal(version.number, 1);
    assert_int_equal(version.state, CUPEL_GRADER_CHECKING);
    assert_true(version.created_us > 0);
    assert_null(version.why);
    assert_int_equal(cupel_queue_get(*state, version.check, &job, &err), 0);
    assert_int_equal(job->kind, CUPEL_JOB_CHECK);
    assert_int_equal(job->priority, CUPEL_JOB_LIVE);
    assert_string_equal(job->course, "c1");
    assert_string_equal(job->grader, "fib");
    assert_string_equal(job->tree, TREE);
    assert_string_equal(job->spec, "{}");
    cupel_job_free(job);
    cupel_grader_version_clear(&version);
}

static void the_later_version_that_passes_is_live(void **state)
{
    assert_int_equal(put(*state, "fib", "c1"), 1);
    assert_int_equal(live_of(*state, "fib"), 0);
    end_next_check(*state, "passed");
    assert_int_equal(live_of(*state, "fib"), 1);
    assert_int_equal(put(*state, "fib", "c1"), 2);
    assert_int_equal(live_of(*state, "fib"), 1); /* as long as the new one is checked */
    end_next_check(*state, "passed");
    assert_int_equal(live_of(*state, "fib"), 2);
    assert_int_equal(state_of(*state, "fib", 1), CUPEL_GRADER_RETIRED);
}

static void a_version_whose_check_ends_late_does_not_replace_a_later_one(void **state)
{
    (void)put(*state, "fib", "c1");
    (void)put(*state, "fib", "c1");
    struct cupel_job *first = lease_check(*state);
    struct cupel_job *second = lease_check(*state);
    end_check(*state, second, "passed");
    end_check(*state, first, "passed");
    assert_int_equal(live_of(*state, "fib"), 2);
    assert_int_equal(state_of(*state, "fib", 1), CUPEL_GRADER_RETIRED);
    cupel_job_free(first);
    cupel_job_free(second);
}

static void a_version_is_refused_with_a_reason_and_changes_nothing(void **state)
{
    enum cupel_job_state now = CUPEL_JOB_STATES;
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};

    (void)put(*state, "fib", "c1");
    end_next_check(*state, "passed");
    (void)put(*state, "fib", "c1");
    end_next_check(*state, "refused");
    why_is(*state, 2, "its check found faults");
    assert_int_equal(try_to_put(*state, "fib", "c1", &version), 0);
    assert_int_equal(cupel_queue_cancel(*state, version.check, &now, &err), 0);
    why_is(*state, 3, "its check was cancelled");
    cupel_grader_version_clear(&version);
    (void)put(*state, "fib", "c1");
    for (int i = 0; i < 3; i++) {
        struct cupel_job *job = lease_check(*state);
        assert_non_null(job);
        assert_int_equal(state_of(*state, "fib", 4), CUPEL_GRADER_CHECKING);
        assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "no disk", &err), 0);
        cupel_job_free(job);
        claims_sleep(i < 2 ? (1U << i) * SECOND + 10000 : 0); /* until it is tried again */
    }
    why_is(*state, 4, "its check could not be done: no disk");
    assert_int_equal(live_of(*state, "fib"), 1);
}

static void a_check_that_could_not_be_done_is_tried_again(void **state)
{
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};

    assert_int_equal(try_to_put(*state, "fib", "c1", &version), 0);
    claims_change("UPDATE jobs SET attempts = 1");
    struct cupel_job *job = lease_check(*state);
    assert_int_equal(cupel_queue_fail(*state, claims_lease_of(job), "no disk", &err), 0);
    cupel_job_free(job);
    why_is(*state, 1, "its check could not be done: no disk");
    assert_int_equal(cupel_queue_retry(*state, version.check, &err), 0);
    cupel_grader_version_clear(&version);
    assert_int_equal(cupel_queue_get_grader(*state, "fib", 1, &version, &err), 0);
    assert_int_equal(version.state, CUPEL_GRADER_CHECKING);
    assert_null(version.why);
    cupel_grader_version_clear(&version);
    end_next_check(*state, "passed");
    assert_int_equal(live_of(*state, "fib"), 1);
}

static void a_version_that_was_live_is_made_so_again(void **state)
{
    struct cupel_error err = {0};

    for (int i = 0; i < 2; i++) {
        (void)put(*state, "fib", "c1");
        end_next_check(*state, "passed");
    }
    assert_int_equal(cupel_queue_roll_back_grader(*state, "fib", 1, &err), 0);
    assert_int_equal(live_of(*state, "fib"), 1);
    assert_int_equal(state_of(*state, "fib", 2), CUPEL_GRADER_RETIRED);
    assert_int_equal(cupel_queue_roll_back_grader(*state, "fib", 1, &err), 0);
    assert_int_equal(cupel_queue_roll_back_grader(*state, "fib", 2, &err), 0);
    assert_int_equal(live_of(*state, "fib"), 2);
    assert_int_equal(state_of(*state, "fib", 1), CUPEL_GRADER_RETIRED);
}

static void a_version_that_was_never_live_is_not_made_so(void **state)
{
    struct cupel_error err = {0};

    (void)put(*state, "fib", "c1");
    assert_int_equal(cupel_queue_roll_back_grader(*state, "fib", 1, &err), -EBUSY);
    end_next_check(*state, "refused");
    assert_int_equal(cupel_queue_roll_back_grader(*state, "fib", 1, &err), -EBUSY);
    assert_int_equal(cupel_queue_roll_back_grader(*state, "fib", 2, &err), -ENOENT);
    assert_int_equal(cupel_queue_roll_back_grader(*state, "fib", 0, &err), -ENOENT);
    assert_int_equal(cupel_queue_roll_back_grader(*state, "none", 1, &err), -ENOENT);
    assert_int_equal(live_of(*state, "fib"), 0);
}

static void what_a_grading_takes_is_known_from_the_check(void **state)
{
    struct cupel_job_end end = {.status = "passed", .grader_memory_bytes = 4096 * MIB};
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};

    (void)put(*state, "fib", "c1");
    end_next_check(*state, "passed");
    assert_int_equal(cupel_queue_get_grader(*state, "fib", 0, &version, &err), 0);
    assert_int_equal(version.memory_bytes, 0);
    assert_int_equal(cupel_grader_job_memory(&version, 7), 7);
    cupel_grader_version_clear(&version);
    (void)put(*state, "fib", "c1");
    (void)put(*state, "fib", "c1");
    struct cupel_job *job = lease_check(*state);
    assert_int_equal(cupel_queue_finish(*state, claims_lease_of(job), &end, &err), 0);
    cupel_job_free(job);
    assert_int_equal(cupel_queue_get_grader(*state, "fib", 0, &version, &err), 0);
    assert_int_equal(version.number, 2);
    assert_int_equal(version.memory_bytes, 4096 * MIB);
    assert_int_equal(cupel_grader_job_memory(&version, 7), 4160 * MIB);
    cupel_grader_version_clear(&version);
    assert_int_equal(cupel_queue_get_grader(*state, "fib", 3, &version, &err), 0);
    assert_int_equal(version.memory_bytes, 0);
    cupel_grader_version_clear(&version);
}

static void a_missing_version_is_told_from_one_that_is_not_live_yet(void **state)
{
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_get_grader(*state, "fib", 0, &version, &err), -ENOENT);
    assert_string_equal(err.text, "there is no grader fib");
    (void)put(*state, "fib", "c1");
    assert_int_equal(cupel_queue_get_grader(*state, "fib", 0, &version, &err), -ENOENT);
    assert_string_equal(err.text, "grader fib has no live version: version 1 is being checked");
    assert_int_equal(cupel_queue_get_grader(*state, "fib", 2, &version, &err), -ENOENT);
    assert_string_equal(err.text, "grader fib has no version 2: the newest is 1");
    end_next_check(*state, "refused");
    assert_int_equal(cupel_queue_get_grader(*state, "fib", 0, &version, &err), -ENOENT);
    assert_string_equal(err.text, "grader fib has no live version: version 1 was refused");
}

static void a_name_is_one_course_s(void **state)
{
    struct cupel_grader_version version = {.number = 0};

    (void)put(*state, "fib", "c1");
    assert_int_equal(try_to_put(*state, "fib", "c2", &version), -EACCES);
    assert_int_equal(put(*state, "fib", "c1"), 2);
    assert_int_equal(put(*state, "fib2", "c2"), 1);
}

static void wrong_names_and_trees_are_refused(void **state)
{
    static const char *const trees[] = {"", "ab", "../../etc/passwd", TREE "a"};
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};

    assert_int_equal(try_to_put(*state, "", "c1", &version), -EINVAL);
    assert_int_equal(try_to_put(*state, "a/b", "c1", &version), -EINVAL);
    assert_int_equal(try_to_put(*state, "fib", "a course", &version), -EINVAL);
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++)
        assert_int_equal(
            cupel_queue_put_grader(*state, "fib", "c1", trees[i], "staff", &version, &err),
            -EINVAL);
}

/* "fib/2 fact/1 ", as they are listed. */
static const char *listing(struct cupel_queue *queue, const char *name, const char *course)
{
    static char text[256];
    struct cupel_grader_list list = {.count = 0};
    struct cupel_error err = {0};
    size_t len = 0;

    assert_int_equal(cupel_queue_list_graders(queue, name, course, &list, &err), 0);
    text[0] = '\0';
    for (size_t i = 0; i < list.count; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s/%jd ", list.items[i].name,
                                (intmax_t)list.items[i].number);
    cupel_grader_list_clear(&list);
    return text;
}

static void graders_are_listed_by_their_live_version_or_the_newest(void **state)
{
    (void)put(*state, "fib", "c1");
    end_next_check(*state, "passed");
    (void)put(*state, "fib", "c1");
    (void)put(*state, "fact", "c2");
    (void)put(*state, "fact", "c2");
    assert_string_equal(listing(*state, NULL, NULL), "fact/2 fib/1 ");
    assert_string_equal(listing(*state, NULL, "c1"), "fib/1 ");
    assert_string_equal(listing(*state, "fib", NULL), "fib/2 fib/1 ");
    assert_string_equal(listing(*state, "fib", "c1"), "fib/2 fib/1 ");
    assert_string_equal(listing(*state, "fib", "c2"), "");
    assert_string_equal(listing(*state, "none", NULL), "");
}

static void grade_one(struct cupel_queue *queue, enum cupel_job_priority priority,
                      int64_t score_micro)
{
    struct cupel_job_request request = claims_job_of("c1");

    request.grader = "fib";
    request.tree = TREE;
    request.priority = priority;
    (void)claims_add(queue, &request);
    struct cupel_job *job = claims_lease(queue, LEASE);
    claims_grade(queue, job, score_micro);
    cupel_job_free(job);
}

static void scores_are_counted_by_their_part_of_the_maximum(void **state)
{
    static const int64_t points[] = {0, 1, 5, 5, 9, 10, 11};
    int64_t bins[4] = {9, 9, 9, 9};
    struct cupel_error err = {0};

    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
        grade_one(*state, CUPEL_JOB_LIVE, points[i] * 1000000);
    grade_one(*state, CUPEL_JOB_BATCH, 0);
    assert_int_equal(cupel_queue_score_histogram(*state, "fib", 4, bins, &err), 0);
    assert_memory_equal(bins, ((int64_t[]){3, 0, 2, 3}), sizeof(bins));
    assert_int_equal(cupel_queue_score_histogram(*state, "none", 4, bins, &err), 0);
    assert_memory_equal(bins, ((int64_t[]){0, 0, 0, 0}), sizeof(bins));
    assert_int_equal(cupel_queue_score_histogram(*state, "fib", 0, bins, &err), -EINVAL);
    assert_int_equal(cupel_queue_score_histogram(*state, "fib", 101, bins, &err), -EINVAL);
}

#define PROCESSES 4
#define EACH      INT64_C(8)

/* Do body in several processes at once, each with a connection of its own. */
static void at_once(void (*body)(struct cupel_queue *queue, int process))
{
    for (int i = 0; i < PROCESSES; i++) {
        struct cupel_queue *queue = NULL;
        struct cupel_error err = {0};
        if (fork() != 0)
            continue;
        if (cupel_queue_open(claims_url, &queue, &err) < 0)
            _exit(3);
        body(queue, i);
        _exit(0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
}

static void put_some(struct cupel_queue *queue, int process)
{
    struct cupel_grader_version version = {.number = 0};

    (void)process;
    for (int i = 0; i < EACH; i++) {
        if (try_to_put(queue, "fib", "c1", &version) < 0)
            _exit(4);
        cupel_grader_version_clear(&version);
    }
}

static void pass_all(struct cupel_queue *queue, int process)
{
    const struct cupel_capacity capacity = {.memory_bytes = UINT64_C(512) * MIB,
                                            .cpus_milli = 1000};
    const struct cupel_job_end end = {.status = "passed"};
    struct cupel_error err = {0};
    struct cupel_job *job = NULL;
    int64_t next_us = 0;

    (void)process;
    do {
        cupel_job_free(job);
        if (cupel_queue_lease(queue, "w", &capacity, LEASE, &job, &next_us, &err) < 0)
            _exit(4);
        if (job != NULL && cupel_queue_finish(queue, claims_lease_of(job), &end, &err) < 0)
            _exit(5);
    } while (job != NULL);
}

static void roll_back_some(struct cupel_queue *queue)
{
    struct cupel_error err = {0};

    for (int64_t i = 1; i <= EACH; i++) {
        int r = cupel_queue_roll_back_grader(queue, "fib", i, &err);
        if (r < 0 && r != -EBUSY)
            _exit(4);
    }
}

/* Half of them roll back what the others publish. A second live version is an error of the
 * database's, whose key would be taken. */
static void publish_or_roll_back(struct cupel_queue *queue, int process)
{
    if (process % 2 == 0)
        roll_back_some(queue);
    pass_all(queue, process);
}

static size_t count_in_state(struct cupel_queue *queue, enum cupel_grader_state state)
{
    struct cupel_grader_list list = {.count = 0};
    struct cupel_error err = {0};
    size_t count = 0;

    assert_int_equal(cupel_queue_list_graders(queue, "fib", NULL, &list, &err), 0);
    for (size_t i = 0; i < list.count; i++)
        count += list.items[i].state == state ? 1 : 0;
    cupel_grader_list_clear(&list);
    return count;
}

static void versions_put_at_once_have_numbers_of_their_own(void **state)
{
    at_once(put_some);
    assert_int_equal(put(*state, "fib", "c1"), PROCESSES * EACH + 1);
    assert_int_equal(count_in_state(*state, CUPEL_GRADER_CHECKING), PROCESSES * EACH + 1);
}

static void the_latest_is_live_whichever_check_ends_first(void **state)
{
    for (int i = 0; i < PROCESSES * EACH; i++)
        (void)put(*state, "fib", "c1");
    at_once(pass_all);
    assert_int_equal(live_of(*state, "fib"), PROCESSES * EACH);
    assert_int_equal(count_in_state(*state, CUPEL_GRADER_LIVE), 1);
    assert_int_equal(count_in_state(*state, CUPEL_GRADER_RETIRED), PROCESSES * EACH - 1);
}

static void two_versions_are_never_live(void **state)
{
    for (int i = 0; i < PROCESSES * EACH; i++)
        (void)put(*state, "fib", "c1");
    at_once(publish_or_roll_back);
    assert_int_equal(count_in_state(*state, CUPEL_GRADER_LIVE), 1);
    assert_int_equal(count_in_state(*state, CUPEL_GRADER_RETIRED), PROCESSES * EACH - 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_version_is_kept_with_its_check),
        CLAIM(the_later_version_that_passes_is_live),
        CLAIM(a_version_whose_check_ends_late_does_not_replace_a_later_one),
        CLAIM(a_version_is_refused_with_a_reason_and_changes_nothing),
        CLAIM(a_check_that_could_not_be_done_is_tried_again),
        CLAIM(a_version_that_was_live_is_made_so_again),
        CLAIM(a_version_that_was_never_live_is_not_made_so),
        CLAIM(what_a_grading_takes_is_known_from_the_check),
        CLAIM(a_missing_version_is_told_from_one_that_is_not_live_yet),
        CLAIM(a_name_is_one_course_s),
        CLAIM(wrong_names_and_trees_are_refused),
        CLAIM(graders_are_listed_by_their_live_version_or_the_newest),
        CLAIM(scores_are_counted_by_their_part_of_the_maximum),
        CLAIM(versions_put_at_once_have_numbers_of_their_own),
        CLAIM(the_latest_is_live_whichever_check_ends_first),
        CLAIM(two_versions_are_never_live),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.graders", tests, NULL, NULL)
               : 2;
}
