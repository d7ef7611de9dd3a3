/*
 * JUnit XML as Jenkins, GitLab and GitHub's actions read it; it has no authority but practice:
 * https://github.com/testmoapp/junitxml.
 *
 * Build steps and tests are test cases. What has no case of its own, a rejection or a failure
 * that is not the learner's, is one called "grading".
 */
#include <time.h>

#include "cupel/units.h"
#include "render/foreign.h"
#include "render/page.h"
#include "render/view.h"
#include "render/words.h"
#include "render/xml_text.h"

/* How many of the cases are what. */
struct counts {
    size_t tests;
    size_t failures;
    size_t errors;
    size_t skipped;
};

static void count_test(struct counts *counts, const struct cupel_test_result *test,
                       enum cupel_view view)
{
    counts->tests++;
    if (!render_shows_test(test, view) || test->verdict == CUPEL_VERDICT_SKIPPED)
        counts->skipped++;
    else if (test->verdict == CUPEL_VERDICT_ERROR)
        counts->errors++;
    else if (test->verdict != CUPEL_VERDICT_PASSED)
        counts->failures++;
}

static struct counts count(const struct cupel_result *result, enum cupel_view view)
{
    struct counts counts = {.tests = result->build_count};

    for (size_t i = 0; i < result->build_count; i++) {
        if (!result->builds[i].ran)
            counts.skipped++;
        else if (!result->builds[i].passed)
            counts.failures++;
    }
    for (size_t i = 0; i < result->test_count; i++)
        count_test(&counts, &result->tests[i], view);
    if (result->status != CUPEL_STATUS_GRADED) {
        counts.tests++;
        if (result->status == CUPEL_STATUS_REJECTED)
            counts.failures++;
        else
            counts.errors++;
    }
    return counts;
}

static void put_attribute(struct page *page, const char *name, const char *value)
{
    page_format(page, " %s=\"", name);
    xml_attribute(page, value);
    page_format(page, "\"");
}

static void put_seconds(struct page *page, uint64_t ns)
{
    if (ns != CUPEL_UNKNOWN)
        page_format(page, " time=\"%.6f\"", (double)ns / (double)CUPEL_NS_PER_S);
}

static void put_property(struct page *page, const char *name, double value)
{
    page_format(page, "<property name=\"%s\" value=\"%.10g\"/>", name, value);
}

/* suffix: ".build" or "". */
static void open_case(struct page *page, const struct cupel_result *result, const char *suffix,
                      const char *name)
{
    page_format(page, "    <testcase classname=\"");
    xml_attribute(page, result->grader_name != NULL ? result->grader_name : "grader");
    page_format(page, "%s\"", suffix);
    put_attribute(page, "name", name);
}

/* element: "failure", "error" or "skipped". */
static void put_end(struct page *page, const char *element, const char *type,
                    const char *message, const char *text)
{
    page_format(page, "<%s", element);
    if (type != NULL)
        put_attribute(page, "type", type);
    if (message != NULL)
        put_attribute(page, "message", message);
    page_format(page, ">");
    if (text != NULL)
        xml_text(page, text);
    page_format(page, "</%s>", element);
}

static void close_case(struct page *page, const char *output)
{
    if (output != NULL && output[0] != '\0') {
        page_format(page, "<system-out>");
        xml_text(page, output);
        page_format(page, "</system-out>");
    }
    page_format(page, "</testcase>\n");
}

static void put_build(struct page *page, const struct cupel_result *result,
                      const struct cupel_build_result *build)
{
    open_case(page, result, ".build", build->id);
    if (build->ran)
        put_seconds(page, build->run.wall_ns);
    page_format(page, ">");
    if (!build->ran)
        put_end(page, "skipped", NULL, "an earlier step failed", NULL);
    else if (!build->passed)
        put_end(page, "failure", "build_failed", build->message, NULL);
    close_case(page, build->output);
}

static void put_verdict(struct page *page, const struct cupel_test_result *test)
{
    const char *message = words_message(test);
    const char *type = test->reason != CUPEL_REASON_NONE ? cupel_reason_names[test->reason]
                                                         : cupel_verdict_names[test->verdict];

    switch (test->verdict) {
    case CUPEL_VERDICT_PASSED:
        break;
    case CUPEL_VERDICT_PARTIAL:
    case CUPEL_VERDICT_FAILED:
        put_end(page, "failure", type, message, test->difference);
        break;
    case CUPEL_VERDICT_SKIPPED:
        put_end(page, "skipped", NULL, message, NULL);
        break;
    case CUPEL_VERDICT_ERROR:
        put_end(page, "error", type, message, NULL);
        break;
    }
}

static void put_test(struct page *page, const struct cupel_result *result,
                     const struct cupel_test_result *test, enum cupel_view view)
{
    bool shown = render_shows_test(test, view);

    open_case(page, result, "", test->id);
    if (shown && render_has_run(test))
        put_seconds(page, test->run.wall_ns);
    page_format(page, "><properties>");
    if (shown)
        put_property(page, "score", test->score);
    put_property(page, "max_score", test->max_score);
    page_format(page, "</properties>");
    if (shown)
        put_verdict(page, test);
    else
        put_end(page, "skipped", NULL, "hidden", NULL);
    close_case(page, shown ? test->output : NULL);
}

static void put_status(struct page *page, const struct cupel_result *result)
{
    bool rejected = result->status == CUPEL_STATUS_REJECTED;

    if (result->status == CUPEL_STATUS_GRADED)
        return;
    open_case(page, result, "", "grading");
    page_format(page, ">");
    put_end(page, rejected ? "failure" : "error", cupel_status_names[result->status],
            result->message, NULL);
    close_case(page, NULL);
}

static void put_counts(struct page *page, const struct counts *counts)
{
    page_format(page, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
                counts->tests, counts->failures, counts->errors, counts->skipped);
}

static void open_suite(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    const struct counts counts = count(result, view);
    struct tm utc;
    char instant[64];

    page_format(page, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    put_counts(page, &counts);
    page_format(page, ">\n  <testsuite");
    put_attribute(page, "name", result->grader_name != NULL ? result->grader_name : "grader");
    put_counts(page, &counts);
    if (render_shows_all(result, view))
        put_seconds(page, result->wall_ns);
    if (gmtime_r(&result->started_at.tv_sec, &utc) != NULL &&
        strftime(instant, sizeof(instant), "%Y-%m-%dT%H:%M:%S", &utc) > 0)
        put_attribute(page, "timestamp", instant);
    page_format(page, ">\n");
}

static void put_totals(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    page_format(page, "    <properties>");
    if (render_is_scored(result))
        put_property(page, "score", render_score(result, view));
    put_property(page, "max_score", render_max_score(result, view));
    page_format(page, "</properties>\n");
}

char *render_junit(const struct cupel_result *result, enum cupel_view view)
{
    struct page page;

    page_open(&page, false);
    open_suite(&page, result, view);
    put_totals(&page, result, view);
    for (size_t i = 0; i < result->build_count; i++)
        put_build(&page, result, &result->builds[i]);
    for (size_t i = 0; i < result->test_count; i++)
        put_test(&page, result, &result->tests[i], view);
    put_status(&page, result);
    page_format(&page, "  </testsuite>\n</testsuites>\n");
    return page_close(&page);
}
