/* Graders, and the versions of one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "queue/graders.h"
#include "render/html_text.h"
#include "service/page.h"
#include "service/page_parts.h"
#include "service/page_plot.h"
#include "service/page_routes.h"

#define PARTS 10 /* of the distribution */

static void put_grader(struct page *page, const struct cupel_grader_version *version)
{
    page_format(page, "<tr><th scope=\"row\">");
    page_link(page, "/graders/", version->name);
    page_format(page, "</th>");
    page_cell(page, version->course);
    page_number_cell(page, version->number);
    page_state_cell(page, cupel_grader_state_names[version->state]);
    page_time_cell(page, version->created_us);
    page_cell(page, version->created_by);
    page_format(page, "</tr>\n");
}

int page_graders(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    static const char *const columns[] = {"Grader", "Course", "#Version", "State",
                                          "Added",  "By",     NULL};
    const struct page_head head = {.title = "Graders", .place = "/graders"};
    struct cupel_grader_list list = {.count = 0};
    struct page page;

    int r = cupel_queue_list_graders(request->queue, NULL, page_course_of(request->who), &list,
                                     err);
    if (r != 0)
        return r;
    page_begin(&page, request, &head);
    if (list.count == 0) {
        page_format(&page, "<p class=\"notice\">There is no grader yet.</p>\n");
    } else {
        page_open_table(&page, "Of each grader the live version, or else the newest", columns);
        for (size_t i = 0; i < list.count; i++)
            put_grader(&page, &list.items[i]);
        page_close_table(&page);
    }
    cupel_grader_list_clear(&list);
    return page_end(&page, 200, ret, err);
}

/* All versions; -ENOENT also for a course that this reader knows nothing of. */
static int find_versions(const struct http_request *request, struct cupel_grader_list *ret,
                         struct cupel_error *err)
{
    const char *name = request->variables[0];

    int r = cupel_queue_list_graders(request->queue, name, NULL, ret, err);
    if (r < 0 || (ret->count > 0 && http_may_read(request->who, ret->items[0].course)))
        return r;
    cupel_grader_list_clear(ret);
    (void)cupel_fail(err, -ENOENT, "no such grader");
    return -ENOENT;
}

static void put_roll_back(struct page *page, const struct http_request *request,
                          const struct cupel_grader_version *version)
{
    page_format(page, "<td>");
    if (version->state == CUPEL_GRADER_RETIRED &&
        http_may_change(request->who, version->course)) {
        page_format(page,
                    "<form method=\"post\""
                    " action=\"/graders/");
        page_url(page, version->name);
        page_format(page,
                    "/live\"><input type=\"hidden\" name=\"version\" value=\"%jd\"/>"
                    "<button>Roll back to version %jd</button></form>",
                    (intmax_t)version->number, (intmax_t)version->number);
    }
    page_format(page, "</td>");
}

static void put_version(struct page *page, const struct http_request *request,
                        const struct cupel_grader_version *version)
{
    page_format(page, "<tr><th scope=\"row\" class=\"n\">%jd</th>", (intmax_t)version->number);
    page_state_cell(page, cupel_grader_state_names[version->state]);
    page_time_cell(page, version->created_us);
    page_cell(page, version->created_by);
    page_job_cell(page, version->check);
    page_format(page, "<td class=\"code\">");
    html_text(page, version->tree);
    page_format(page, "</td>");
    page_cell(page, version->why);
    put_roll_back(page, request, version);
    page_format(page, "</tr>\n");
}

static int answer(const struct http_request *request, const struct cupel_grader_list *list,
                  struct http_answer *ret, struct cupel_error *err)
{
    static const char *const columns[] = {"#Version", "State",     "Added",
                                          "By",       "#Check",    "Files (SHA-256)",
                                          "Refused",  "Roll back", NULL};
    bool checking = list->items[0].state == CUPEL_GRADER_CHECKING;
    const struct page_head head = {.title = list->items[0].name,
                                   .place = "/graders",
                                   .reload_s = checking ? PAGE_RELOAD_S : 0};
    struct page page;
    int64_t counts[PARTS] = {0};

    int r =
        cupel_queue_score_histogram(request->queue, list->items[0].name, PARTS, counts, err);
    if (r != 0)
        return r;
    page_begin(&page, request, &head);
    page_open_facts(&page);
    page_fact(&page, "Course", list->items[0].course);
    page_open_fact(&page, "Jobs");
    page_format(&page, "<a href=\"/jobs?grader=");
    page_url(&page, list->items[0].name);
    page_format(&page, "\">graded by it</a>");
    page_close_fact(&page);
    page_close_facts(&page);
    page_format(&page, "<h2>Versions</h2>\n");
    page_open_table(&page, "Versions, the newest first", columns);
    for (size_t i = 0; i < list->count; i++)
        put_version(&page, request, &list->items[i]);
    page_close_table(&page);
    page_plot_scores(&page, counts, PARTS);
    return page_end(&page, 200, ret, err);
}

int page_grader(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_grader_list list = {.count = 0};

    int r = find_versions(request, &list, err);
    if (r != 0)
        return r;
    r = answer(request, &list, ret, err);
    cupel_grader_list_clear(&list);
    return r;
}

static int read_version(const struct http_request *request, int64_t *ret,
                        struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    char *end = NULL;

    int r = http_part_text(request, "version", &text, err);
    if (r != 0)
        return r;
    errno = 0;
    *ret = text != NULL ? strtoll(text, &end, 10) : 0;
    if (*ret > 0 && *end == '\0' && errno == 0)
        return 0;
    return cupel_fail(err, -EINVAL, "version: expected the number of one");
}

/* *address is the page of the grader, where name is what stands in the queue. */
static int redirect_to(const char *name, struct http_answer *ret, struct cupel_error *err)
{
    struct page address;

    page_open(&address, false);
    page_format(&address, "/graders/");
    page_url(&address, name);
    CUPEL_AUTO_FREE char *text = page_close(&address);
    if (text == NULL)
        return cupel_fail(err, -ENOMEM, "page: out of memory");
    return page_redirect(ret, text, err);
}

int page_roll_back(struct http_request *request, struct http_answer *ret,
                   struct cupel_error *err)
{
    struct cupel_grader_list list = {.count = 0};
    const char *name = request->variables[0];
    int64_t number = 0;

    int r = page_check_origin(request, err);
    if (r == 0)
        r = read_version(request, &number, err);
    if (r == 0)
        r = find_versions(request, &list, err);
    if (r != 0)
        return r;
    bool may = http_may_change(request->who, list.items[0].course);
    cupel_grader_list_clear(&list);
    if (!may)
        return cupel_fail(err, -EACCES, "the staff of the grader's course may roll it back");
    r = cupel_queue_roll_back_grader(request->queue, name, number, err);
    return r < 0 ? r : redirect_to(name, ret, err);
}
