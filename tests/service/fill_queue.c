#include "fill_queue.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "queue/graders.h"
#include "queue/regrades.h"

#define POINT  INT64_C(1000000)
#define MINUTE (60 * POINT)
#define MIB    (UINT64_C(1) << 20)

const char hostile[] =
    "\"><script>alert(1)</script>' \x1b[31m\x07 \xff\xfe\xc0\xbc "
    "\u202Egnp.exe\u202C\u200F\u061C &amp;&#60; </td></table> %s%n";

static const char submission[] =
    "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b";

static void must(int r, const struct cupel_error *err)
{
    if (r < 0)
        errx(EXIT_FAILURE, "%s", err->text);
}

static struct cupel_job *take(struct cupel_queue *queue, const char *worker)
{
    const struct cupel_capacity capacity = {.memory_bytes = 1024 * MIB, .cpus_milli = 8000};
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};
    int64_t next_us = 0;

    must(cupel_queue_lease(queue, worker, &capacity, 10 * MINUTE, &job, &next_us, &err), &err);
    if (job == NULL)
        errx(EXIT_FAILURE, "no job is ready");
    return job;
}

static void finish(struct cupel_queue *queue, const char *worker,
                   const struct cupel_job_end *end)
{
    struct cupel_job *job = take(queue, worker);
    struct cupel_error err = {0};

    must(cupel_queue_finish(queue, (struct cupel_lease){job->id, job->token}, end, &err), &err);
    cupel_job_free(job);
}

static int64_t add(struct cupel_queue *queue, const struct cupel_job_request *request)
{
    struct cupel_error err = {0};
    bool is_new = false;
    int64_t id = 0;

    must(cupel_queue_add(queue, request, &id, &is_new, &err), &err);
    return id;
}

static struct cupel_job_request job_of(const char *course)
{
    return (struct cupel_job_request){.course = course,
                                      .priority = CUPEL_JOB_LIVE,
                                      .attempts = 3,
                                      .memory_bytes = 256 * MIB,
                                      .cpus_milli = 1000,
                                      .spec = "{}"};
}

static struct cupel_blob put_fd(struct cupel_queue *queue, int fd)
{
    struct cupel_blob blob = {.bytes = 0};
    struct cupel_error err = {0};

    if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
        errx(EXIT_FAILURE, "cannot read what to put");
    must(cupel_queue_put_blob(queue, fd, MIB, &blob, &err), &err);
    return blob;
}

static struct cupel_blob put_text(struct cupel_queue *queue, const char *text)
{
    CUPEL_AUTO_FD fd = memfd_create("text", MFD_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        errx(EXIT_FAILURE, "cannot write a text");
    return put_fd(queue, fd);
}

static const char *tree_of(int number, char ret[static 65])
{
    (void)snprintf(ret, 65, "%064x", (unsigned)number * 0x9E3779B1U);
    return ret;
}

/* status: of its check's end; NULL: it has not ended. Returns the check. */
static int64_t put_version(struct cupel_queue *queue, int number, const char *status,
                           const char *result)
{
    const struct cupel_job_end end = {.status = status, .result = result};
    struct cupel_grader_version version = {.number = 0};
    struct cupel_error err = {0};
    char tree[65];

    must(cupel_queue_put_grader(queue, "fib", "algorithms", tree_of(number, tree), "grace",
                                &version, &err),
         &err);
    int64_t check = version.check;
    cupel_grader_version_clear(&version);
    if (status != NULL)
        finish(queue, "machine-1", &end);
    return check;
}

static int64_t submit(struct cupel_queue *queue, const char *learner, int64_t points,
                      const char *result)
{
    const struct cupel_job_end end = {.status = "graded",
                                      .result = result,
                                      .has_score = true,
                                      .score_micro = points * POINT,
                                      .max_score_micro = 10 * POINT};
    struct cupel_job_request request = job_of("algorithms");
    char tree[65];

    request.grader = "fib";
    request.tree = tree_of(1, tree);
    request.learner = learner;
    request.submission = submission;
    int64_t id = add(queue, &request);
    finish(queue, "machine-1", &end);
    return id;
}

static void fill_graded(struct filled *filled)
{
    static const char *const names[] = {"ada", "barbara", "edsger", "frances", hostile, "john"};
    static const int64_t points[] = {10, 10, 10, 9, 9, 8, 7, 7, 7, 7, 4, 3, 0, 0, 5, 6, 10, 9};
    CUPEL_AUTO_FD fd = open(CUPEL_EXAMPLE, O_RDONLY | O_CLOEXEC);
    struct cupel_blob example = put_fd(filled->queue, fd);

    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
        filled->graded = submit(filled->queue, names[i % 6], points[i], example.sha256);
}

static void fill_regrade(struct filled *filled)
{
    const struct cupel_regrade_request request = {
        .grader = "fib", .from = 1, .to = 2, .by = "grace"};
    struct cupel_error err = {0};

    must(cupel_queue_regrade(filled->queue, &request, &filled->regrade, &err), &err);
    for (int i = 0; i < 17; i++) {
        const struct cupel_job_end end = {.status = i == 3 ? "grader_error" : "graded",
                                          .has_score = i != 3,
                                          .score_micro = i * 7 % 11 * POINT,
                                          .max_score_micro = 10 * POINT};
        finish(filled->queue, "machine-2", &end);
    }
}

void fill_end_regrade(struct filled *filled)
{
    const struct cupel_job_end end = {.status = "graded",
                                      .has_score = true,
                                      .score_micro = 2 * POINT,
                                      .max_score_micro = 10 * POINT};
    struct cupel_error err = {0};

    must(cupel_queue_finish(filled->queue, (struct cupel_lease){filled->last, filled->token},
                            &end, &err),
         &err);
}

static void fill_run(struct filled *filled)
{
    static const char text[] =
        "{\"schema\": \"cupel.run_result/1\", \"run\": {\"status\": \"exited\", \"exit_code\": "
        "0},"
        " \"stdout\": \"</pre><script>alert(1)</script>\\u202E\", \"stderr\": \"\"}";
    struct cupel_blob blob = put_text(filled->queue, text);
    const struct cupel_job_end end = {.status = "exited", .result = blob.sha256};
    struct cupel_job_request request = job_of("algorithms");

    request.kind = CUPEL_JOB_RUN;
    request.spec = "{\"command\": [\"true\"]}";
    filled->ran = add(filled->queue, &request);
    finish(filled->queue, hostile, &end);
}

static void tell(struct filled *filled, const struct cupel_job *job)
{
    static const char lines[] =
        "{\"event\": \"build\", \"done\": 1, \"total\": 5, \"id\": \"compile\"}\n"
        "{\"event\": \"test\", \"done\": 2, \"total\": 5, \"test\": {\"id\": \"small\","
        " \"verdict\": \"passed\", \"score\": 10, \"max_score\": 10, \"message\": null}}\n"
        "{\"event\": \"test\", \"done\": 3, \"total\": 5, \"test\": {\"id\": \"large\","
        " \"verdict\": \"failed\", \"score\": 0, \"max_score\": 20,"
        " \"message\": \"\\\"><script>alert(1)</script>\\u202E\"}}\n";
    struct cupel_error err = {0};

    must(
        cupel_queue_tell(filled->queue, (struct cupel_lease){job->id, job->token}, lines, &err),
        &err);
}

static void fill_hostile(struct filled *filled)
{
    struct cupel_job_request request = job_of("algorithms");
    struct cupel_error err = {0};

    request.attempts = 1;
    filled->dead = add(filled->queue, &request);
    struct cupel_job *job = take(filled->queue, hostile);
    must(cupel_queue_fail(filled->queue, (struct cupel_lease){job->id, job->token}, hostile,
                          &err),
         &err);
    cupel_job_free(job);

    request = job_of("algorithms");
    request.grader = hostile;
    request.learner = hostile;
    request.idempotency_key = hostile;
    filled->running = add(filled->queue, &request);
    job = take(filled->queue, hostile);
    must(cupel_queue_give_back(filled->queue, (struct cupel_lease){job->id, job->token}, &err),
         &err);
    cupel_job_free(job);
    job = take(filled->queue, hostile);
    tell(filled, job);
    cupel_job_free(job);
}

static void fill_rest(struct filled *filled)
{
    struct cupel_job_request request = job_of("compilers");
    struct cupel_queue_state state = {.now_us = 0};
    struct cupel_error err = {0};

    filled->other = add(filled->queue, &request);
    request = job_of("algorithms");
    must(cupel_queue_look(filled->queue, &state, &err), &err);
    request.not_before_us = state.now_us + 60 * MINUTE;
    cupel_queue_state_clear(&state);
    filled->waiting = add(filled->queue, &request);
    request.not_before_us = 0;
    request.priority = CUPEL_JOB_BATCH;
    for (int i = 0; i < 3; i++)
        (void)add(filled->queue, &request);
}

void fill_queue(const char *folder, struct filled *ret)
{
    static const char check[] =
        "{\"schema\": \"cupel.check/1\", \"passed\": false, \"lint\":"
        " [\"grader.json:3:9: \\u003cscript>: expected an object\"], \"test\": null}";
    struct cupel_error err = {0};
    char url[4096];

    *ret = (struct filled){.queue = NULL};
    (void)snprintf(url, sizeof(url), "sqlite://%s/q.db", folder);
    must(cupel_queue_open(url, &ret->queue, &err), &err);
    must(cupel_queue_set_course(ret->queue, "algorithms", 2, 4, &err), &err);
    (void)put_version(ret->queue, 1, "passed", NULL);
    fill_graded(ret);
    (void)put_version(ret->queue, 2, "passed", NULL);
    struct cupel_blob blob = put_text(ret->queue, check);
    ret->refused = put_version(ret->queue, 3, "refused", blob.sha256);
    fill_regrade(ret);
    struct cupel_job *last = take(ret->queue, "machine-2");
    ret->last = last->id;
    ret->token = last->token;
    cupel_job_free(last);
    fill_run(ret);
    fill_hostile(ret);
    (void)put_version(ret->queue, 4, NULL, NULL);
    fill_rest(ret);
}
