#include "service/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cupel/cleanup.h"
#include "render/html_text.h"
#include "service/page_parts.h"
#include "service/page_style.h"

#define POLICY                                                                                 \
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "         \
    "base-uri 'none'; frame-ancestors 'none'"

bool page_is_live(const struct http_request *request)
{
    const char *live = http_argument(request, "live");

    return live == NULL || strcmp(live, "0") != 0;
}

static void put_head(struct page *page, const struct http_request *request,
                     const struct page_head *head)
{
    page_format(page,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                "<meta name=\"color-scheme\" content=\"light dark\"/>\n");
    if (head->reload_s > 0 && page_is_live(request))
        page_format(page, "<meta http-equiv=\"refresh\" content=\"%u\"/>\n", head->reload_s);
    page_format(page, "<title>");
    html_text(page, head->title);
    page_format(page,
                " · cupel</title>\n<link rel=\"icon\" href=\"data:,\"/>\n"
                "<link rel=\"stylesheet\" href=\"/style.css\"/>\n</head>\n");
}

static void put_navigation(struct page *page, const char *place)
{
    static const struct {
        const char *address;
        const char *name;
    } entries[] = {{"/", "Queue"},
                   {"/jobs", "Jobs"},
                   {"/graders", "Graders"},
                   {"/regrades", "Regrades"},
                   {"/policies", "Policies"}};

    page_format(page, "<nav aria-label=\"Sections\">\n<ul>\n");
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        bool here = place != NULL && strcmp(place, entries[i].address) == 0;
        page_format(page, "<li><a href=\"%s\"%s>%s</a></li>\n", entries[i].address,
                    here ? " aria-current=\"page\"" : "", entries[i].name);
    }
    page_format(page, "</ul>\n</nav>\n");
}

static void put_who(struct page *page, const struct cupel_token *who)
{
    page_format(page,
                "<form class=\"who\" method=\"post\" action=\"/logout\""
                ">\n<p><b>");
    html_text(page, who->name);
    page_format(page, "</b> %s", cupel_role_names[who->role]);
    if (who->course != NULL) {
        page_format(page, " of ");
        html_text(page, who->course);
    }
    page_format(page, "</p>\n<button>Log out</button>\n</form>\n");
}

/* What the page does by itself, and a link to the same page where it does not. */
static void put_reload(struct page *page, const struct http_request *request,
                       const struct page_head *head)
{
    const char *query = head->query != NULL ? head->query : "";

    if (page_is_live(request))
        page_format(page,
                    "<p class=\"muted\">This page is loaded again every %u seconds. "
                    "<a href=\"?%s%s" PAGE_STOPPED "\">Stop updating</a></p>\n",
                    head->reload_s, query, query[0] != '\0' ? "&amp;" : "");
    else
        page_format(page,
                    "<p class=\"muted\">This page stays as it was when it was loaded. "
                    "<a href=\"?%s\">Update by itself</a></p>\n",
                    query);
}

void page_begin(struct page *page, const struct http_request *request,
                const struct page_head *head)
{
    page_open(page, false);
    put_head(page, request, head);
    page_format(page,
                "<body>\n<a class=\"skip\" href=\"#content\">Skip to content</a>\n"
                "<header>\n<div class=\"bar\">\n<a class=\"brand\" href=\"/\">cupel</a>\n");
    if (request->who != NULL) {
        put_navigation(page, head->place);
        put_who(page, request->who);
    }
    page_format(page, "</div>\n</header>\n<main id=\"content\" tabindex=\"-1\">\n<h1>");
    html_text(page, head->title);
    page_format(page, "</h1>\n");
    if (head->reload_s > 0)
        put_reload(page, request, head);
}

int page_set_headers(struct http_answer *ret, const char *policy, struct cupel_error *err)
{
    /* With no-referrer, browsers would send "Origin: null" along with our own forms. */
    const char *const headers[][2] = {{"Content-Security-Policy", policy},
                                      {"X-Content-Type-Options", "nosniff"},
                                      {"Referrer-Policy", "same-origin"},
                                      {"Cache-Control", "no-store"}};

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (http_set_header(ret, headers[i][0], headers[i][1]) < 0)
            return cupel_fail(err, -ENOMEM, "page: out of memory");
    }
    return 0;
}

int page_end(struct page *page, unsigned status, struct http_answer *ret,
             struct cupel_error *err)
{
    page_format(page, "</main>\n<footer>\n<p>cupel %s</p>\n</footer>\n</body>\n</html>\n",
                CUPEL_VERSION);
    char *text = page_close(page);
    if (text == NULL)
        return cupel_fail(err, -ENOMEM, "page: out of memory");
    ret->status = status;
    ret->type = PAGE_TYPE;
    ret->body = text;
    ret->len = page->len;
    return page_set_headers(ret, POLICY, err);
}

/* What was sent by a form is not sent again after logging in: there the first page follows. */
static int lead_to_login(const struct http_request *request, struct http_answer *ret,
                         struct cupel_error *err)
{
    struct page address;

    page_open(&address, false);
    page_format(&address, "/login");
    if (strcmp(request->method, "GET") == 0 && strcmp(request->path, "/") != 0) {
        page_format(&address, "?" PAGE_NEXT "=");
        page_url(&address, request->path);
    }
    CUPEL_AUTO_FREE char *text = page_close(&address);
    if (text == NULL)
        return cupel_fail(err, -ENOMEM, "page: out of memory");
    return page_redirect(ret, text, err);
}

int page_of_error(const struct http_request *request, unsigned status, const char *title,
                  const char *detail, struct http_answer *ret, struct cupel_error *err)
{
    const struct page_head head = {.title = title};
    struct page page;

    if (status == 401)
        return lead_to_login(request, ret, err);
    page_begin(&page, request, &head);
    page_format(&page, "<p class=\"notice\" role=\"alert\">");
    html_text(&page, detail);
    page_format(&page, "</p>\n");
    if (request->who == NULL)
        page_format(&page, "<p><a href=\"/login\">Log in</a> with a token to see more.</p>\n");
    return page_end(&page, status, ret, err);
}

int page_redirect(struct http_answer *ret, const char *to, struct cupel_error *err)
{
    ret->status = 303;
    ret->type = PAGE_TYPE;
    if (http_set_header(ret, "Location", to) < 0)
        return cupel_fail(err, -ENOMEM, "page: out of memory");
    return page_set_headers(ret, POLICY, err);
}

int page_check_origin(const struct http_request *request, struct cupel_error *err)
{
    const char *site = http_header(request, "Sec-Fetch-Site");
    const char *origin = http_header(request, "Origin");
    const char *host = http_header(request, "Host");
    bool ok = true;

    if (site != NULL) {
        ok = strcmp(site, "same-origin") == 0;
    } else if (origin != NULL) {
        const char *authority = strstr(origin, "://");
        ok = authority != NULL && host != NULL && strcasecmp(authority + 3, host) == 0;
    }
    if (ok)
        return 0;
    return cupel_fail(err, -EACCES,
                      "this form was not sent by a page of this service, but from elsewhere");
}

int page_read_id(const struct http_request *request, const char *what, int64_t *ret,
                 struct cupel_error *err)
{
    const char *text = request->variables[0];
    char *end = NULL;

    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (text[0] < '1' || text[0] > '9' || *end != '\0' || errno != 0)
        return cupel_fail(err, -ENOENT, "there is no %s %.100s", what, text);
    *ret = number;
    return 0;
}

const char *page_argument(const struct http_request *request, const char *name)
{
    const char *text = http_argument(request, name);

    return text == NULL || text[0] == '\0' ? NULL : text;
}

const char *page_course_of(const struct cupel_token *who)
{
    return who->role == CUPEL_ROLE_STAFF ? who->course : NULL;
}
