/* /v1/jobs/ID/result: what came of a job, for whom and for what system. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/result_format.h"
#include "cupel/render.h"
#include "service/api.h"
#include "service/http_parse.h"
#include "service/result_document.h"

static const char *const view_names[] = {
    [CUPEL_VIEW_STAFF] = "staff", [CUPEL_VIEW_LEARNER] = "learner", NULL};

static const char *type_of(enum cli_format format)
{
    switch (format) {
    case CLI_FORMAT_TEXT:
        return "text/plain; charset=utf-8";
    case CLI_FORMAT_HTML:
        return "text/html; charset=utf-8";
    case CLI_FORMAT_JUNIT:
        return "application/xml";
    case CLI_FORMAT_JSON:
    case CLI_FORMAT_GRADESCOPE:
    case CLI_FORMAT_COURSERA:
    case CLI_FORMAT_PRAIRIELEARN:
        break;
    }
    return NULL;
}

static int answer_rendered(const struct http_request *request, const struct cupel_job *job,
                           enum cli_format format, enum cupel_view view,
                           struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_result result;

    if (job->kind != CUPEL_JOB_GRADE)
        return cupel_fail(err, -EINVAL,
                          "the result of a %s job is JSON for staff: view=staff&format=json",
                          cupel_job_kind_names[job->kind]);
    int r = result_document_read(request->queue, job, &result, err);
    if (r != 0)
        return r;
    r = cli_format_result(format, &result, view, false, &ret->body);
    cupel_result_clear(&result);
    if (r != 0)
        return cupel_fail(err, r, "out of memory");
    if (ret->body == NULL)
        return cupel_fail(err, -ENOENT, "there is no score, for which format %s has no word",
                          cli_format_names[format]);
    ret->len = strlen(ret->body);
    ret->type = type_of(format);
    /* The page has its own style in it, and is shown to nobody with our address's rights. */
    if (format == CLI_FORMAT_HTML &&
        http_set_header(ret, "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; "
                        "sandbox; frame-ancestors 'none'") < 0)
        return cupel_fail(err, -ENOMEM, "out of memory");
    return 0;
}

static int answer(const struct http_request *request, const struct cupel_job *job,
                  struct http_answer *ret, struct cupel_error *err)
{
    static const char *const names[] = {"format", "view", NULL};
    const char *format_text = http_argument(request, "format");
    const char *view_text = http_argument(request, "view");
    int format = CLI_FORMAT_JSON;
    int view = CUPEL_VIEW_STAFF;

    int r = http_arguments_only(request, names, err);
    if (r == 0 && format_text != NULL)
        r = http_parse_choice("format", format_text, cli_format_names, &format, err);
    if (r == 0 && view_text != NULL)
        r = http_parse_choice("view", view_text, view_names, &view, err);
    if (r != 0)
        return r;
    if (job->result == NULL)
        return cupel_fail(err, -ENOENT, "the job has no result; it is %s",
                          cupel_job_state_names[job->state]);
    if (format == CLI_FORMAT_JSON && view == CUPEL_VIEW_STAFF)
        return http_own_fault(cupel_queue_open_blob(request->queue, job->result, &ret->fd, err),
                              err);
    return answer_rendered(request, job, (enum cli_format)format, (enum cupel_view)view, ret,
                           err);
}

static int get(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_job *job = NULL;

    int r = api_job_of_path(request, false, &job, err);
    if (r == 0)
        r = answer(request, job, ret, err);
    cupel_job_free(job);
    return r;
}

static const struct http_route routes[] = {
    {"GET", "/v1/jobs/{id}/result", 0, get, HTTP_SOMEBODY, false},
};

const struct http_routes api_result_routes = {routes, sizeof(routes) / sizeof(routes[0])};
