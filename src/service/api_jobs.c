/* /v1/jobs: hand in, look, wait, list, cancel. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "queue/graders.h"
#include "service/api.h"
#include "service/documents.h"
#include "service/http_parse.h"
#include "service/job_request.h"
#include "service/job_submission.h"

#define WAIT_MAX_S 60
#define PAGE       50
#define PAGE_MAX   1000

int api_job_of_path(const struct http_request *request, bool to_change, struct cupel_job **ret,
                    struct cupel_error *err)
{
    struct cupel_job *job = NULL;
    int64_t id = 0;

    int r = http_parse_number("the job's id", request->variables[0], 1, INT64_MAX, &id, err);
    if (r == 0)
        r = cupel_queue_get(request->queue, id, &job, err);
    if (r != 0)
        return r;
    if (!http_may_read(request->who, job->course)) /* as where there is none */
        r = cupel_fail(err, -ENOENT, "there is no job %" PRId64, id);
    else if (to_change && !http_may_change(request->who, job->course))
        r = cupel_fail(err, -EACCES, "job %" PRId64 ": its course's staff may do that", id);
    if (r == 0)
        *ret = job;
    else
        cupel_job_free(job);
    return r;
}

bool api_has_ended(const struct cupel_job *job)
{
    return job->state == CUPEL_JOB_DONE || job->state == CUPEL_JOB_DEAD ||
           job->state == CUPEL_JOB_CANCELLED;
}

static int answer_added(const struct http_request *request, int64_t id, bool is_new,
                        struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_job *job = NULL;
    char location[48];

    int r = cupel_queue_get(request->queue, id, &job, err);
    if (r != 0)
        return r;
    (void)snprintf(location, sizeof(location), "/v1/jobs/%" PRId64, id);
    r = http_set_header(ret, "Location", location) < 0
            ? cupel_fail(err, -ENOMEM, "out of memory")
            : http_answer_json(ret, is_new ? 201 : 200, document_job(job), err);
    cupel_job_free(job);
    return r;
}

static int add(const struct http_request *request, const struct cupel_job_request *job,
               struct http_answer *ret, struct cupel_error *err)
{
    bool is_new = false;
    int64_t id = 0;

    int r = cupel_queue_add(request->queue, job, &id, &is_new, err);
    return r < 0 ? r : answer_added(request, id, is_new, ret, err);
}

static int add_run(const struct http_request *request, struct http_answer *ret,
                   struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *spec = NULL;
    struct cupel_job_request job;
    json_t *json = NULL;

    if (request->who->role != CUPEL_ROLE_PLATFORM)
        return cupel_fail(err, -EACCES, "commands are the platform's alone");
    int r = http_body_json(request, &json, err);
    if (r == 0)
        r = job_request_of_json(json, http_settings(request)->policies, &job, &spec, err);
    if (r == 0 && job.idempotency_key == NULL) {
        job.idempotency_key = http_header(request, "Idempotency-Key");
        r = job_request_check_text("Idempotency-Key", job.idempotency_key, err);
    }
    if (r == 0)
        r = add(request, &job, ret, err);
    json_decref(json);
    return r;
}

/* A field is a part of the form, or else in the query. */
static int read_fields(const struct http_request *request, char **values,
                       struct cupel_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < JOB_FIELDS; i++) {
        r = http_part_text(request, job_field_names[i], &values[i], err);
        const char *text = http_argument(request, job_field_names[i]);
        if (text == NULL && i == JOB_FIELD_KEY)
            text = http_header(request, "Idempotency-Key");
        if (r < 0 || values[i] != NULL || text == NULL)
            continue;
        values[i] = strdup(text);
        if (values[i] == NULL)
            r = cupel_fail(err, -ENOMEM, "out of memory");
    }
    return r;
}

static int add_submission(const struct http_request *request,
                          const struct cupel_grader_version *grader,
                          const struct cupel_job_request *job, struct http_answer *ret,
                          struct cupel_error *err)
{
    struct job_submission kept = {.name = NULL};

    if (!http_may_change(request->who, grader->course))
        return cupel_fail(err, -EACCES, "grader %s is another course's", grader->name);
    int r = job_submission_keep(request, &kept, err);
    if (r != 0)
        return r;
    json_t *spec = json_pack("{s:{s:s, s:s, s:s}}", "submission", "sha256", kept.blob.sha256,
                             "name", kept.name, "form", kept.is_tree ? "tree" : "file");
    CUPEL_AUTO_FREE char *text = spec == NULL ? NULL : json_dumps(spec, JSON_COMPACT);
    json_decref(spec);
    if (text == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    struct cupel_job_request whole = *job;
    whole.course = grader->course;
    whole.tree = grader->tree;
    whole.memory_bytes = cupel_grader_job_memory(grader, job->memory_bytes);
    whole.submission = kept.blob.sha256;
    whole.spec = text;
    return add(request, &whole, ret, err);
}

static int add_grade(const struct http_request *request, char *const *values,
                     struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_grader_version grader;
    struct cupel_job_request job;

    int r = job_request_of_form(values, &job, err);
    if (r == 0)
        r = cupel_queue_get_grader(request->queue, job.grader, 0, &grader, err);
    if (r != 0)
        return r;
    r = add_submission(request, &grader, &job, ret, err);
    cupel_grader_version_clear(&grader);
    return r;
}

/* Nobody's typing error is to be taken for something that was not asked for. */
static int check_fields(const struct http_request *request, struct cupel_error *err)
{
    const char *names[JOB_FIELDS + 3] = {[JOB_FIELDS] = "form", "name", NULL};
    uint64_t seen = 0;

    memcpy(names, job_field_names, sizeof(names[0]) * JOB_FIELDS);
    int r = http_arguments_only(request, names, err);
    names[JOB_FIELDS + 1] = "file";
    for (size_t i = 0; r == 0 && i < request->part_count; i++) {
        const char *name = request->parts[i].name;
        if (name != NULL && strcmp(name, "file") != 0)
            r = http_parse_once("field", name, names, &seen, err);
    }
    return r;
}

static int post(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    static const char *const none[] = {NULL};
    static const char form[] = "application/x-www-form-urlencoded";
    const char *type = http_header(request, "Content-Type");
    char *values[JOB_FIELDS] = {NULL};

    if (http_parse_is_type(type, form))
        return cupel_fail(err, -EPROTO,
                          "Content-Type: %s, which curl sends unless it is told another; "
                          "expected multipart/form-data, or the type of the file",
                          form);
    if (http_parse_is_type(type, "application/json") &&
        http_argument(request, "grader") == NULL) {
        int r = http_arguments_only(request, none, err);
        return r == 0 ? add_run(request, ret, err) : r;
    }
    int r = check_fields(request, err);
    if (r == 0)
        r = read_fields(request, values, err);
    if (r == 0)
        r = add_grade(request, values, ret, err);
    for (size_t i = 0; i < JOB_FIELDS; i++)
        free(values[i]);
    return r;
}

static json_t *attempts_of(const struct http_request *request, int64_t id,
                           struct cupel_error *err)
{
    struct cupel_attempt_list list;
    json_t *attempts = json_array();

    if (attempts == NULL || cupel_queue_list_attempts(request->queue, id, &list, err) < 0) {
        json_decref(attempts);
        return NULL;
    }
    for (size_t i = 0; i < list.count; i++)
        api_append(&attempts, document_attempt(&list.items[i]));
    cupel_attempt_list_clear(&list);
    return attempts;
}

static int get(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    static const char *const names[] = {"wait", NULL};
    struct cupel_job *job = NULL;
    int64_t wait_s = 0;

    int r = http_arguments_only(request, names, err);
    if (r == 0)
        r = http_argument_number(request, "wait", 0, WAIT_MAX_S, &wait_s, err);
    if (r == 0)
        r = api_job_of_path(request, false, &job, err);
    if (r != 0)
        return r;
    if (wait_s > 0 && !request->is_last && !api_has_ended(job)) {
        ret->wait_us = wait_s * 1000000;
        cupel_job_free(job);
        return 0;
    }
    json_t *document = document_job(job);
    json_t *attempts = attempts_of(request, job->id, err);
    cupel_job_free(job);
    if (attempts == NULL) {
        json_decref(document);
        return err->code != 0 ? err->code : cupel_fail(err, -ENOMEM, "out of memory");
    }
    if (document != NULL && json_object_set_new(document, "attempts_made", attempts) < 0) {
        json_decref(document);
        document = NULL;
    }
    return http_answer_json(ret, 200, document, err);
}

static int read_choice(const struct http_request *request, const char *name,
                       const char *const *names, int *ret, struct cupel_error *err)
{
    const char *text = http_argument(request, name);

    *ret = -1;
    return text == NULL ? 0 : http_parse_choice(name, text, names, ret, err);
}

static int read_filter(const struct http_request *request, struct cupel_job_filter *ret,
                       struct cupel_error *err)
{
    struct cupel_job_filter filter = {.grader = http_argument(request, "grader"),
                                      .learner = http_argument(request, "learner")};
    static const char *const names[] = {"course",  "grader", "learner", "kind", "state",
                                        "regrade", "cursor", "limit",   NULL};
    int64_t limit = PAGE;

    int r = http_arguments_only(request, names, err);
    if (r == 0)
        r = api_course(request, &filter.course, err);
    if (r == 0)
        r = read_choice(request, "kind", cupel_job_kind_names, &filter.kind, err);
    if (r == 0)
        r = read_choice(request, "state", cupel_job_state_names, &filter.state, err);
    if (r == 0)
        r = http_argument_number(request, "regrade", 1, INT64_MAX, &filter.regrade, err);
    if (r == 0)
        r = http_argument_number(request, "cursor", 1, INT64_MAX, &filter.before, err);
    if (r == 0)
        r = http_argument_number(request, "limit", 1, PAGE_MAX, &limit, err);
    filter.limit = (size_t)limit;
    if (r == 0)
        *ret = filter;
    return r;
}

static int list(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_job_filter filter;
    struct cupel_job_list jobs;
    json_t *items = json_array();

    int r = read_filter(request, &filter, err);
    if (r == 0)
        r = cupel_queue_list(request->queue, &filter, &jobs, err);
    if (r != 0) {
        json_decref(items);
        return r;
    }
    for (size_t i = 0; i < jobs.count; i++)
        api_append(&items, document_job(jobs.items[i]));
    int64_t last = jobs.count == filter.limit ? jobs.items[jobs.count - 1]->id : 0;
    cupel_job_list_clear(&jobs);
    return api_answer_page(ret, "jobs", items, last, err);
}

static int change(struct http_request *request,
                  int (*function)(struct cupel_queue *queue, int64_t id,
                                  struct cupel_error *err),
                  struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_job *job = NULL;

    int r = api_job_of_path(request, true, &job, err);
    if (r != 0)
        return r;
    int64_t id = job->id;
    cupel_job_free(job);
    job = NULL;
    r = function(request->queue, id, err);
    if (r == 0)
        r = cupel_queue_get(request->queue, id, &job, err);
    if (r == 0)
        r = http_answer_json(ret, 200, document_job(job), err);
    cupel_job_free(job);
    return r;
}

static int cancel_job(struct cupel_queue *queue, int64_t id, struct cupel_error *err)
{
    enum cupel_job_state state = CUPEL_JOB_STATES;

    return cupel_queue_cancel(queue, id, &state, err);
}

static int cancel(struct http_request *request, struct http_answer *ret,
                  struct cupel_error *err)
{
    return change(request, cancel_job, ret, err);
}

static int retry(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    return change(request, cupel_queue_retry, ret, err);
}

static const struct http_route routes[] = {
    {"POST", "/v1/jobs", HTTP_BODY_SUBMISSION, post, HTTP_CHANGERS, false},
    {"GET", "/v1/jobs", 0, list, HTTP_SOMEBODY, false},
    {"GET", "/v1/jobs/{id}", 0, get, HTTP_SOMEBODY, false},
    {"DELETE", "/v1/jobs/{id}", 0, cancel, HTTP_CHANGERS, false},
    {"POST", "/v1/jobs/{id}/retry", 0, retry, HTTP_CHANGERS, false},
};

const struct http_routes api_job_routes = {routes, sizeof(routes) / sizeof(routes[0])};
