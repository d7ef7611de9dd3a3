#include "service/job_request.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/policy.h"
#include "cupel/text.h"
#include "cupel/units.h"
#include "service/http_parse.h"
#include "service/worker_spec.h"

#define ATTEMPTS_MAX 100
#define CPUS_MAX     1024

const char *const job_field_names[] = {
    [JOB_FIELD_GRADER] = "grader",         [JOB_FIELD_LEARNER] = "learner",
    [JOB_FIELD_PRIORITY] = "priority",     [JOB_FIELD_ATTEMPTS] = "attempts",
    [JOB_FIELD_NOT_BEFORE] = "not_before", [JOB_FIELD_DEADLINE] = "deadline",
    [JOB_FIELD_KEY] = "idempotency_key"};

int job_request_check_text(const char *name, const char *text, struct cupel_error *err)
{
    size_t len = text == NULL ? 0 : strlen(text);

    if (text != NULL && (len == 0 || len > JOB_TEXT_MAX || !cupel_text_is_utf8(text, len)))
        return cupel_fail(err, -EINVAL, "%s: expected 1 to %d bytes of UTF-8", name,
                          JOB_TEXT_MAX);
    return 0;
}

/* NULL: live. */
static int parse_priority(const char *text, enum cupel_job_priority *ret,
                          struct cupel_error *err)
{
    static const char *const names[] = {"live", "batch", NULL};
    int choice = 0;

    int r = text == NULL ? 0 : http_parse_choice("priority", text, names, &choice, err);
    if (r == 0)
        *ret = choice == 0 ? CUPEL_JOB_LIVE : CUPEL_JOB_BATCH;
    return r;
}

int job_request_of_form(char *const values[static JOB_FIELDS], struct cupel_job_request *ret,
                        struct cupel_error *err)
{
    struct cupel_job_request job = {.kind = CUPEL_JOB_GRADE,
                                    .memory_bytes = JOB_MEMORY_BYTES,
                                    .cpus_milli = JOB_CPUS_MILLI,
                                    .grader = values[JOB_FIELD_GRADER],
                                    .learner = values[JOB_FIELD_LEARNER],
                                    .idempotency_key = values[JOB_FIELD_KEY]};
    int64_t attempts = JOB_ATTEMPTS;

    if (job.grader == NULL)
        return cupel_fail(err, -EINVAL, "grader: expected the name of one");
    int r = parse_priority(values[JOB_FIELD_PRIORITY], &job.priority, err);
    if (r == 0)
        r = job_request_check_text("learner", job.learner, err);
    if (r == 0)
        r = job_request_check_text("idempotency_key", job.idempotency_key, err);
    if (r == 0 && values[JOB_FIELD_ATTEMPTS] != NULL)
        r = http_parse_number("attempts", values[JOB_FIELD_ATTEMPTS], 1, ATTEMPTS_MAX,
                              &attempts, err);
    if (r == 0 && values[JOB_FIELD_NOT_BEFORE] != NULL)
        r = http_parse_time("not_before", values[JOB_FIELD_NOT_BEFORE], &job.not_before_us,
                            err);
    if (r == 0 && values[JOB_FIELD_DEADLINE] != NULL)
        r = http_parse_time("deadline", values[JOB_FIELD_DEADLINE], &job.deadline_us, err);
    job.attempts = (unsigned)attempts;
    if (r == 0)
        *ret = job;
    return r;
}

/* A worker's are those that are installed with it, as ours are. */
static int check_policy(const json_t *spec, const char *policies, struct cupel_error *err)
{
    const char *policy = json_string_value(json_object_get(spec, "policy"));
    char **names = NULL;
    struct cupel_error why = {0};
    int index = 0;

    if (policy == NULL || policies == NULL)
        return 0;
    if (cupel_policy_names(policies, &names, &why) < 0)
        return cupel_fail(err, -EIO, "%s", why.text);
    int r = http_parse_choice("\"policy\"", policy, (const char *const *)names, &index, err);
    cupel_strings_free(names);
    return r;
}

int job_request_check_spec(const char *spec, uint64_t memory_bytes, const char *policies,
                           struct cupel_error *err)
{
    json_t *json = json_loads(spec, JSON_REJECT_DUPLICATES, NULL);

    int r = worker_spec_check_run(json, err);
    if (r == 0)
        r = worker_spec_check_memory(json, memory_bytes, err);
    if (r == 0)
        r = check_policy(json, policies, err);
    json_decref(json);
    return r;
}

/* What the worker is to know. */
static int make_spec(const json_t *json, uint64_t memory_bytes, const char *policies,
                     char **ret, struct cupel_error *err)
{
    static const char *const keys[] = {"command", "policy", "environment", "limits", "stdin"};
    json_t *spec = json_object();

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_t *value = json_object_get(json, keys[i]);
        if (value != NULL && !json_is_null(value))
            (void)json_object_set(spec, keys[i], value);
    }
    char *text = spec == NULL ? NULL : json_dumps(spec, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(spec);
    if (text == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    int r = job_request_check_spec(text, memory_bytes, policies, err);
    if (r < 0) {
        free(text);
        return r;
    }
    *ret = text;
    return 0;
}

/* "256 MiB", or a number of bytes. */
static int take_memory(const json_t *json, uint64_t *ret, struct cupel_error *err)
{
    const json_t *value = json_object_get(json, "memory");
    struct cupel_error why = {0};

    if (json_is_string(value)) {
        if (cupel_units_parse_bytes(json_string_value(value), ret, &why) < 0)
            return cupel_fail(err, -EINVAL, "\"memory\": %s", why.text);
        return 0;
    }
    int64_t bytes = (int64_t)*ret;
    int r = http_json_number(json, "memory", 0, INT64_MAX, &bytes, err);
    *ret = (uint64_t)bytes;
    return r;
}

static int take_cpus(const json_t *json, unsigned *ret_milli, struct cupel_error *err)
{
    const json_t *value = json_object_get(json, "cpus");
    double cpus = json_number_value(value);

    if (value == NULL || json_is_null(value))
        return 0;
    if (!json_is_number(value) || !(cpus > 0 && cpus <= CPUS_MAX))
        return cupel_fail(err, -EINVAL, "\"cpus\": expected a number above 0, up to %d",
                          CPUS_MAX);
    *ret_milli = (unsigned)ceil(cpus * 1000);
    return 0;
}

static int take_texts(const json_t *json, struct cupel_job_request *job,
                      struct cupel_error *err)
{
    const char *priority = NULL;

    int r = http_json_text(json, "course", true, &job->course, err);
    if (r == 0)
        r = http_json_text(json, "priority", false, &priority, err);
    if (r == 0)
        r = parse_priority(priority, &job->priority, err);
    if (r == 0)
        r = http_json_text(json, "idempotency_key", false, &job->idempotency_key, err);
    return r == 0 ? job_request_check_text("\"idempotency_key\"", job->idempotency_key, err)
                  : r;
}

static int take_numbers(const json_t *json, struct cupel_job_request *job,
                        struct cupel_error *err)
{
    int64_t attempts = JOB_ATTEMPTS;

    int r = http_json_number(json, "attempts", 1, ATTEMPTS_MAX, &attempts, err);
    job->attempts = (unsigned)attempts;
    if (r == 0)
        r = http_json_time(json, "not_before", &job->not_before_us, err);
    if (r == 0)
        r = http_json_time(json, "deadline", &job->deadline_us, err);
    if (r == 0)
        r = take_memory(json, &job->memory_bytes, err);
    return r == 0 ? take_cpus(json, &job->cpus_milli, err) : r;
}

int job_request_of_json(json_t *json, const char *policies, struct cupel_job_request *ret,
                        char **ret_spec, struct cupel_error *err)
{
    static const char *const keys[] = {"kind",        "course",          "command",  "policy",
                                       "environment", "limits",          "stdin",    "priority",
                                       "attempts",    "not_before",      "deadline", "memory",
                                       "cpus",        "idempotency_key", NULL};
    struct cupel_job_request job = {
        .kind = CUPEL_JOB_RUN, .memory_bytes = JOB_MEMORY_BYTES, .cpus_milli = JOB_CPUS_MILLI};
    const char *kind = NULL;

    int r = http_json_only(json, keys, err);
    if (r == 0)
        r = http_json_text(json, "kind", true, &kind, err);
    if (r == 0 && strcmp(kind, "run") != 0)
        return cupel_fail(err, -EINVAL,
                          "\"kind\": expected run; a submission is sent as a form or as it is");
    if (r == 0)
        r = take_texts(json, &job, err);
    if (r == 0)
        r = take_numbers(json, &job, err);
    if (r == 0)
        r = make_spec(json, job.memory_bytes, policies, ret_spec, err);
    if (r < 0)
        return r;
    job.spec = *ret_spec;
    *ret = job;
    return 0;
}
