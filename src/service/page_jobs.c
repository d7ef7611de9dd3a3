/* Jobs, the newest first, as far as a form asks for. */
#include <errno.h>
#include <string.h>

#include "render/html_text.h"
#include "service/page.h"
#include "service/page_parts.h"
#include "service/page_routes.h"

#define PAGE_SIZE 50

/* One of names (NULL-terminated), or -1 if nothing is asked for. */
static int read_choice(const struct http_request *request, const char *name,
                       const char *const *names, int *ret, struct cupel_error *err)
{
    const char *text = page_argument(request, name);

    *ret = -1;
    for (int i = 0; text != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0)
            *ret = i;
    }
    if (text == NULL || *ret >= 0)
        return 0;
    return cupel_fail(err, -EINVAL, "%s: expected one of those that the form offers", name);
}

static int read_number(const struct http_request *request, const char *name, int64_t *ret,
                       struct cupel_error *err)
{
    if (page_argument(request, name) == NULL)
        return 0;
    return http_argument_number(request, name, 1, INT64_MAX, ret, err);
}

static int read_filter(const struct http_request *request, struct cupel_job_filter *ret,
                       struct cupel_error *err)
{
    const char *confined = page_course_of(request->who);

    *ret = (struct cupel_job_filter){.course = page_argument(request, "course"),
                                     .grader = page_argument(request, "grader"),
                                     .learner = page_argument(request, "learner"),
                                     .limit = PAGE_SIZE};
    if (confined != NULL)
        ret->course = confined;
    int r = read_choice(request, "kind", cupel_job_kind_names, &ret->kind, err);
    if (r == 0)
        r = read_choice(request, "state", cupel_job_state_names, &ret->state, err);
    if (r == 0)
        r = read_number(request, "regrade", &ret->regrade, err);
    if (r == 0)
        r = read_number(request, "cursor", &ret->before, err);
    return r;
}

static void put_input(struct page *page, const char *name, const char *label, const char *value)
{
    page_format(page, "<p><label for=\"%s\">%s</label><input id=\"%s\" name=\"%s\" value=\"",
                name, label, name, name);
    html_text(page, value != NULL ? value : "");
    page_format(page, "\"/></p>\n");
}

static void put_choice(struct page *page, const char *name, const char *label,
                       const char *const *names, int chosen)
{
    page_format(page,
                "<p><label for=\"%s\">%s</label><select id=\"%s\" name=\"%s\">"
                "<option value=\"\">any</option>",
                name, label, name, name);
    for (int i = 0; names[i] != NULL; i++)
        page_format(page, "<option%s>%s</option>", i == chosen ? " selected=\"selected\"" : "",
                    names[i]);
    page_format(page, "</select></p>\n");
}

static void put_form(struct page *page, const struct http_request *request,
                     const struct cupel_job_filter *filter)
{
    page_format(page,
                "<form class=\"filter\" method=\"get\" action=\"/jobs\" role=\"search\""
                " aria-label=\"Jobs\">\n");
    if (page_course_of(request->who) == NULL)
        put_input(page, "course", "Course", filter->course);
    put_input(page, "grader", "Grader", filter->grader);
    put_input(page, "learner", "Learner", filter->learner);
    put_choice(page, "kind", "Kind", cupel_job_kind_names, filter->kind);
    put_choice(page, "state", "State", cupel_job_state_names, filter->state);
    page_format(page, "<p class=\"send\"><button class=\"main\">Show</button></p>\n</form>\n");
}

static void put_parameter(struct page *page, const char *name, const char *value)
{
    if (value == NULL)
        return;
    page_format(page, "&amp;%s=", name);
    page_url(page, value);
}

/* The next page of the same jobs. */
static void put_older(struct page *page, const struct http_request *request,
                      const struct cupel_job_filter *filter, int64_t last)
{
    page_format(page, "<p><a rel=\"next\" href=\"/jobs?cursor=%jd", (intmax_t)last);
    if (page_course_of(request->who) == NULL)
        put_parameter(page, "course", filter->course);
    put_parameter(page, "grader", filter->grader);
    put_parameter(page, "learner", filter->learner);
    put_parameter(page, "kind", page_argument(request, "kind"));
    put_parameter(page, "state", page_argument(request, "state"));
    put_parameter(page, "regrade", page_argument(request, "regrade"));
    page_format(page, "\">Older jobs</a></p>\n");
}

static void put_job(struct page *page, const struct cupel_job *job)
{
    page_format(page, "<tr>");
    page_job_cell(page, job->id);
    page_word_cell(page, cupel_job_kind_names[job->kind]);
    page_cell(page, job->course);
    page_cell(page, job->grader);
    page_cell(page, job->learner);
    page_word_cell(page, cupel_job_priority_names[job->priority]);
    page_state_cell(page, cupel_job_state_names[job->state]);
    page_state_cell(page, job->status);
    page_format(page, "<td class=\"n\">");
    page_points(page, job->has_score, job->score_micro, job->max_score_micro);
    page_format(page, "</td>");
    page_time_cell(page, job->created_us);
    page_format(page, "</tr>\n");
}

static void put_list(struct page *page, const struct cupel_job_list *list)
{
    static const char *const columns[] = {"#Job",    "Kind",     "Course", "Grader",
                                          "Learner", "Priority", "State",  "Result",
                                          "#Score",  "Added",    NULL};

    if (list->count == 0) {
        page_format(page, "<p class=\"notice\">No job is like that.</p>\n");
        return;
    }
    page_open_table(page, "Jobs, the newest first", columns);
    for (size_t i = 0; i < list->count; i++)
        put_job(page, list->items[i]);
    page_close_table(page);
}

int page_jobs(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    const struct page_head head = {.title = "Jobs", .place = "/jobs"};
    struct cupel_job_filter filter;
    struct cupel_job_list list = {.count = 0};
    struct page page;

    int r = read_filter(request, &filter, err);
    if (r == 0)
        r = cupel_queue_list(request->queue, &filter, &list, err);
    if (r < 0)
        return r;
    page_begin(&page, request, &head);
    put_form(&page, request, &filter);
    if (filter.regrade != 0)
        page_format(&page, "<p>Of <a href=\"/regrades/%jd\">regrade %jd</a> alone.</p>\n",
                    (intmax_t)filter.regrade, (intmax_t)filter.regrade);
    put_list(&page, &list);
    if (list.count == PAGE_SIZE)
        put_older(&page, request, &filter, list.items[PAGE_SIZE - 1]->id);
    cupel_job_list_clear(&list);
    return page_end(&page, 200, ret, err);
}
