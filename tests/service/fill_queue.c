#include "fill_queue.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "queue/graders.h"
#include "queue/regrades.h"
#include "queue/sql.h"

#define POINT  INT64_C(1000000)
#define MINUTE (60 * POINT)
#define MIB    (UINT64_C(1) << 20)

#define HOSTILE(bytes)                                                                         \
    "\"><script>alert(1)</script>' \x1b[31m\x07 " bytes                                        \
    " \u202Egnp.exe\u202C\u200F\u061C &amp;&#60; </td></table> %s%n"

const char hostile[] = HOSTILE("\xff\xfe\xc0\xbc");

/* The queue takes none but UTF-8; fill_bytes() puts the bytes there. */
#define PLACE "@@@@"
const char hostile_text[] = HOSTILE(PLACE);

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
    must(cupel_queue_put_blob(queue, fd, 128 * MIB, &blob, &err), &err);
    return blob;
}

static struct cupel_blob put_bytes(struct cupel_queue *queue, const char *bytes, size_t len)
{
    CUPEL_AUTO_FD fd = memfd_create("text", MFD_CLOEXEC);

    if (fd < 0 || cupel_path_write_fd(fd, bytes, len) < 0)
        errx(EXIT_FAILURE, "cannot write a text");
    return put_fd(queue, fd);
}

static struct cupel_blob put_text(struct cupel_queue *queue, const char *text)
{
    return put_bytes(queue, text, strlen(text));
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

/* points: -1: by a fault of the grader's, none. */
static int64_t submit(struct cupel_queue *queue, const char *learner, int64_t points,
                      const char *result)
{
    const struct cupel_job_end end = {.status = points < 0 ? "grader_error" : "graded",
                                      .result = result,
                                      .has_score = points >= 0,
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

/* Add a job of a course that nobody else has, and begin it, whichever were ready before. */
static struct cupel_job *begin_another(struct cupel_queue *queue)
{
    struct cupel_job_request request = job_of("networks");
    int64_t id = add(queue, &request);
    struct cupel_job *job = take(queue, "machine-1");

    while (job->id != id) {
        cupel_job_free(job);
        job = take(queue, "machine-1");
    }
    return job;
}

int64_t fill_result(struct filled *filled, const char *bytes, size_t len)
{
    struct cupel_blob blob = put_bytes(filled->queue, bytes, len);
    const struct cupel_job_end end = {.status = "graded", .result = blob.sha256};
    struct cupel_job *job = begin_another(filled->queue);
    struct cupel_error err = {0};
    int64_t id = job->id;

    must(cupel_queue_finish(filled->queue, (struct cupel_lease){id, job->token}, &end, &err),
         &err);
    cupel_job_free(job);
    return id;
}

/* The example, as if its tests had met a program that attacks who reads of it. */
static struct cupel_blob put_example(struct cupel_queue *queue)
{
    static const char printed[] =
        "\"></pre></td></table><script>alert(1)</script>' \x1b[31m \u202Egnp.exe\u202C &amp;";
    json_t *document = json_load_file(CUPEL_EXAMPLE, 0, NULL);
    json_t *tests = json_object_get(document, "tests");
    json_t *test;
    size_t i;

    json_array_foreach(tests, i, test)
    {
        static const char *const keys[] = {"output", "message", "difference"};
        const char *visibility = json_string_value(json_object_get(test, "visibility"));
        bool shown = visibility != NULL && strcmp(visibility, "visible") == 0;
        for (size_t j = 0; shown && j < 3; j++)
            (void)json_object_set_new(test, keys[j], json_string(printed));
    }
    CUPEL_AUTO_FREE char *text = json_dumps(document, 0);
    json_decref(document);
    if (text == NULL)
        errx(EXIT_FAILURE, "%s: no JSON", CUPEL_EXAMPLE);
    return put_text(queue, text);
}

static void fill_graded(struct filled *filled)
{
    static const char *const names[] = {"ada",     "barbara",    "edsger",
                                        "frances", hostile_text, "john"};
    static const int64_t points[] = {10, 10, 10, 9, 9, 8, 7, 7, 7, 7, 4, 3, 0, 0, 5, 6, 10, 9};
    struct cupel_blob example = put_example(filled->queue);

    (void)submit(filled->queue, "grace", -1, NULL);
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
        filled->graded = submit(filled->queue, names[i % 6], points[i], example.sha256);
}

static void fill_regrade(struct filled *filled)
{
    const struct cupel_regrade_request request = {
        .grader = "fib", .from = 1, .to = 2, .by = "grace"};
    struct cupel_error err = {0};

    must(cupel_queue_regrade(filled->queue, &request, &filled->regrade, &err), &err);
    for (int i = 0; i < 18; i++) {
        const struct cupel_job_end end = {.status = i == 3 ? "grader_error" : "graded",
                                          .has_score = i != 3,
                                          .score_micro = (i == 1 ? 10 : i * 7 % 11) * POINT,
                                          .max_score_micro = (i == 1 ? 20 : 10) * POINT};
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
    finish(filled->queue, hostile_text, &end);
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

int64_t fill_long_job(struct filled *filled, int tests, size_t printed)
{
    CUPEL_AUTO_FREE char *output = calloc(printed + 1, 1);
    struct cupel_error err = {0};
    char *text = NULL;
    size_t len = 0;

    if (output == NULL)
        errx(EXIT_FAILURE, "out of memory");
    memset(output, 'x', printed);
    struct cupel_job *job = begin_another(filled->queue);
    FILE *lines = open_memstream(&text, &len);
    for (int i = 1; lines != NULL && i <= tests; i++)
        (void)fprintf(lines,
                      "{\"event\": \"test\", \"done\": %d, \"total\": 5000, \"test\": {\"id\":"
                      " \"test %d\", \"verdict\": \"passed\", \"score\": 1, \"max_score\": 1,"
                      " \"message\": null, \"output\": \"%s\"}}\n",
                      i, i, output);
    if (lines == NULL || fclose(lines) != 0)
        errx(EXIT_FAILURE, "out of memory");
    must(cupel_queue_tell(filled->queue, (struct cupel_lease){job->id, job->token}, text, &err),
         &err);
    free(text);
    int64_t id = job->id;
    cupel_job_free(job);
    return id;
}

static void fill_hostile(struct filled *filled)
{
    struct cupel_job_request request = job_of("algorithms");
    struct cupel_error err = {0};

    request.attempts = 1;
    filled->dead = add(filled->queue, &request);
    struct cupel_job *job = take(filled->queue, hostile_text);
    must(cupel_queue_fail(filled->queue, (struct cupel_lease){job->id, job->token},
                          hostile_text, &err),
         &err);
    cupel_job_free(job);

    request = job_of("algorithms");
    request.grader = hostile_text;
    request.learner = hostile_text;
    request.idempotency_key = hostile_text;
    filled->running = add(filled->queue, &request);
    job = take(filled->queue, hostile_text);
    must(cupel_queue_give_back(filled->queue, (struct cupel_lease){job->id, job->token},
                               "given back before it was begun", &err),
         &err);
    cupel_job_free(job);
    job = take(filled->queue, hostile_text);
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

/* What is in a database may be what another program has put there. */
static void fill_bytes(const char *url)
{
    static const char text[] = "UPDATE jobs SET grader = replace(grader, '" PLACE
                               "', CAST(x'fffec0bc' AS TEXT)),"
                               " learner = replace(learner, '" PLACE
                               "', CAST(x'fffec0bc' AS TEXT)),"
                               " idempotency_key = replace(idempotency_key, '" PLACE
                               "', CAST(x'fffec0bc' AS TEXT)),"
                               " worker = replace(worker, '" PLACE
                               "', CAST(x'fffec0bc' AS TEXT)),"
                               " why = replace(why, '" PLACE
                               "', CAST(x'fffec0bc' AS TEXT));"
                               "UPDATE attempts SET worker = replace(worker, '" PLACE
                               "', CAST(x'fffec0bc' AS TEXT)),"
                               " why = replace(why, '" PLACE "', CAST(x'fffec0bc' AS TEXT))";
    struct cupel_error err = {0};
    struct sql *sql = NULL;

    must(sql_open(url, &sql, &err), &err);
    must(sql_script(sql, text, &err), &err);
    sql_close(sql);
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
    fill_bytes(url);
}
