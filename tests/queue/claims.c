#include "claims.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "queue/sql.h"

const char *claims_url;

bool claims_take_url(int argc, char **argv)
{
    if (argc == 2) {
        claims_url = argv[1];
        return true;
    }
    (void)fprintf(stderr, "usage: %s URL\n", argv[0]);
    return false;
}

int claims_begin(void **state)
{
    static const char tables[] =
        "DELETE FROM deliveries; DELETE FROM hooks; DELETE FROM schedules;"
        " DELETE FROM regrades; DELETE FROM graders; DELETE FROM tokens;"
        " DELETE FROM events; DELETE FROM attempts; DELETE FROM jobs;"
        " DELETE FROM courses; DELETE FROM blobs";
    struct cupel_error err = {0};
    struct cupel_queue *queue = NULL;
    struct sql *sql = NULL;

    int r = cupel_queue_open(claims_url, &queue, &err);
    if (r == 0)
        r = sql_open(claims_url, &sql, &err);
    if (r == 0)
        r = sql_script(sql, tables, &err);
    sql_close(sql);
    if (r < 0)
        (void)fprintf(stderr, "%s\n", err.text);
    *state = queue;
    return r;
}

int claims_end(void **state)
{
    cupel_queue_close(*state);
    return 0;
}

struct cupel_job_request claims_job_of(const char *course)
{
    return (struct cupel_job_request){.course = course,
                                      .priority = CUPEL_JOB_LIVE,
                                      .attempts = 3,
                                      .memory_bytes = MIB,
                                      .cpus_milli = 1000,
                                      .spec = "{}"};
}

int64_t claims_add(struct cupel_queue *queue, const struct cupel_job_request *request)
{
    struct cupel_error err = {0};
    bool is_new = false;
    int64_t id = 0;

    if (cupel_queue_add(queue, request, &id, &is_new, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(is_new);
    return id;
}

struct cupel_job *claims_lease(struct cupel_queue *queue, int64_t lease_us)
{
    const struct cupel_capacity capacity = {.memory_bytes = 100 * MIB, .cpus_milli = 4000};
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};
    int64_t next_us = 0;

    if (cupel_queue_lease(queue, "worker", &capacity, lease_us, &job, &next_us, &err) < 0)
        fail_msg("%s", err.text);
    return job;
}

struct cupel_lease claims_lease_of(const struct cupel_job *job)
{
    return (struct cupel_lease){job->id, job->token};
}

void claims_grade(struct cupel_queue *queue, const struct cupel_job *job, int64_t score_micro)
{
    const struct cupel_job_end end = {.status = "graded",
                                      .has_score = true,
                                      .score_micro = score_micro,
                                      .max_score_micro = 10 * 1000000};
    struct cupel_error err = {0};

    if (cupel_queue_finish(queue, claims_lease_of(job), &end, &err) < 0)
        fail_msg("%s", err.text);
}

enum cupel_job_state claims_state_of(struct cupel_queue *queue, int64_t id)
{
    struct cupel_job *job = NULL;
    struct cupel_error err = {0};

    if (cupel_queue_get(queue, id, &job, &err) < 0)
        fail_msg("%s", err.text);
    enum cupel_job_state state = job->state;
    cupel_job_free(job);
    return state;
}

int64_t claims_now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

struct cupel_blob claims_put(struct cupel_queue *queue, const char *text)
{
    CUPEL_AUTO_FD fd = memfd_create("put", MFD_CLOEXEC);
    struct cupel_blob blob = {.bytes = 0};
    struct cupel_error err = {0};

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    if (cupel_queue_put_blob(queue, fd, MIB, &blob, &err) < 0)
        fail_msg("%s", err.text);
    return blob;
}

void claims_change(const char *fmt, ...)
{
    struct cupel_error err = {0};
    struct sql *sql = NULL;
    char text[1024];
    va_list arguments;

    va_start(arguments, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, arguments);
    va_end(arguments);
    if (sql_open(claims_url, &sql, &err) < 0 || sql_script(sql, text, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    sql_close(sql);
}

void claims_sleep(int64_t us)
{
    const struct timespec time = {.tv_sec = us / SECOND, .tv_nsec = us % SECOND * 1000};

    (void)nanosleep(&time, NULL);
}
