/* The queue by course: what waits, what runs, and for how long. */
#include <errno.h>
#include <string.h>

#include "render/html_text.h"
#include "service/page.h"
#include "service/page_parts.h"
#include "service/page_routes.h"

#define DEAD_MAX 100 /* as many of a course are counted */

/* Of one course and priority. */
struct row {
    int64_t counts[CUPEL_JOB_STATES];
    int64_t oldest_ready_us; /* 0: none */
};

static bool find_row(const struct cupel_queue_state *state, const char *course,
                     enum cupel_job_priority priority, struct row *ret)
{
    bool found = false;

    *ret = (struct row){.oldest_ready_us = 0};
    for (size_t i = 0; i < state->depth_count; i++) {
        const struct cupel_depth *depth = &state->depths[i];
        if (depth->priority != priority || strcmp(depth->course, course) != 0)
            continue;
        ret->counts[depth->state] = depth->count;
        if (depth->state == CUPEL_JOB_READY)
            ret->oldest_ready_us = depth->oldest_us;
        found = true;
    }
    return found;
}

static void put_figures(struct page *page, const char *priority, const struct row *row,
                        int64_t now_us)
{
    page_word_cell(page, priority);
    page_number_cell(page, row->counts[CUPEL_JOB_WAITING]);
    page_number_cell(page, row->counts[CUPEL_JOB_READY]);
    page_number_cell(page, row->counts[CUPEL_JOB_RUNNING]);
    page_format(page, "<td class=\"n\">");
    if (row->oldest_ready_us > 0)
        page_duration(page, now_us - row->oldest_ready_us);
    else
        page_format(page, "–");
    page_format(page, "</td></tr>\n");
}

static void put_course(struct page *page, const struct cupel_course *course, size_t rows)
{
    page_format(page,
                "<tr><th scope=\"rowgroup\" rowspan=\"%zu\"><a href=\"/jobs?course=", rows);
    page_url(page, course->name);
    page_format(page, "\">");
    html_text(page, course->name);
    page_format(page, "</a></th><td class=\"n\" rowspan=\"%zu\">%u</td>", rows, course->weight);
    if (course->max_running > 0)
        page_format(page, "<td class=\"n\" rowspan=\"%zu\">%u</td>", rows, course->max_running);
    else
        page_format(page, "<td class=\"n\" rowspan=\"%zu\">none</td>", rows);
}

static void put_rows(struct page *page, const struct cupel_queue_state *state,
                     const struct cupel_course *course)
{
    struct row found[CUPEL_JOB_PRIORITIES];
    const char *names[CUPEL_JOB_PRIORITIES];
    size_t count = 0;

    for (int priority = 0; priority < CUPEL_JOB_PRIORITIES; priority++) {
        names[count] = cupel_job_priority_names[priority];
        count +=
            find_row(state, course->name, (enum cupel_job_priority)priority, &found[count]);
    }
    put_course(page, course, count > 0 ? count : 1);
    if (count == 0)
        page_format(page, "<td class=\"muted\" colspan=\"5\">nothing queued</td></tr>\n");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            page_format(page, "<tr>");
        put_figures(page, names[i], &found[i], state->now_us);
    }
}

static void put_tile(struct page *page, enum cupel_job_state state, int64_t count, bool more)
{
    const char *name = cupel_job_state_names[state];

    page_format(page, "<li><b>%jd%s</b> <a href=\"/jobs?state=%s\">%s</a></li>\n",
                (intmax_t)count, more ? "+" : "", name, name);
}

static void put_tiles(struct page *page, const struct http_request *request,
                      const struct cupel_queue_state *state, int64_t dead)
{
    int64_t totals[CUPEL_JOB_STATES] = {0};

    for (size_t i = 0; i < state->depth_count; i++) {
        const struct cupel_depth *depth = &state->depths[i];
        if (http_may_read(request->who, depth->course))
            totals[depth->state] += depth->count;
    }
    page_format(page, "<ul class=\"tiles\">\n");
    put_tile(page, CUPEL_JOB_WAITING, totals[CUPEL_JOB_WAITING], false);
    put_tile(page, CUPEL_JOB_READY, totals[CUPEL_JOB_READY], false);
    put_tile(page, CUPEL_JOB_RUNNING, totals[CUPEL_JOB_RUNNING], false);
    put_tile(page, CUPEL_JOB_DEAD, dead,
             page_course_of(request->who) != NULL && dead == DEAD_MAX);
    page_format(page, "</ul>\n");
    if (dead > 0)
        page_format(page,
                    "<p class=\"notice\">Dead jobs have used up their attempts or missed "
                    "their deadline: <a href=\"/jobs?state=dead\">look at them</a>.</p>\n");
}

/* The queue counts those of all courses together. */
static int count_dead(const struct http_request *request, const struct cupel_queue_state *state,
                      int64_t *ret, struct cupel_error *err)
{
    const struct cupel_job_filter filter = {.course = page_course_of(request->who),
                                            .kind = -1,
                                            .state = CUPEL_JOB_DEAD,
                                            .limit = DEAD_MAX};
    struct cupel_job_list list = {.count = 0};

    *ret = state->dead;
    if (filter.course == NULL)
        return 0;
    int r = cupel_queue_list(request->queue, &filter, &list, err);
    if (r == 0)
        *ret = (int64_t)list.count;
    cupel_job_list_clear(&list);
    return r;
}

static int answer(const struct http_request *request, const struct cupel_queue_state *state,
                  struct http_answer *ret, struct cupel_error *err)
{
    static const char *const columns[] = {"Course",   "#Weight",       "#Cap",
                                          "Priority", "#Waiting",      "#Ready",
                                          "#Running", "#Oldest ready", NULL};
    const struct page_head head = {.title = "Queue", .place = "/"};
    struct page page;
    int64_t dead = 0;

    int r = count_dead(request, state, &dead, err);
    if (r < 0)
        return r;
    page_begin(&page, request, &head);
    put_tiles(&page, request, state, dead);
    page_open_table(&page, "Jobs that have not ended, by course and priority", columns);
    for (size_t i = 0; i < state->course_count; i++) {
        if (!http_may_read(request->who, state->courses[i].name))
            continue;
        put_rows(&page, state, &state->courses[i]);
        page_format(&page, "</tbody>\n<tbody>\n"); /* the group whose head the course is */
    }
    page_close_table(&page);
    page_format(&page, "<p class=\"muted\">As of ");
    page_time(&page, state->now_us);
    page_format(&page,
                ". Courses take turns by weight; a cap bounds how many jobs of a course "
                "run at the same time.</p>\n");
    return page_end(&page, 200, ret, err);
}

int page_queue(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_queue_state state = {.now_us = 0};

    int r = cupel_queue_look(request->queue, &state, err);
    if (r < 0)
        return r;
    r = answer(request, &state, ret, err);
    cupel_queue_state_clear(&state);
    return r;
}
