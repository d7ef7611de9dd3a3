#include <jansson.h>

#include "cupel/path.h"
#include "cupel/text.h"
#include "require.h"
#include "service/api.h"
#include "service/http_parse.h"
#include "service/http_routes.h"
#include "service/job_request.h"
#include "service/metrics_family.h"
#include "service/upload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the server does with a body. */
static void parse_body(const char *text, size_t size)
{
    struct cupel_job_request job = {.kind = CUPEL_JOB_GRADE};
    struct cupel_error err = {0};
    json_t *json = NULL;
    char *spec = NULL;

    if (http_parse_json(text, size, &json, &err) < 0) {
        require(err.code == -EINVAL && err.text[0] != '\0');
        return;
    }
    if (job_request_of_json(json, NULL, &job, &spec, &err) == 0) {
        require(job.kind == CUPEL_JOB_RUN && job.course != NULL && job.attempts >= 1);
        require(job.cpus_milli > 0 && job.not_before_us >= 0 && job.deadline_us >= 0);
        require(spec != NULL && strcmp(job.spec, spec) == 0);
    } else {
        require(err.code == -EINVAL && err.text[0] != '\0');
    }
    free(spec);
    json_decref(json);
}

/* Fields of a form, one a line. */
static void parse_form(char *text)
{
    char *values[JOB_FIELDS] = {NULL};
    struct cupel_job_request job;
    struct cupel_error err = {0};

    for (size_t i = 0; i < JOB_FIELDS && text != NULL; i++)
        values[i] = strsep(&text, "\n");
    if (job_request_of_form(values, &job, &err) < 0)
        return;
    require(job.grader == values[JOB_FIELD_GRADER] && job.attempts >= 1);
    require(job.priority != CUPEL_JOB_REGRADE);
}

static void parse_path(const char *text)
{
    struct http_match match;
    struct cupel_error err;

    if (upload_check_path(text, &err) == 0)
        require(cupel_path_is_plain(text) && strchr(text, '\\') == NULL);
    if (http_routes_match(api_tables, "GET", text, &match, &err) < 0)
        return;
    require(match.route == NULL || match.allow[0] == '\0');
    require(match.route == NULL || strcmp(match.route->method, "GET") == 0);
    for (size_t i = 0; i < HTTP_PATH_PARTS; i++) {
        require(match.variables[i] == NULL || strchr(match.variables[i], '/') == NULL);
        free(match.variables[i]);
    }
}

static void parse_values(const char *text)
{
    char label[64];
    struct cupel_error err;
    int64_t value = 0;

    if (http_parse_number("n", text, -5, 1000, &value, &err) == 0)
        require(value >= -5 && value <= 1000);
    if (http_parse_time("t", text, &value, &err) == 0)
        require(value > 0);
    require(!http_target_is_plain(text) || strstr(text, "%00") == NULL);
    const char *token = http_parse_bearer(text);
    require(token == NULL || (token > text && token <= text + strlen(text)));
    (void)metrics_label("l", text, sizeof(label), label);
    require(strlen(label) < sizeof(label) && strchr(label, '\n') == NULL);
    require(label[strlen(label) - 1] == '"');
    require(!cupel_text_is_utf8(text, strlen(text)) ||
            cupel_text_is_utf8(label, strlen(label)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);

    if (text == NULL)
        return 0;
    parse_body((const char *)data, size);
    parse_values(text);
    parse_path(text);
    parse_form(text);
    free(text);
    return 0;
}
