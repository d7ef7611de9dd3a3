/* claims_schedules URL: jobs that recur. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "claims.h"
#include "queue/schedules.h"

#define MINUTE (60 * INT64_C(1000000))
#define YEARLY "0 0 1 1 *"

static struct cupel_schedule_request schedule_of(const char *name, const char *cron)
{
    return (struct cupel_schedule_request){
        .name = name, .cron = cron, .zone = "UTC", .job = claims_job_of("c1"), .by = "ann"};
}

static int64_t set(struct cupel_queue *queue, const struct cupel_schedule_request *request)
{
    struct cupel_error err = {0};
    int64_t next_us = 0;

    if (cupel_queue_set_schedule(queue, request, &next_us, &err) < 0)
        fail_msg("%s", err.text);
    return next_us;
}

static int64_t run(struct cupel_queue *queue)
{
    struct cupel_error err = {0};
    int64_t next_us = 0;

    if (cupel_queue_run_schedules(queue, &next_us, &err) < 0)
        fail_msg("%s", err.text);
    return next_us;
}

static void move_to(const char *name, int64_t next_us)
{
    claims_change("UPDATE schedules SET next = %jd WHERE name = '%s'", (intmax_t)next_us, name);
}

static struct cupel_job_list jobs(struct cupel_queue *queue)
{
    const struct cupel_job_filter filter = {.kind = -1, .state = -1, .limit = 1000};
    struct cupel_job_list list = {.count = 0};
    struct cupel_error err = {0};

    if (cupel_queue_list(queue, &filter, &list, &err) < 0)
        fail_msg("%s", err.text);
    return list;
}

static size_t count_jobs(struct cupel_queue *queue)
{
    struct cupel_job_list list = jobs(queue);
    size_t count = list.count;

    cupel_job_list_clear(&list);
    return count;
}

/* The only one; its texts are not read. */
static struct cupel_schedule look(struct cupel_queue *queue)
{
    struct cupel_schedule_list list = {.count = 0};
    struct cupel_error err = {0};

    assert_int_equal(cupel_queue_list_schedules(queue, NULL, &list, &err), 0);
    assert_int_equal(list.count, 1);
    struct cupel_schedule schedule = list.items[0];
    cupel_schedule_list_clear(&list);
    return schedule;
}

static int64_t new_year_us(int years_ago)
{
    const time_t now = time(NULL);
    struct tm date = {0};

    (void)gmtime_r(&now, &date);
    date = (struct tm){.tm_year = date.tm_year - years_ago, .tm_mday = 1};
    return timegm(&date) * INT64_C(1000000);
}

static void a_schedule_is_kept_as_it_was_asked_for(void **state)
{
    struct cupel_schedule_request request = schedule_of("nightly", YEARLY);
    struct cupel_schedule_list list = {.count = 0};
    struct cupel_error err = {0};

    request.missed = CUPEL_MISSED_SKIP;
    request.job.kind = CUPEL_JOB_RUN;
    request.job.spec = "{\"command\":[\"true\"]}";
    assert_int_equal(set(*state, &request), new_year_us(-1));
    assert_int_equal(cupel_queue_list_schedules(*state, "c1", &list, &err), 0);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].name, "nightly");
    assert_string_equal(list.items[0].cron, YEARLY);
    assert_string_equal(list.items[0].zone, "UTC");
    assert_string_equal(list.items[0].course, "c1");
    assert_string_equal(list.items[0].spec, request.job.spec);
    assert_string_equal(list.items[0].created_by, "ann");
    assert_int_equal(list.items[0].kind, CUPEL_JOB_RUN);
    assert_int_equal(list.items[0].missed, CUPEL_MISSED_SKIP);
    assert_int_equal(list.items[0].next_us, new_year_us(-1));
    assert_int_equal(list.items[0].last_us, 0);
    cupel_schedule_list_clear(&list);
    assert_int_equal(cupel_queue_list_schedules(*state, "c2", &list, &err), 0);
    assert_int_equal(list.count, 0);
    cupel_schedule_list_clear(&list);
    request.cron = "0 0 1 2 *";
    int64_t next_us = set(*state, &request);
    assert_int_not_equal(next_us, new_year_us(-1));
    assert_int_equal(look(*state).next_us, next_us);
    assert_int_equal(run(*state), next_us);
    assert_int_equal(count_jobs(*state), 0);
}

static void a_job_has_what_the_schedule_says(void **state)
{
    struct cupel_schedule_request request = schedule_of("s", YEARLY);
    int64_t due_us = claims_now_us() - 1000000;
    char key[64];

    request.job.priority = CUPEL_JOB_BATCH;
    request.job.spec = "{\"a\":1}";
    request.job.learner = "ann";
    (void)set(*state, &request);
    move_to("s", due_us);
    assert_int_equal(run(*state), new_year_us(-1));
    struct cupel_job_list list = jobs(*state);
    assert_int_equal(list.count, 1);
    const struct cupel_job *job = list.items[0];
    (void)snprintf(key, sizeof(key), "schedule/s/%jd", (intmax_t)due_us);
    assert_string_equal(job->idempotency_key, key);
    assert_string_equal(job->course, "c1");
    assert_string_equal(job->spec, "{\"a\":1}");
    assert_string_equal(job->learner, "ann");
    assert_null(job->grader);
    assert_int_equal(job->priority, CUPEL_JOB_BATCH);
    assert_int_equal(job->deadline_us, 0);
    assert_int_equal(job->attempts, 3);
    assert_int_equal(job->memory_bytes, MIB);
    assert_int_equal(look(*state).last_us, due_us);
    assert_int_equal(look(*state).last_job, job->id);
    cupel_job_list_clear(&list);
}

#define SCHEDULES 30

static void a_time_is_done_once_whoever_looks(void **state)
{
    char name[16];
    int status = 0;

    for (int i = 0; i < SCHEDULES; i++) {
        (void)snprintf(name, sizeof(name), "s%d", i);
        const struct cupel_schedule_request request = schedule_of(name, YEARLY);
        (void)set(*state, &request);
    }
    claims_change("UPDATE schedules SET next = %jd", (intmax_t)claims_now_us() - 1000000);
    for (int i = 0; i < 2; i++) {
        if (fork() == 0) {
            struct cupel_queue *queue = NULL;
            struct cupel_error err = {0};
            int64_t next_us = 0;
            int r = cupel_queue_open(claims_url, &queue, &err);
            if (r == 0)
                r = cupel_queue_run_schedules(queue, &next_us, &err);
            _exit(r == 0 ? 0 : 1);
        }
    }
    for (int i = 0; i < 2; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(run(*state), new_year_us(-1));
    assert_int_equal(count_jobs(*state), SCHEDULES);
}

static void of_times_that_were_missed_one_is_done(void **state)
{
    const struct cupel_schedule_request request = schedule_of("s", YEARLY);

    (void)set(*state, &request);
    move_to("s", new_year_us(5));
    assert_int_equal(run(*state), new_year_us(-1));
    assert_int_equal(count_jobs(*state), 1);
    assert_int_equal(look(*state).last_us, new_year_us(0));
}

static void years_of_minutes_are_missed_at_once(void **state)
{
    const struct cupel_schedule_request request = schedule_of("s", "* * * * *");
    int64_t before_us = claims_now_us();

    (void)set(*state, &request);
    move_to("s", new_year_us(20));
    (void)run(*state);
    assert_in_range(look(*state).last_us, before_us - MINUTE, claims_now_us());
    assert_true(claims_now_us() - before_us < 5 * SECOND);
    assert_int_equal(count_jobs(*state), 1);
}

static void of_times_that_were_missed_none_is_done(void **state)
{
    struct cupel_schedule_request request = schedule_of("s", YEARLY);

    request.missed = CUPEL_MISSED_SKIP;
    (void)set(*state, &request);
    move_to("s", new_year_us(3));
    assert_int_equal(run(*state), new_year_us(-1));
    assert_int_equal(count_jobs(*state), 0);
    move_to("s", claims_now_us() - MINUTE / 2); /* not missed, but late */
    (void)run(*state);
    assert_int_equal(count_jobs(*state), 1);
    request.cron = "* * * * *"; /* of an hour's times the last is not missed */
    (void)set(*state, &request);
    move_to("s", claims_now_us() - 60 * MINUTE);
    (void)run(*state);
    assert_int_equal(count_jobs(*state), 2);
}

static void of_times_that_were_missed_all_are_done(void **state)
{
    struct cupel_schedule_request request = schedule_of("s", YEARLY);

    request.missed = CUPEL_MISSED_ALL;
    (void)set(*state, &request);
    move_to("s", new_year_us(4));
    assert_int_equal(run(*state), new_year_us(-1));
    struct cupel_job_list list = jobs(*state);
    assert_int_equal(list.count, 5);
    for (int i = 0; i < 5; i++) {
        char key[64];
        (void)snprintf(key, sizeof(key), "schedule/s/%jd", (intmax_t)new_year_us(i));
        assert_string_equal(list.items[i]->idempotency_key, key);
    }
    cupel_job_list_clear(&list);
    request.name = "often";
    request.cron = "* * * * *";
    (void)set(*state, &request);
    move_to("often", claims_now_us() - 500 * MINUTE);
    assert_true(run(*state) > claims_now_us() - MINUTE);
    assert_int_equal(count_jobs(*state), 5 + 100);
}

static void what_is_no_schedule_is_refused(void **state)
{
    struct cupel_schedule_request requests[] = {
        schedule_of("s", "61 * * * *"), schedule_of("s", "0 0 30 2 *"),
        schedule_of("s", ""),           schedule_of("a b", YEARLY),
        schedule_of("s", YEARLY),       schedule_of("s", YEARLY),
        schedule_of("s", YEARLY),       schedule_of("s", YEARLY),
    };
    struct cupel_error err = {0};
    int64_t next_us = 0;

    requests[4].zone = "Nowhere/Atlantis";
    requests[5].zone = "../passwd";
    requests[6].job.attempts = 0;
    requests[7].job.course = "";
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        assert_int_equal(cupel_queue_set_schedule(*state, &requests[i], &next_us, &err),
                         -EINVAL);
    assert_int_equal(run(*state), INT64_MAX);
}

static void a_name_is_one_courses(void **state)
{
    struct cupel_schedule_request request = schedule_of("s", YEARLY);
    struct cupel_error err = {0};
    int64_t next_us = 0;

    (void)set(*state, &request);
    request.job.course = "c2";
    assert_int_equal(cupel_queue_set_schedule(*state, &request, &next_us, &err), -EACCES);
    assert_int_equal(cupel_queue_remove_schedule(*state, "s", "c2", &err), -ENOENT);
    assert_int_equal(cupel_queue_remove_schedule(*state, "s", "c1", &err), 0);
    assert_int_equal(cupel_queue_remove_schedule(*state, "s", NULL, &err), -ENOENT);
    (void)set(*state, &request);
    assert_int_equal(cupel_queue_remove_schedule(*state, "s", NULL, &err), 0);
}

static void a_schedule_that_fails_holds_up_no_other(void **state)
{
    const struct cupel_schedule_request first = schedule_of("a", YEARLY);
    const struct cupel_schedule_request second = schedule_of("b", YEARLY);
    struct cupel_error err = {0};
    int64_t next_us = 0;

    (void)set(*state, &first);
    (void)set(*state, &second);
    claims_change(
        "UPDATE schedules SET next = %jd; UPDATE schedules SET zone = 'No/Zone'"
        " WHERE name = 'a'",
        (intmax_t)claims_now_us() - 1000000);
    assert_int_equal(cupel_queue_run_schedules(*state, &next_us, &err), -ENOENT);
    assert_non_null(strstr(err.text, "schedule a: "));
    assert_int_equal(count_jobs(*state), 1);
    assert_true(next_us > claims_now_us() && next_us < INT64_MAX); /* the other's */
}

static void a_key_that_is_taken_holds_up_no_schedule(void **state)
{
    const struct cupel_schedule_request request = schedule_of("s", YEARLY);
    struct cupel_job_request job = claims_job_of("c1");
    int64_t due_us = claims_now_us() - 1000000;
    char key[64];

    (void)set(*state, &request);
    move_to("s", due_us);
    (void)snprintf(key, sizeof(key), "schedule/s/%jd", (intmax_t)due_us);
    job.idempotency_key = key;
    job.spec = "{\"other\":1}";
    (void)claims_add(*state, &job);
    assert_int_equal(run(*state), new_year_us(-1));
    assert_int_equal(count_jobs(*state), 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(a_schedule_is_kept_as_it_was_asked_for),
        CLAIM(a_job_has_what_the_schedule_says),
        CLAIM(a_time_is_done_once_whoever_looks),
        CLAIM(of_times_that_were_missed_one_is_done),
        CLAIM(years_of_minutes_are_missed_at_once),
        CLAIM(of_times_that_were_missed_none_is_done),
        CLAIM(of_times_that_were_missed_all_are_done),
        CLAIM(what_is_no_schedule_is_refused),
        CLAIM(a_name_is_one_courses),
        CLAIM(a_schedule_that_fails_holds_up_no_other),
        CLAIM(a_key_that_is_taken_holds_up_no_schedule),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.schedules", tests, NULL, NULL)
               : 2;
}
