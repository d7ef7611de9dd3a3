/* What came of a job. A grading has a page of its own, which cupel grade writes as well; what
 * commands and checks of graders printed is shown in ours. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "render/html_style.h"
#include "render/html_text.h"
#include "service/page.h"
#include "service/page_job.h"
#include "service/page_parts.h"
#include "service/page_routes.h"
#include "service/result_document.h"

static int read_view(const struct http_request *request, enum cupel_view *ret,
                     struct cupel_error *err)
{
    const char *text = page_argument(request, "view");

    if (text == NULL || strcmp(text, "staff") == 0)
        *ret = CUPEL_VIEW_STAFF;
    else if (strcmp(text, "learner") == 0)
        *ret = CUPEL_VIEW_LEARNER;
    else
        return cupel_fail(err, -EINVAL, "view: expected staff or learner");
    return 0;
}

/* The page that it is already: its policy admits its own style by a hash. */
static int answer_grading(const struct http_request *request, const struct cupel_job *job,
                          enum cupel_view view, struct http_answer *ret,
                          struct cupel_error *err)
{
    struct cupel_result result = {.status = CUPEL_STATUS_GRADED};
    char policy[256];

    int r = result_document_read(request->queue, job, &result, err);
    if (r < 0)
        return r;
    char *text = cupel_render_result_html(&result, view);
    cupel_result_clear(&result);
    if (text == NULL)
        return cupel_fail(err, -ENOMEM, "page: out of memory");
    ret->type = PAGE_TYPE;
    ret->body = text;
    ret->len = strlen(text);
    (void)snprintf(policy, sizeof(policy),
                   "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
                   "form-action 'none'; frame-ancestors 'none'",
                   html_style_sha256);
    return page_set_headers(ret, policy, err);
}

static void put_document(struct page *page, const char *label, const json_t *document)
{
    CUPEL_AUTO_FREE char *text =
        json_is_null(document) ? NULL : json_dumps(document, JSON_INDENT(2));

    page_printed(page, label, text);
}

static void put_run(struct page *page, const json_t *document)
{
    page_printed(page, "Standard output",
                 json_string_value(json_object_get(document, "stdout")));
    page_printed(page, "Standard error",
                 json_string_value(json_object_get(document, "stderr")));
    put_document(page, "How it ran", json_object_get(document, "run"));
}

static void put_check(struct page *page, const json_t *document)
{
    const json_t *lint = json_object_get(document, "lint");
    const json_t *line;
    size_t i;

    page_format(page, "<h2>What is wrong in its files</h2>\n");
    if (json_array_size(lint) == 0)
        page_format(page, "<p>Nothing.</p>\n");
    else
        page_format(page, "<ul>\n");
    json_array_foreach(lint, i, line)
    {
        page_format(page, "<li class=\"code\">");
        html_text(page, json_is_string(line) ? json_string_value(line) : "");
        page_format(page, "</li>\n");
    }
    if (json_array_size(lint) > 0)
        page_format(page, "</ul>\n");
    put_document(page, "Its samples", json_object_get(document, "test"));
}

static int answer_other(const struct http_request *request, const struct cupel_job *job,
                        struct http_answer *ret, struct cupel_error *err)
{
    char title[48];
    const struct page_head head = {.title = title, .place = "/jobs"};
    json_t *document = NULL;
    struct page page;

    int r = result_document_load(request->queue, job, &document, err);
    if (r < 0)
        return r;
    (void)snprintf(title, sizeof(title), "Result of job %" PRId64, job->id);
    page_begin(&page, request, &head);
    page_format(&page, "<p>");
    page_state(&page, job->status);
    page_format(&page, " of <a href=\"/jobs/%jd\">job %jd</a></p>\n", (intmax_t)job->id,
                (intmax_t)job->id);
    if (job->kind == CUPEL_JOB_RUN)
        put_run(&page, document);
    else
        put_check(&page, document);
    json_decref(document);
    return page_end(&page, 200, ret, err);
}

int page_result(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    enum cupel_view view = CUPEL_VIEW_STAFF;
    struct cupel_job *job = NULL;

    int r = read_view(request, &view, err);
    if (r == 0)
        r = page_find_job(request, &job, err);
    if (r == 0)
        r = job->kind == CUPEL_JOB_GRADE ? answer_grading(request, job, view, ret, err)
                                         : answer_other(request, job, ret, err);
    cupel_job_free(job);
    return r;
}
