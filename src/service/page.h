/*
 * Pages of the service: rendered here, without scripts, for who comes with a browser. Each is
 * well-formed XML as well as HTML, and all that comes from outside goes through html_text() or
 * page_url(). Should that fail one day, the Content-Security-Policy admits nothing but the
 * service's own style sheet and forms.
 */
#ifndef CUPEL_SERVICE_PAGE_H
#define CUPEL_SERVICE_PAGE_H

#include <stdbool.h>

#include "render/page.h"
#include "service/http.h"

extern const struct http_routes page_routes;

#define PAGE_TYPE "text/html; charset=utf-8"

struct page_head {
    const char *title; /* the heading as well; may come from outside */
    const char *place; /* in the navigation: "/jobs"; NULL: nowhere */
    unsigned reload_s; /* loads itself again after so many seconds; 0: never */
    const char *query; /* what of its own query its links keep, "changed=0"; NULL: nothing */
};

/* Of a page that shows what goes on just now, and of one that may be about to. */
#define PAGE_RELOAD_BUSY_S 2
#define PAGE_RELOAD_S      10

/* Whether pages load themselves again for this reader, who can stop that (WCAG 2.2, 2.2.1) by
 * a parameter that links between such pages hand on: PAGE_STOPPED. */
bool page_is_live(const struct http_request *request);
#define PAGE_STOPPED "live=0"

/* Doctype to heading; what follows is put below it, up to page_end(). */
void page_begin(struct page *page, const struct http_request *request,
                const struct page_head *head);
/* Closes the page and makes it the answer. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int page_end(struct page *page, unsigned status, struct http_answer *ret,
                              struct cupel_error *err);

/* The headers of every page; policy: its Content-Security-Policy. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int page_set_headers(struct http_answer *ret, const char *policy,
                                      struct cupel_error *err);

/* What went wrong, as a page: what http_server.c answers on routes of pages. title: "Not
 * Found"; 401 leads to the form that takes a token, and from there back. Returns 0 or -ENOMEM.
 */
CUPEL_MUST_CHECK int page_of_error(const struct http_request *request, unsigned status,
                                   const char *title, const char *detail,
                                   struct http_answer *ret, struct cupel_error *err);

/* Parameter of /login: the page that one wanted, where it is not the first one. */
#define PAGE_NEXT "next"

/* 303, so that loading the page again does not send the form again. to: an address of ours,
 * made of clean parts. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int page_redirect(struct http_answer *ret, const char *to,
                                   struct cupel_error *err);

/* Whether a form was sent by a page of ours, which each handler of a POST asks first. A browser
 * tells by Sec-Fetch-Site (Fetch Metadata, 2.4), which is believed alone: behind a proxy, Host
 * may be another name. Without it, Origin (Fetch Standard, 3.2) has to be of the Host. -EACCES.
 */
CUPEL_MUST_CHECK int page_check_origin(const struct http_request *request,
                                       struct cupel_error *err);

/* A whole number of the path, such as a job's. -ENOENT: what, "job", is none. */
CUPEL_MUST_CHECK int page_read_id(const struct http_request *request, const char *what,
                                  int64_t *ret, struct cupel_error *err);

/* Of the query; NULL: not there, or left empty in a form. Borrowed. */
const char *page_argument(const struct http_request *request, const char *name);

/* The course that somebody is confined to; NULL: none. */
const char *page_course_of(const struct cupel_token *who);

#endif
