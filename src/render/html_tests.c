#include "render/html_parts.h"
#include "render/html_sections.h"
#include "render/html_text.h"
#include "render/view.h"
#include "render/words.h"

/* A section about a test, if it has one. */
enum section { NO_SECTION, AMONG_FAILED, AMONG_OTHERS };

static enum section section_of(const struct cupel_test_result *test, enum cupel_view view)
{
    if (!render_shows_test(test, view) || test->verdict == CUPEL_VERDICT_SKIPPED ||
        (words_message(test) == NULL && !html_says_something(test->output)))
        return NO_SECTION;
    switch (test->verdict) {
    case CUPEL_VERDICT_PARTIAL:
    case CUPEL_VERDICT_FAILED:
    case CUPEL_VERDICT_ERROR:
        return AMONG_FAILED;
    case CUPEL_VERDICT_PASSED:
    case CUPEL_VERDICT_SKIPPED:
        break;
    }
    return AMONG_OTHERS;
}

static void put_details(struct page *page, const struct cupel_test_result *test, size_t number)
{
    const char *message = words_message(test);
    bool failed = test->verdict != CUPEL_VERDICT_PASSED;
    char points[WORDS_POINTS_SIZE];

    page_format(page, "<section>\n<h3 id=\"test-%zu\"><span class=\"%s\">%s</span> ", number,
                cupel_verdict_names[test->verdict], cupel_verdict_names[test->verdict]);
    html_name(page, test->id, test->title);
    page_format(page, " <span class=\"points\">%s</span></h3>\n",
                words_points(&test->score, test->max_score, test->bonus, points));
    if (message != NULL)
        html_paragraph(page, "message", message);
    if (test->difference != NULL)
        html_difference(page, test->difference);
    html_output(page, test->output, test->id, failed && test->difference == NULL);
    page_format(page, "</section>\n");
}

static void put_sections(struct page *page, const struct cupel_result *result,
                         enum cupel_view view, enum section section, const char *heading)
{
    bool first = true;

    for (size_t i = 0; i < result->test_count; i++) {
        if (section_of(&result->tests[i], view) != section)
            continue;
        if (first)
            page_format(page, "<h2>%s</h2>\n", heading);
        first = false;
        put_details(page, &result->tests[i], i + 1);
    }
}

void html_failed_tests(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    put_sections(page, result, view, AMONG_FAILED, "What failed");
}

void html_other_tests(struct page *page, const struct cupel_result *result,
                      enum cupel_view view)
{
    put_sections(page, result, view, AMONG_OTHERS, "Other tests");
}

/* What is particular to a test that the reader may know of. */
static void put_remarks(struct page *page, const struct cupel_test_result *test,
                        enum cupel_view view)
{
    if (test->visibility != CUPEL_VISIBLE)
        page_format(page, " <span class=\"muted\">(%s)</span>",
                    test->visibility == CUPEL_HIDDEN ? "hidden" : "hidden for now");
    if (view == CUPEL_VIEW_STAFF && test->in_process)
        page_format(page, " <span class=\"muted\">(in-process: can be forged)</span>");
    /* Of a build that failed, the page's first section tells once. */
    if (test->verdict == CUPEL_VERDICT_SKIPPED && words_message(test) != NULL &&
        test->reason != CUPEL_REASON_BUILD_FAILED)
        html_paragraph(page, "muted", words_message(test));
}

static void put_row(struct page *page, const struct cupel_test_result *test, size_t number,
                    enum cupel_view view)
{
    bool hidden = !render_shows_test(test, view);
    bool linked = section_of(test, view) != NO_SECTION;

    page_format(page, "<tr><th scope=\"row\">");
    if (linked)
        page_format(page, "<a href=\"#test-%zu\">", number);
    html_text(page, test->id);
    page_format(page, "%s", linked ? "</a>" : "");
    if (!hidden) {
        html_title(page, test->title);
        put_remarks(page, test, view);
    }
    const char *word = hidden ? "hidden" : cupel_verdict_names[test->verdict];
    page_format(page, "</th><td class=\"v\"><span class=\"%s\">%s</span></td>", word, word);
    html_points(page, hidden ? NULL : &test->score, test->max_score, test->bonus);
    html_figures(page, render_has_run(test) && !hidden, &test->run);
}

void html_test_table(struct page *page, const struct cupel_result *result, enum cupel_view view)
{
    static const char *const columns[] = {"Test", "Result", "Points", "Time", "Memory", NULL};

    if (result->test_count == 0)
        return;
    page_format(page, "<h2>Tests</h2>\n");
    html_open_table(page, "All tests", columns);
    for (size_t i = 0; i < result->test_count; i++)
        put_row(page, &result->tests[i], i + 1, view);
    html_close_table(page);
}
