/* /v1/jobs/ID/result: what came of a job, for whom and for what system. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/result_format.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/render.h"
#include "service/api.h"
#include "service/http_parse.h"

#define RESULT_MAX (64UL << 20)

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

static int read_document(const struct http_request *request, const char *sha256, json_t **ret,
                         struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;
    int fd = -1;

    int r = cupel_queue_open_blob(request->queue, sha256, &fd, err);
    if (r != 0)
        return r;
    r = cupel_path_read_fd(fd, RESULT_MAX, &text, &len);
    (void)close(fd);
    if (r != 0)
        return cupel_fail(err, -EIO, "read result %s: %s", sha256, strerrordesc_np(-r));
    *ret = json_loadb(text, len, 0, NULL);
    return *ret != NULL ? 0 : cupel_fail(err, -EIO, "result %s is no JSON", sha256);
}

static int answer_rendered(const struct http_request *request, const struct cupel_job *job,
                           enum cli_format format, enum cupel_view view,
                           struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_result result;
    json_t *document = NULL;
    struct cupel_error why = {0};

    if (job->kind != CUPEL_JOB_GRADE)
        return cupel_fail(err, -EINVAL,
                          "the result of a %s job is JSON for staff: view=staff&format=json",
                          cupel_job_kind_names[job->kind]);
    int r = read_document(request, job->result, &document, err);
    if (r == 0 && cupel_render_read_result(document, &result, &why) < 0)
        r = cupel_fail(err, -EIO, "result %s: %s", job->result, why.text);
    json_decref(document);
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
    const char *format_text = http_argument(request, "format");
    const char *view_text = http_argument(request, "view");
    int format = CLI_FORMAT_JSON;
    int view = CUPEL_VIEW_STAFF;
    int r = 0;

    if (format_text != NULL)
        r = http_parse_choice("format", format_text, cli_format_names, &format, err);
    if (r == 0 && view_text != NULL)
        r = http_parse_choice("view", view_text, view_names, &view, err);
    if (r != 0)
        return r;
    if (job->result == NULL)
        return cupel_fail(err, -ENOENT, "the job has no result; it is %s",
                          cupel_job_state_names[job->state]);
    if (format == CLI_FORMAT_JSON && view == CUPEL_VIEW_STAFF)
        return cupel_queue_open_blob(request->queue, job->result, &ret->fd, err);
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
