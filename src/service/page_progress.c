#include "service/page_progress.h"

#include <stdint.h>

#include <jansson.h>

#include "service/page_parts.h"

/* NULL: it is no object, and shown as nothing. */
static json_t *read_event(const struct cupel_event *event)
{
    json_error_t error;

    return json_loads(event->text, JSON_REJECT_DUPLICATES, &error);
}

static void put_test(struct page *page, const json_t *test)
{
    const json_t *score = json_object_get(test, "score");
    const json_t *max_score = json_object_get(test, "max_score");

    page_format(page, "<tr>");
    page_cell(page, json_string_value(json_object_get(test, "id")));
    page_state_cell(page, json_string_value(json_object_get(test, "verdict")));
    if (json_is_number(score) && json_is_number(max_score))
        page_format(page, "<td class=\"n\">%.10g / %.10g</td>", json_number_value(score),
                    json_number_value(max_score));
    else
        page_format(page, "<td class=\"n\">–</td>");
    page_cell(page, json_string_value(json_object_get(test, "message")));
    page_format(page, "</tr>\n");
}

static void put_tests(struct page *page, const struct cupel_event_list *events)
{
    static const char *const columns[] = {"Test", "Verdict", "#Points", "Message", NULL};
    bool is_open = false;

    for (size_t i = 0; i < events->count; i++) {
        json_t *event = read_event(&events->items[i]);
        const json_t *test = json_object_get(event, "test");
        if (json_is_object(test)) {
            if (!is_open)
                page_open_table(page, "Tests that have ended", columns);
            is_open = true;
            put_test(page, test);
        }
        json_decref(event);
    }
    if (is_open)
        page_close_table(page);
}

void page_put_progress(struct page *page, const struct cupel_event_list *events)
{
    json_t *last = events->count > 0 ? read_event(&events->items[events->count - 1]) : NULL;
    int64_t done = json_integer_value(json_object_get(last, "done"));
    int64_t total = json_integer_value(json_object_get(last, "total"));
    int64_t before = done - (int64_t)events->count;

    json_decref(last);
    page_format(page, "<h2>Progress</h2>\n");
    page_progress(page, "Steps that have ended", done, total);
    if (before > 0)
        page_format(page, "<p>%jd steps ended before those that are listed here.</p>\n",
                    (intmax_t)before);
    put_tests(page, events);
}
