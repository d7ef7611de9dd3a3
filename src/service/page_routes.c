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
    {"GET", "/", 0, page_queue, HTTP_SOMEBODY, true},
    {"GET", "/jobs", 0, page_jobs, HTTP_SOMEBODY, true},
    {"GET", "/jobs/{id}", 0, page_job, HTTP_SOMEBODY, true},
    {"POST", "/jobs/{id}/cancel", FORM_MAX, page_cancel_job, HTTP_CHANGERS, true},
    {"POST", "/jobs/{id}/retry", FORM_MAX, page_retry_job, HTTP_CHANGERS, true},
    {"GET", "/jobs/{id}/result", 0, page_result, HTTP_SOMEBODY, true},
    {"GET", "/graders", 0, page_graders, HTTP_SOMEBODY, true},
    {"GET", "/graders/{name}", 0, page_grader, HTTP_SOMEBODY, true},
    {"POST", "/graders/{name}/live", FORM_MAX, page_roll_back, HTTP_CHANGERS, true},
    {"GET", "/regrades", 0, page_regrades, HTTP_SOMEBODY, true},
    {"GET", "/regrades/{id}", 0, page_regrade, HTTP_SOMEBODY, true},
    {"GET", "/regrades/{id}/publish", 0, page_ask_publish, HTTP_CHANGERS, true},
    {"POST", "/regrades/{id}/publish", FORM_MAX, page_publish_regrade, HTTP_CHANGERS, true},
    {"GET", "/regrades/{id}/withdraw", 0, page_ask_withdraw, HTTP_CHANGERS, true},
    {"POST", "/regrades/{id}/withdraw", FORM_MAX, page_withdraw_regrade, HTTP_CHANGERS, true},
    {"GET", "/policies", 0, page_policies, HTTP_SOMEBODY, true},
    {"GET", "/policies/{name}", 0, page_policy, HTTP_SOMEBODY, true},
    {"GET", "/login", 0, page_login, HTTP_ANYBODY, true},
    {"POST", "/login", FORM_MAX, page_take_token, HTTP_ANYBODY, true},
    {"POST", "/logout", FORM_MAX, page_logout, HTTP_ANYBODY, true},
    {"GET", "/style.css", 0, page_style_file, HTTP_ALWAYS, true},
};

const struct http_routes page_routes = {items, sizeof(items) / sizeof(items[0])};
