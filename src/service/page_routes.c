#include "service/page_routes.h"

#include <errno.h>

#include "service/page.h"
#include "service/page_style.h"

#define FORM_MAX 16384U /* bytes */

int page_style_file(struct http_request *request, struct http_answer *ret,
                    struct cupel_error *err)
{
    struct page sheet;

    (void)request;
    page_open(&sheet, false);
    for (const char *const *part = page_style_sheet; *part != NULL; part++)
        page_format(&sheet, "%s", *part);
    ret->body = page_close(&sheet);
    if (ret->body == NULL || http_set_header(ret, "Cache-Control", "max-age=300") < 0 ||
        http_set_header(ret, "X-Content-Type-Options", "nosniff") < 0)
        return cupel_fail(err, -ENOMEM, "style sheet: out of memory");
    ret->len = sheet.len;
    ret->type = "text/css; charset=utf-8";
    return 0;
}

/* In the order in which http_routes.c tries them. */
static const struct http_route items[] = {
    {"GET", "/", HTTP_SOMEBODY, 0, page_queue, true},
    {"GET", "/jobs", HTTP_SOMEBODY, 0, page_jobs, true},
    {"GET", "/jobs/{id}", HTTP_SOMEBODY, 0, page_job, true},
    {"POST", "/jobs/{id}/cancel", HTTP_CHANGERS, FORM_MAX, page_cancel_job, true},
    {"POST", "/jobs/{id}/retry", HTTP_CHANGERS, FORM_MAX, page_retry_job, true},
    {"GET", "/jobs/{id}/result", HTTP_SOMEBODY, 0, page_result, true},
    {"GET", "/graders", HTTP_SOMEBODY, 0, page_graders, true},
    {"GET", "/graders/{name}", HTTP_SOMEBODY, 0, page_grader, true},
    {"POST", "/graders/{name}/live", HTTP_CHANGERS, FORM_MAX, page_roll_back, true},
    {"GET", "/regrades", HTTP_SOMEBODY, 0, page_regrades, true},
    {"GET", "/regrades/{id}", HTTP_SOMEBODY, 0, page_regrade, true},
    {"POST", "/regrades/{id}/publish", HTTP_CHANGERS, FORM_MAX, page_publish_regrade, true},
    {"POST", "/regrades/{id}/withdraw", HTTP_CHANGERS, FORM_MAX, page_withdraw_regrade, true},
    {"GET", "/policies", HTTP_SOMEBODY, 0, page_policies, true},
    {"GET", "/policies/{name}", HTTP_SOMEBODY, 0, page_policy, true},
    {"GET", "/login", HTTP_ANYBODY, 0, page_login, true},
    {"POST", "/login", HTTP_ANYBODY, FORM_MAX, page_take_token, true},
    {"POST", "/logout", HTTP_ANYBODY, FORM_MAX, page_logout, true},
    {"GET", "/style.css", HTTP_ANYBODY, 0, page_style_file, true},
};

const struct http_routes page_routes = {items, sizeof(items) / sizeof(items[0])};
