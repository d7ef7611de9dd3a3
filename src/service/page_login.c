/*
 * A token, pasted once, becomes a cookie that scripts cannot read and that no other site's
 * forms bring along. Links do, as those in mails should: no GET changes anything. It is kept
 * for as long as the browser is open; whether it is still good is looked up at each request, as
 * of any token.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "queue/tokens.h"
#include "render/html_text.h"
#include "service/page.h"
#include "service/page_parts.h"
#include "service/page_routes.h"

#define COOKIE     "cupel_token="
#define ATTRIBUTES "; HttpOnly; SameSite=Lax; Path=/"
#define COOKIE_MAX 512

/* Whether it is the path of a page of ours, which another site's links may name as well: two
 * slashes begin the name of a host, and browsers read "\\" as one. */
static bool is_local(const char *path)
{
    return path != NULL && path[0] == '/' && path[1] != '/' && path[1] != '\\';
}

/* next: NULL: the first page is shown afterwards. */
static int answer_form(const struct http_request *request, unsigned status, const char *notice,
                       const char *next, struct http_answer *ret, struct cupel_error *err)
{
    const struct page_head head = {.title = "Log in"};
    struct page page;

    page_begin(&page, request, &head);
    if (notice != NULL)
        page_format(&page, "<p class=\"notice\" role=\"alert\">%s</p>\n", notice);
    page_format(
        &page,
        "<form class=\"login\" method=\"post\" action=\"/login\""
        ">\n"
        "<p><label for=\"token\">Token</label>\n"
        "<input id=\"token\" name=\"token\" type=\"password\" required=\"required\""
        " autocomplete=\"current-password\" autocapitalize=\"off\" spellcheck=\"false\""
        " aria-describedby=\"token-help\"/></p>\n"
        "<p class=\"muted\" id=\"token-help\">It begins with <code>cupel_</code>. Whoever runs"
        " this service makes one with <code>cupel token</code>.</p>\n"
        "<p><button class=\"main\">Log in</button></p>\n");
    if (is_local(next)) {
        page_format(&page, "<input type=\"hidden\" name=\"" PAGE_NEXT "\" value=\"");
        html_text(&page, next);
        page_format(&page, "\"/>\n");
    }
    page_format(&page, "</form>\n");
    return page_end(&page, status, ret, err);
}

int page_login(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    return answer_form(request, 200, NULL, page_argument(request, PAGE_NEXT), ret, err);
}

static int set_cookie(const struct http_request *request, const char *token, const char *more,
                      struct http_answer *ret, struct cupel_error *err)
{
    char cookie[COOKIE_MAX];

    int len = snprintf(cookie, sizeof(cookie), COOKIE "%s" ATTRIBUTES "%s%s", token, more,
                       request->is_secure ? "; Secure" : "");
    int r = len < 0 || len >= COOKIE_MAX ? -ENOMEM : http_set_header(ret, "Set-Cookie", cookie);
    explicit_bzero(cookie, sizeof(cookie));
    if (r != 0)
        return cupel_fail(err, r, "log in: out of memory");
    return 0;
}

/* In place: what comes along when a token is copied from a terminal. */
static char *trim(char *text)
{
    static const char blanks[] = " \t\r\n";
    size_t len = 0;

    text += strspn(text, blanks);
    len = strlen(text);
    while (len > 0 && strchr(blanks, text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

/* Each of its bytes is of a path: no query, no host, no other header. */
static int redirect_to(const char *next, struct http_answer *ret, struct cupel_error *err)
{
    struct page address;

    page_open(&address, false);
    page_path(&address, is_local(next) ? next : "/");
    CUPEL_AUTO_FREE char *text = page_close(&address);
    if (text == NULL)
        return cupel_fail(err, -ENOMEM, "log in: out of memory");
    return page_redirect(ret, text, err);
}

static int take_token(const struct http_request *request, char *token, const char *next,
                      struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_token who = {.id = NULL};

    int r = cupel_queue_check_token(request->queue, token, &who, err);
    if (r == -EACCES)
        return answer_form(request, 403, "This token is not known, has expired or was revoked.",
                           next, ret, err);
    if (r != 0)
        return r;
    cupel_token_clear(&who);
    r = set_cookie(request, token, "", ret, err);
    return r < 0 ? r : redirect_to(next, ret, err);
}

int page_take_token(struct http_request *request, struct http_answer *ret,
                    struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *next = NULL;
    CUPEL_AUTO_FREE char *text = NULL;

    int r = page_check_origin(request, err);
    if (r == 0)
        r = http_part_text(request, PAGE_NEXT, &next, err);
    if (r == 0)
        r = http_part_text(request, "token", &text, err);
    if (r != 0)
        return r;
    if (text == NULL)
        return answer_form(request, 400, "Paste a token.", next, ret, err);
    r = take_token(request, trim(text), next, ret, err);
    explicit_bzero(text, strlen(text));
    return r;
}

int page_logout(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    int r = page_check_origin(request, err);
    if (r == 0)
        r = set_cookie(request, "", "; Max-Age=0", ret, err);
    return r < 0 ? r : page_redirect(ret, "/login", err);
}
