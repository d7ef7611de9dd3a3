/* Regrades: what would change, before it counts. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "queue/regrades.h"
#include "render/html_text.h"
#include "service/page.h"
#include "service/page_parts.h"
#include "service/page_routes.h"

#define PAGE_SIZE 200

static void put_versions(struct page *page, const struct cupel_regrade *regrade)
{
    if (regrade->from != 0)
        page_format(page, "%jd to %jd", (intmax_t)regrade->from, (intmax_t)regrade->to);
    else
        page_format(page, "any to %jd", (intmax_t)regrade->to);
}

static void put_regrade(struct page *page, const struct cupel_regrade *regrade)
{
    page_format(page,
                "<tr><th scope=\"row\" class=\"n\"><a href=\"/regrades/%jd\">%jd</a></th>",
                (intmax_t)regrade->id, (intmax_t)regrade->id);
    page_cell(page, regrade->grader);
    page_cell(page, regrade->course);
    page_format(page, "<td class=\"t\">");
    put_versions(page, regrade);
    page_format(page, "</td>");
    page_state_cell(page, cupel_regrade_state_names[regrade->state]);
    page_format(page, "<td class=\"n\">%jd of %jd</td>", (intmax_t)regrade->ended,
                (intmax_t)regrade->total);
    page_number_cell(page, regrade->changed);
    page_time_cell(page, regrade->created_us);
    page_cell(page, regrade->created_by);
    page_format(page, "</tr>\n");
}

int page_regrades(struct http_request *request, struct http_answer *ret,
                  struct cupel_error *err)
{
    static const char *const columns[] = {"#Regrade", "Grader",   "Course", "Versions", "State",
                                          "#Ended",   "#Changed", "Added",  "By",       NULL};
    const struct page_head head = {.title = "Regrades", .place = "/regrades"};
    struct cupel_regrade_list list = {.count = 0};
    int64_t before = 0;
    struct page page;

    int r = http_argument_number(request, "cursor", 1, INT64_MAX, &before, err);
    if (r == 0)
        r = cupel_queue_list_regrades(request->queue, NULL, page_course_of(request->who),
                                      before, PAGE_SIZE, &list, err);
    if (r != 0)
        return r;
    page_begin(&page, request, &head);
    if (list.count == 0) {
        page_format(&page, "<p class=\"notice\">Nothing was graded again yet.</p>\n");
    } else {
        page_open_table(&page, "Regrades, the newest first", columns);
        for (size_t i = 0; i < list.count; i++)
            put_regrade(&page, &list.items[i]);
        page_close_table(&page);
    }
    if (list.count == PAGE_SIZE)
        page_format(&page, "<p><a rel=\"next\" href=\"/regrades?cursor=%jd\">Older</a></p>\n",
                    (intmax_t)list.items[list.count - 1].id);
    cupel_regrade_list_clear(&list);
    return page_end(&page, 200, ret, err);
}

/* -ENOENT also for a course that this reader knows nothing of. */
static int find_regrade(const struct http_request *request, struct cupel_regrade *ret,
                        struct cupel_error *err)
{
    int64_t id = 0;

    int r = page_read_id(request, "regrade", &id, err);
    if (r == 0)
        r = cupel_queue_get_regrade(request->queue, id, ret, err);
    if (r < 0 || http_may_read(request->who, ret->course))
        return r;
    cupel_regrade_clear(ret);
    /* As where there is none. */
    return cupel_fail(err, -ENOENT, "there is no regrade %" PRId64, id);
}

static void put_counts(struct page *page, const struct cupel_regrade *regrade)
{
    page_format(page, "<p>");
    page_state(page, cupel_regrade_state_names[regrade->state]);
    page_format(page,
                " <b>%jd</b> of %jd scores change: <b class=\"higher\">%jd higher</b>, "
                "<b class=\"lower\">%jd lower</b></p>\n",
                (intmax_t)regrade->changed, (intmax_t)regrade->graded,
                (intmax_t)regrade->higher, (intmax_t)regrade->lower);
}

static void put_summary(struct page *page, const struct cupel_regrade *regrade)
{
    put_counts(page, regrade);
    if (regrade->ended < regrade->total)
        page_progress(page, "Jobs that have ended", regrade->ended, regrade->total);
    page_open_facts(page);
    page_open_fact(page, "Grader");
    page_link(page, "/graders/", regrade->grader);
    page_close_fact(page);
    page_fact(page, "Course", regrade->course);
    page_open_fact(page, "Versions");
    put_versions(page, regrade);
    page_close_fact(page);
    page_open_fact(page, "Jobs");
    page_format(page, "<a href=\"/jobs?regrade=%jd\">%jd%s</a>, %jd with a new score",
                (intmax_t)regrade->id, (intmax_t)regrade->total,
                regrade->sample > 0 ? ", taken at random" : "", (intmax_t)regrade->graded);
    page_close_fact(page);
    page_time_fact(page, "Added", regrade->created_us);
    page_fact(page, "By", regrade->created_by);
    page_time_fact(page, "Published", regrade->published_us);
    page_close_facts(page);
}

/* What may be done with a regrade, each on a page of its own: this one may load itself again
 * while somebody reads what it would do. */
struct action {
    const char *verb; /* in the address */
    const char *name;
    const char *what;
    int (*step)(struct cupel_queue *queue, int64_t id, struct cupel_error *err);
};

static const struct action publish = {
    "publish", "Publish",
    "The new scores count from then on, all at once. Where a job was not graded, the old score "
    "stays.",
    cupel_queue_publish_regrade};
static const struct action withdraw = {
    "withdraw", "Withdraw", "No score changes. Jobs that have not ended are cancelled.",
    cupel_queue_withdraw_regrade};

static void put_link(struct page *page, const struct cupel_regrade *regrade,
                     const struct action *action)
{
    page_format(page, "<p><a href=\"/regrades/%jd/%s\">%s this regrade</a></p>\n",
                (intmax_t)regrade->id, action->verb, action->name);
}

static void put_actions(struct page *page, const struct http_request *request,
                        const struct cupel_regrade *regrade)
{
    if (regrade->state != CUPEL_REGRADE_OPEN || !http_may_change(request->who, regrade->course))
        return;
    if (regrade->ended == regrade->total)
        put_link(page, regrade, &publish);
    else
        page_format(page,
                    "<p class=\"notice\">It can be published when all its jobs have "
                    "ended.</p>\n");
    put_link(page, regrade, &withdraw);
}

/* NAN: of nothing. */
static double fraction_of(int64_t micro, int64_t max_micro)
{
    return max_micro != 0 ? (double)micro / (double)max_micro : (double)NAN;
}

/* Where the maximum is another one, points tell nothing. */
static void put_fractions(struct page *page, double old, double new)
{
    const double both[] = {old, new};

    for (size_t i = 0; i < 2; i++) {
        page_format(page, "%s", i > 0 ? " → " : "");
        if (isnan(both[i]))
            page_format(page, "–");
        else
            page_format(page, "%.4g %%", 100 * both[i]);
    }
}

static void put_change(struct page *page, const struct cupel_regrade_item *item)
{
    double old = fraction_of(item->old_micro, item->old_max_micro);
    double new = fraction_of(item->new_micro, item->new_max_micro);
    bool same_max = item->old_max_micro == item->new_max_micro;
    int64_t change = item->new_micro - item->old_micro;

    page_format(page, "<td class=\"n\">");
    if (!item->has_new) {
        page_format(page, "–");
    } else if (!item->has_old) {
        page_format(page, "new");
    } else if (same_max && change == 0) {
        page_format(page, "same");
    } else {
        page_format(page, "<span%s>",
                    new > old   ? " class=\"higher\""
                    : new < old ? " class=\"lower\""
                                : "");
        if (same_max)
            page_format(page, "%+.10g", (double)change / 1000000);
        else
            put_fractions(page, old, new);
        page_format(page, "</span>");
    }
    page_format(page, "</td>");
}

static void put_item(struct page *page, const struct cupel_regrade_item *item)
{
    page_format(page, "<tr>");
    page_cell(page, item->learner);
    page_job_cell(page, item->original);
    page_job_cell(page, item->job);
    page_state_cell(page,
                    item->status != NULL ? item->status : cupel_job_state_names[item->state]);
    page_format(page, "<td class=\"n\">");
    page_points(page, item->has_old, item->old_micro, item->old_max_micro);
    page_format(page, "</td><td class=\"n\">");
    page_points(page, item->has_new, item->new_micro, item->new_max_micro);
    page_format(page, "</td>");
    put_change(page, item);
    page_format(page, "</tr>\n");
}

static void put_items(struct page *page, const struct http_request *request,
                      const struct cupel_regrade *regrade,
                      const struct cupel_regrade_items *items, bool changed_only)
{
    static const char *const columns[] = {"Learner", "#Old job", "#New job", "Result",
                                          "#Old",    "#New",     "#Change",  NULL};
    const char *caption = changed_only ? "Scores that change" : "All submissions";
    const char *more = page_is_live(request) ? "" : "&amp;" PAGE_STOPPED;
    intmax_t id = regrade->id;

    page_format(page, "<h2>Differences</h2>\n");
    if (changed_only)
        page_format(page,
                    "<p>Those that change; <a href=\"/regrades/%jd?changed=0%s\">show"
                    " all</a>.</p>\n",
                    id, more);
    else
        page_format(page,
                    "<p>All; <a href=\"/regrades/%jd?changed=1%s\">show those that change"
                    "</a>.</p>\n",
                    id, more);
    if (items->count == 0) {
        page_format(page, "<p class=\"notice\">There is none.</p>\n");
        return;
    }
    page_open_table(page, caption, columns);
    for (size_t i = 0; i < items->count; i++)
        put_item(page, &items->items[i]);
    page_close_table(page);
    if (items->count == PAGE_SIZE)
        page_format(page,
                    "<p><a rel=\"next\" href=\"/regrades/%jd?changed=%d&amp;cursor=%jd%s\">More"
                    "</a></p>\n",
                    id, changed_only, (intmax_t)items->items[PAGE_SIZE - 1].job, more);
}

static int answer(const struct http_request *request, const struct cupel_regrade *regrade,
                  struct http_answer *ret, struct cupel_error *err)
{
    bool live = regrade->state == CUPEL_REGRADE_OPEN && regrade->ended < regrade->total;
    char title[48];
    char query[64];
    const struct page_head head = {.title = title,
                                   .place = "/regrades",
                                   .reload_s = live ? PAGE_RELOAD_S : 0,
                                   .query = query};
    struct cupel_regrade_items items = {.count = 0};
    int64_t changed = 1;
    int64_t after = 0;
    struct page page;

    int r = http_argument_number(request, "changed", 0, 1, &changed, err);
    if (r == 0)
        r = http_argument_number(request, "cursor", 0, INT64_MAX, &after, err);
    if (r == 0)
        r = cupel_queue_list_regrade_items(request->queue, regrade->id, changed != 0, after,
                                           PAGE_SIZE, &items, err);
    if (r != 0)
        return r;
    (void)snprintf(title, sizeof(title), "Regrade %" PRId64, regrade->id);
    (void)snprintf(query, sizeof(query), "changed=%d&amp;cursor=%" PRId64, changed != 0, after);
    page_begin(&page, request, &head);
    put_summary(&page, regrade);
    put_actions(&page, request, regrade);
    put_items(&page, request, regrade, &items, changed != 0);
    cupel_regrade_items_clear(&items);
    return page_end(&page, 200, ret, err);
}

int page_regrade(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_regrade regrade = {.id = 0};

    int r = find_regrade(request, &regrade, err);
    if (r != 0)
        return r;
    r = answer(request, &regrade, ret, err);
    cupel_regrade_clear(&regrade);
    return r;
}

static int find_to_change(const struct http_request *request, struct cupel_regrade *ret,
                          struct cupel_error *err)
{
    int r = find_regrade(request, ret, err);
    if (r < 0 || http_may_change(request->who, ret->course))
        return r;
    cupel_regrade_clear(ret);
    return cupel_fail(err, -EACCES, "the staff of its course decide on a regrade");
}

static int ask(const struct http_request *request, const struct action *action,
               struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_regrade regrade = {.id = 0};
    char title[64];
    const struct page_head head = {.title = title, .place = "/regrades"};
    struct page page;

    int r = find_to_change(request, &regrade, err);
    if (r != 0)
        return r;
    (void)snprintf(title, sizeof(title), "%s regrade %" PRId64, action->name, regrade.id);
    page_begin(&page, request, &head);
    put_counts(&page, &regrade);
    page_format(&page,
                "<p>%s</p>\n<form class=\"actions\" method=\"post\""
                " action=\"/regrades/%jd/%s\">\n<button class=\"main\">%s regrade %jd"
                "</button>\n</form>\n<p><a href=\"/regrades/%jd\">Back to what changes</a>"
                "</p>\n",
                action->what, (intmax_t)regrade.id, action->verb, action->name,
                (intmax_t)regrade.id, (intmax_t)regrade.id);
    cupel_regrade_clear(&regrade);
    return page_end(&page, 200, ret, err);
}

static int change(const struct http_request *request, const struct action *action,
                  struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_regrade regrade = {.id = 0};
    char address[64];

    int r = page_check_origin(request, err);
    if (r == 0)
        r = find_to_change(request, &regrade, err);
    if (r != 0)
        return r;
    int64_t id = regrade.id;
    cupel_regrade_clear(&regrade);
    r = action->step(request->queue, id, err);
    (void)snprintf(address, sizeof(address), "/regrades/%" PRId64, id);
    return r < 0 ? r : page_redirect(ret, address, err);
}

int page_ask_publish(struct http_request *request, struct http_answer *ret,
                     struct cupel_error *err)
{
    return ask(request, &publish, ret, err);
}

int page_publish_regrade(struct http_request *request, struct http_answer *ret,
                         struct cupel_error *err)
{
    return change(request, &publish, ret, err);
}

int page_ask_withdraw(struct http_request *request, struct http_answer *ret,
                      struct cupel_error *err)
{
    return ask(request, &withdraw, ret, err);
}

int page_withdraw_regrade(struct http_request *request, struct http_answer *ret,
                          struct cupel_error *err)
{
    return change(request, &withdraw, ret, err);
}
