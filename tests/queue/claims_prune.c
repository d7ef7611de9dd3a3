/* claims_prune URL: what is kept, and what is not. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "claims.h"
#include "cupel/cleanup.h"
#include "queue/prune.h"
#include "queue/schedules.h"

#define HOUR (3600 * INT64_C(1000000))

/* SQLite's file; NULL: it is PostgreSQL's. */
static const char *sqlite_path(void)
{
    static const char prefix[] = "sqlite://";

    return strncmp(claims_url, prefix, strlen(prefix)) == 0 ? claims_url + strlen(prefix)
                                                            : NULL;
}

static void make_file_old(const char *path)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_NOW},
                                     {.tv_sec = time(NULL) - INT64_C(2) * 86400}};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void make_old(const struct cupel_blob *blob)
{
    char path[512];

    if (sqlite_path() == NULL) {
        claims_change(
            "UPDATE blobs SET created = created - 48 * CAST(3600000000 AS BIGINT)"
            " WHERE sha256 = '%s'",
            blob->sha256);
        return;
    }
    (void)snprintf(path, sizeof(path), "%s.blobs/%.2s/%s", sqlite_path(), blob->sha256,
                   blob->sha256 + 2);
    make_file_old(path);
}

static struct cupel_blob put_old(struct cupel_queue *queue, const char *text)
{
    struct cupel_blob blob = claims_put(queue, text);

    make_old(&blob);
    return blob;
}

static bool is_there(struct cupel_queue *queue, const struct cupel_blob *blob)
{
    CUPEL_AUTO_FD fd = -1;
    struct cupel_error err = {0};

    int r = cupel_queue_open_blob(queue, blob->sha256, &fd, &err);
    assert_true(r == 0 || r == -ENOENT);
    return r == 0;
}

static struct cupel_pruned prune(struct cupel_queue *queue)
{
    struct cupel_pruned pruned = {.jobs = 0};
    struct cupel_error err = {0};

    if (cupel_queue_prune(queue, HOUR, &pruned, &err) < 0)
        fail_msg("%s", err.text);
    return pruned;
}

/* A tree of one file, both old. */
static struct cupel_blob put_tree(struct cupel_queue *queue, const char *text,
                                  struct cupel_blob *ret_file)
{
    char document[256];

    *ret_file = put_old(queue, text);
    (void)snprintf(document, sizeof(document),
                   "{\"schema\":\"cupel.tree/1\",\"files\":[{\"path\":\"f\",\"bytes\":%zu,"
                   "\"sha256\":\"%s\",\"executable\":false}]}",
                   strlen(text), ret_file->sha256);
    return put_old(queue, document);
}

/* As if it had ended two hours ago. */
static void end_early(int64_t job)
{
    claims_change("UPDATE jobs SET state = 3, finished = %jd WHERE id = %jd",
                  (intmax_t)(claims_now_us() - 2 * HOUR), (intmax_t)job);
}

static bool has_job(struct cupel_queue *queue, int64_t id)
{
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};

    int r = cupel_queue_get(queue, id, &job, &err);
    assert_true(r == 0 || r == -ENOENT);
    cupel_job_free(job);
    return r == 0;
}

static int64_t add(struct cupel_queue *queue)
{
    const struct cupel_job_request request = claims_job_of("c1");

    return claims_add(queue, &request);
}

static void what_nothing_names_goes_when_it_is_old(void **state)
{
    struct cupel_blob old = put_old(*state, "12345");
    struct cupel_blob young = claims_put(*state, "young");
    struct cupel_blob renewed = put_old(*state, "renewed");

    (void)claims_put(*state, "renewed");
    struct cupel_pruned pruned = prune(*state);
    assert_int_equal(pruned.jobs, 0);
    assert_int_equal(pruned.blobs, 1);
    assert_int_equal(pruned.bytes, 5);
    assert_false(is_there(*state, &old));
    assert_true(is_there(*state, &young));
    assert_true(is_there(*state, &renewed));
    pruned = prune(*state);
    assert_int_equal(pruned.blobs, 0);
}

static void what_a_job_names_stays(void **state)
{
    struct cupel_job_request request = claims_job_of("c1");
    struct cupel_blob blobs[6];
    char spec[256];
    struct cupel_error err = {0};

    blobs[0] = put_old(*state, "result");
    blobs[1] = put_tree(*state, "a grader's", &blobs[2]);
    blobs[3] = put_tree(*state, "a learner's", &blobs[4]);
    blobs[5] = put_old(*state, "input");
    request.tree = blobs[1].sha256;
    request.submission = blobs[3].sha256;
    request.spec = "{\"submission\": {\"name\": \"x\", \"form\": \"tree\"}}";
    (void)claims_add(*state, &request);
    struct cupel_job *job = claims_lease(*state, LEASE);
    const struct cupel_job_end end = {.status = "graded", .result = blobs[0].sha256};
    assert_int_equal(cupel_queue_finish(*state, claims_lease_of(job), &end, &err), 0);
    cupel_job_free(job);
    request = claims_job_of("c1");
    (void)snprintf(spec, sizeof(spec), "{\"command\":[\"cat\"],\"stdin\":\"%s\"}",
                   blobs[5].sha256);
    request.spec = spec;
    (void)claims_add(*state, &request);
    assert_int_equal(prune(*state).blobs, 0);
    for (size_t i = 0; i < sizeof(blobs) / sizeof(blobs[0]); i++)
        assert_true(is_there(*state, &blobs[i]));
    claims_change("DELETE FROM attempts; DELETE FROM jobs");
    assert_int_equal(prune(*state).blobs, 6);
}

static void what_graders_regrades_and_schedules_name_stays(void **state)
{
    struct cupel_schedule_request request = {
        .name = "s", .cron = "@yearly", .zone = "UTC", .job = claims_job_of("c1"), .by = "ann"};
    struct cupel_blob files[3];
    struct cupel_blob trees[] = {put_tree(*state, "0", &files[0]),
                                 put_tree(*state, "1", &files[1]),
                                 put_tree(*state, "2", &files[2])};
    struct cupel_blob submission = put_old(*state, "submission");
    struct cupel_error err = {0};
    int64_t next_us = 0;

    request.job.submission = submission.sha256;
    request.job.tree = trees[0].sha256;
    assert_int_equal(cupel_queue_set_schedule(*state, &request, &next_us, &err), 0);
    claims_change(
        "INSERT INTO graders (name, number, course, tree, state, created, created_by,"
        " check_job) VALUES ('g', 1, 'c1', '%s', 3, 0, 'ann', 0)",
        trees[1].sha256);
    claims_change(
        "INSERT INTO regrades (grader, course, to_number, tree, state, created,"
        " created_by) VALUES ('g', 'c1', 1, '%s', 1, 0, 'ann')",
        trees[2].sha256);
    assert_int_equal(prune(*state).blobs, 0);
    assert_true(is_there(*state, &submission));
    for (size_t i = 0; i < 3; i++) {
        assert_true(is_there(*state, &trees[i]));
        assert_true(is_there(*state, &files[i]));
    }
    claims_change("DELETE FROM schedules; DELETE FROM graders; DELETE FROM regrades");
    assert_int_equal(prune(*state).blobs, 7);
}

static void a_tree_that_is_none_names_nothing(void **state)
{
    struct cupel_blob trees[] = {put_old(*state, "no JSON"), put_old(*state, "[]"),
                                 put_old(*state, "{\"files\":[{\"sha256\":\"../x\"}, 7]}")};
    struct cupel_blob other = put_old(*state, "other");

    for (size_t i = 0; i < 3; i++) {
        struct cupel_job_request request = claims_job_of("c1");
        request.tree = trees[i].sha256;
        (void)claims_add(*state, &request);
    }
    struct cupel_job_request request = claims_job_of("c1");
    request.tree = "no hash";
    (void)claims_add(*state, &request);
    assert_int_equal(prune(*state).blobs, 1);
    assert_false(is_there(*state, &other));
    assert_true(is_there(*state, &trees[0]));
    claims_change("DELETE FROM jobs");
    assert_int_equal(prune(*state).blobs, 3);
}

static void a_job_that_ended_long_ago_goes(void **state)
{
    struct cupel_blob result = put_old(*state, "result");
    const struct cupel_job_end end = {.status = "graded", .result = result.sha256};
    struct cupel_attempt_list attempts = {.count = 0};
    struct cupel_error err = {0};

    int64_t gone = add(*state);
    struct cupel_job *job = claims_lease(*state, LEASE);
    assert_int_equal(cupel_queue_finish(*state, claims_lease_of(job), &end, &err), 0);
    cupel_job_free(job);
    end_early(gone);
    int64_t running = add(*state);
    cupel_job_free(claims_lease(*state, LEASE));
    int64_t ready = add(*state);
    int64_t ended = add(*state);
    claims_change("UPDATE jobs SET state = 5, finished = %jd WHERE id = %jd",
                  (intmax_t)(claims_now_us() - HOUR / 2), (intmax_t)ended);
    struct cupel_pruned pruned = prune(*state);
    assert_int_equal(pruned.jobs, 1);
    assert_int_equal(pruned.blobs, 1);
    assert_false(has_job(*state, gone));
    assert_false(is_there(*state, &result));
    assert_int_equal(cupel_queue_list_attempts(*state, gone, &attempts, &err), 0);
    assert_int_equal(attempts.count, 0);
    cupel_attempt_list_clear(&attempts);
    assert_true(has_job(*state, running));
    assert_true(has_job(*state, ready));
    assert_true(has_job(*state, ended));
}

static void what_a_regrade_needs_stays(void **state)
{
    int64_t original = add(*state);
    int64_t regraded = add(*state);

    end_early(original);
    end_early(regraded);
    claims_change(
        "INSERT INTO regrades (grader, course, to_number, tree, state, created,"
        " created_by) VALUES ('g', 'c1', 1, 'x', 0, 0, 'ann');"
        " UPDATE jobs SET original = %jd, regrade = (SELECT id FROM regrades)"
        " WHERE id = %jd",
        (intmax_t)original, (intmax_t)regraded);
    assert_int_equal(prune(*state).jobs, 0); /* it is open */
    claims_change(
        "UPDATE regrades SET state = 1; UPDATE jobs SET current = %jd,"
        " finished = %jd WHERE id = %jd",
        (intmax_t)regraded, (intmax_t)claims_now_us(), (intmax_t)original);
    assert_int_equal(prune(*state).jobs, 0); /* its score counts for a job that stays */
    end_early(original);
    assert_int_equal(prune(*state).jobs, 2);
}

#define PRUNES 30

static void a_blob_that_is_put_while_others_prune_is_there(void **state)
{
    struct cupel_pruned pruned = {.jobs = 0};
    struct cupel_queue *queue = NULL;
    struct cupel_error err = {0};
    int status = 0;

    pid_t pid = fork();
    if (pid == 0) { /* a connection is not shared by processes */
        int r = cupel_queue_open(claims_url, &queue, &err);
        for (int i = 0; r == 0 && i < PRUNES; i++)
            r = cupel_queue_prune(queue, HOUR, &pruned, &err);
        _exit(r == 0 ? 0 : 1);
    }
    while (waitpid(pid, &status, WNOHANG) == 0) {
        struct cupel_blob blob = claims_put(*state, "again");
        assert_true(is_there(*state, &blob));
        make_old(&blob);
    }
    assert_int_equal(status, 0);
    (void)prune(*state);
}

#define MANY 300

static void many_go_at_once(void **state)
{
    char text[16];

    for (int i = 0; i < MANY; i++) {
        (void)snprintf(text, sizeof(text), "%d", i);
        (void)put_old(*state, text);
        (void)add(*state);
    }
    claims_change("UPDATE jobs SET state = 4, finished = 1");
    struct cupel_pruned pruned = prune(*state);
    assert_int_equal(pruned.jobs, MANY);
    assert_int_equal(pruned.blobs, MANY);
    assert_int_equal(pruned.bytes, 10 + 90 * 2 + 200 * 3);
}

static void what_was_half_written_goes(void **state)
{
    char path[512];

    if (sqlite_path() == NULL) /* writes a blob in one statement */
        return;
    (void)claims_put(*state, "x");
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof(path), "%s.blobs/new-%d", sqlite_path(), i);
        CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        if (i == 1)
            make_file_old(path);
    }
    assert_int_equal(prune(*state).blobs, 0);
    assert_int_equal(access(path, F_OK), -1);
    path[strlen(path) - 1] = '0'; /* may still be being written */
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(unlink(path), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CLAIM(what_nothing_names_goes_when_it_is_old),
        CLAIM(what_a_job_names_stays),
        CLAIM(what_graders_regrades_and_schedules_name_stays),
        CLAIM(a_tree_that_is_none_names_nothing),
        CLAIM(a_job_that_ended_long_ago_goes),
        CLAIM(what_a_regrade_needs_stays),
        CLAIM(a_blob_that_is_put_while_others_prune_is_there),
        CLAIM(many_go_at_once),
        CLAIM(what_was_half_written_goes),
    };

    return claims_take_url(argc, argv)
               ? cmocka_run_group_tests_name("queue.prune", tests, NULL, NULL)
               : 2;
}
