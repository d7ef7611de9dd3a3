/*
 * Puts a job into a queue, for tests: prints its id.
 *
 *     queue_put URL COURSE grade GRADERFOLDER SUBMISSION [KEY=VALUE…]
 *         SUBMISSION: a file; a folder, or the document of one, NAME.tree
 *     queue_put URL COURSE run SPEC [KEY=VALUE…]
 *     queue_put URL COURSE check GRADERFOLDER [KEY=VALUE…]
 *
 * Keys: attempts, priority (a number), not_before (seconds from now), memory, cpus (milli),
 * count (so many of them, on a line each) and key (the idempotency key of each is KEY-NUMBER).
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "queue/queue.h"
#include "queue/tree.h"

struct put {
    struct cupel_queue *queue;
    struct cupel_job_request request;
    struct cupel_blob tree;
    struct cupel_blob submission;
    char *spec;
    long count;
    const char *key;
    struct cupel_error err;
};

static int put_tree(struct put *put, const char *path, struct cupel_blob *ret)
{
    const struct cupel_tree_limits limits = {.max_bytes = 1U << 30, .max_files = 10000};
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return cupel_fail_errno(&put->err, "%s", path);
    return cupel_queue_put_tree(put->queue, fd, &limits, ret, &put->err);
}

static int put_grader(struct put *put, const char *path)
{
    put->request.grader = "grader";
    put->request.tree = put->tree.sha256;
    return put_tree(put, path, &put->tree);
}

static int put_submission(struct put *put, const char *path)
{
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    const char *slash = strrchr(path, '/');
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return cupel_fail_errno(&put->err, "%s", path);
    const char *dot = strrchr(path, '.');
    bool is_tree = S_ISDIR(st.st_mode) || (dot != NULL && strcmp(dot, ".tree") == 0);
    int r = S_ISDIR(st.st_mode)
                ? put_tree(put, path, &put->submission)
                : cupel_queue_put_blob(put->queue, fd, 1U << 30, &put->submission, &put->err);
    json_t *spec =
        json_pack("{s:{s:s, s:s, s:s}}", "submission", "sha256", put->submission.sha256, "name",
                  slash == NULL ? path : slash + 1, "form", is_tree ? "tree" : "file");
    put->spec = json_dumps(spec, JSON_COMPACT);
    json_decref(spec);
    put->request.spec = put->spec;
    put->request.submission = put->submission.sha256;
    return r;
}

static void take_key(struct put *put, char *text)
{
    char *value = strchr(text, '=');
    if (value == NULL)
        return;
    *value++ = '\0';
    double number = strtod(value, NULL);
    if (strcmp(text, "attempts") == 0)
        put->request.attempts = (unsigned)number;
    else if (strcmp(text, "priority") == 0)
        put->request.priority = (enum cupel_job_priority)number;
    else if (strcmp(text, "not_before") == 0)
        put->request.not_before_us = (int64_t)(((double)time(NULL) + number) * 1e6);
    else if (strcmp(text, "memory") == 0)
        put->request.memory_bytes = (uint64_t)number;
    else if (strcmp(text, "cpus") == 0)
        put->request.cpus_milli = (unsigned)number;
    else if (strcmp(text, "count") == 0)
        put->count = (long)number;
    else if (strcmp(text, "key") == 0)
        put->key = value;
}

static int add(struct put *put)
{
    char key[64];
    int r = 0;

    for (long i = 0; r == 0 && i < put->count; i++) {
        int64_t id = 0;
        bool is_new = false;
        if (put->key != NULL) {
            (void)snprintf(key, sizeof(key), "%s-%ld", put->key, i);
            put->request.idempotency_key = key;
        }
        r = cupel_queue_add(put->queue, &put->request, &id, &is_new, &put->err);
        if (r == 0)
            (void)printf("%jd\n", (intmax_t)id);
    }
    return r;
}

static int put_job(struct put *put, int argc, char **argv)
{
    int next = 5;
    int r = 0;

    if (strcmp(argv[3], "grade") == 0 && argc > 5) {
        next = 6;
        r = put_grader(put, argv[4]);
        if (r == 0)
            r = put_submission(put, argv[5]);
    } else if (strcmp(argv[3], "check") == 0) {
        put->request.kind = CUPEL_JOB_CHECK;
        r = put_grader(put, argv[4]);
    } else {
        put->request.kind = CUPEL_JOB_RUN;
        put->request.spec = argv[4];
    }
    for (int i = next; i < argc; i++)
        take_key(put, argv[i]);
    return r == 0 ? add(put) : r;
}

int main(int argc, char **argv)
{
    struct put put = {.request = {.course = argc > 2 ? argv[2] : "",
                                  .priority = CUPEL_JOB_LIVE,
                                  .attempts = 3,
                                  .memory_bytes = 64U << 20,
                                  .cpus_milli = 1000,
                                  .spec = "{}"},
                      .count = 1};

    if (argc < 5) {
        (void)fprintf(stderr, "usage: %s URL COURSE KIND WHAT…\n", argv[0]);
        return 2;
    }
    int r = cupel_queue_open(argv[1], &put.queue, &put.err);
    if (r == 0)
        r = put_job(&put, argc, argv);
    if (r < 0)
        (void)fprintf(stderr, "%s\n", put.err.text);
    cupel_queue_close(put.queue);
    free(put.spec);
    return r < 0 ? 1 : 0;
}
