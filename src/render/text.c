/*
 * The result for a terminal.
 *
 *     fibonacci 1: 10 of 30 points (33.3%)
 *
 *       passed   build compile                               310 ms    24 MiB
 *       passed   small                       10 / 10          12 ms   1.5 MiB
 *       failed   large  Big numbers           0 / 20         1.00 s   1.5 MiB
 *                stopped at 1.00 s of CPU time; the limit is 1 s
 *
 *     10 of 30 points (33.3%); 1 passed, 1 failed; 1.40 s
 *     sandbox: user namespace, seccomp, Landlock ABI 7; memory by watchdog, …
 */
#include <inttypes.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/units.h"
#include "render/json.h"
#include "render/page.h"
#include "render/view.h"

enum {
    INDENT = 2,
    VERDICT_WIDTH = 9,
    NAME_WIDTH = 33,
    POINTS_WIDTH = 14,
    FIGURE_WIDTH = 10,
    DETAIL_INDENT = INDENT + VERDICT_WIDTH,
};

static enum page_style style_of(enum cupel_verdict verdict)
{
    switch (verdict) {
    case CUPEL_VERDICT_PASSED:
        return PAGE_GREEN;
    case CUPEL_VERDICT_PARTIAL:
        return PAGE_YELLOW;
    case CUPEL_VERDICT_FAILED:
    case CUPEL_VERDICT_ERROR:
        return PAGE_RED;
    case CUPEL_VERDICT_SKIPPED:
        break;
    }
    return PAGE_DIM;
}

static void put_mark(struct page *page, const char *word, enum page_style style)
{
    page_format(page, "%*s", INDENT, "");
    page_style(page, style);
    page_format(page, "%s", word);
    page_style(page, PAGE_PLAIN);
    page_format(page, "%*s", VERDICT_WIDTH - (int)strlen(word), "");
}

/* "10 / 10", "2 / +5" for bonus; score: NULL where the reader may not know it. */
static void put_points(struct page *page, const double *score, double max_score, bool bonus)
{
    const char *sign = bonus ? "+" : "";
    char text[64];

    if (score != NULL)
        (void)snprintf(text, sizeof(text), "%.10g / %s%.10g", *score, sign, max_score);
    else
        (void)snprintf(text, sizeof(text), "? / %s%.10g", sign, max_score);
    page_format(page, "%*s", POINTS_WIDTH, text);
}

static void put_figures(struct page *page, const struct cupel_outcome *run)
{
    char text[32];

    if (run->wall_ns == CUPEL_UNKNOWN)
        return;
    page_format(page, "%*s", FIGURE_WIDTH,
                cupel_units_format_duration(run->wall_ns, text, sizeof(text)));
    if (run->memory_peak_bytes != CUPEL_UNKNOWN)
        page_format(page, " %*s", FIGURE_WIDTH,
                    cupel_units_format_bytes(run->memory_peak_bytes, text, sizeof(text)));
}

/* id, and as much of the title as there is room for. */
static void put_name(struct page *page, const char *id, const char *title)
{
    size_t used = strlen(id) + 2; /* at least the width */

    if (title == NULL || used + 4 > NAME_WIDTH) {
        page_put(page, id, NAME_WIDTH, false);
        return;
    }
    page_put(page, id, used, false);
    page_style(page, PAGE_DIM);
    page_put(page, title, NAME_WIDTH - used, true);
    page_style(page, PAGE_PLAIN);
}

static void put_details(struct page *page, const char *message, const char *output)
{
    if (message != NULL)
        page_wrap(page, "", DETAIL_INDENT, message);
    if (output != NULL)
        page_output(page, DETAIL_INDENT, output);
}

static void put_build(struct page *page, const struct cupel_build_result *build)
{
    const char *word = build->passed ? "passed" : build->ran ? "failed" : "skipped";
    enum page_style style = build->passed ? PAGE_GREEN : build->ran ? PAGE_RED : PAGE_DIM;

    put_mark(page, word, style);
    page_format(page, "build ");
    page_put(page, build->id, build->ran ? NAME_WIDTH + POINTS_WIDTH - strlen("build ") : 0,
             false);
    if (build->ran)
        put_figures(page, &build->run);
    page_format(page, "\n");
    if (!build->passed)
        put_details(page, build->message, build->output);
}

static const char *message_of(const struct cupel_test_result *test)
{
    if (test->message != NULL || test->reason == CUPEL_REASON_NONE)
        return test->message;
    if (test->reason == CUPEL_REASON_BUILD_FAILED)
        return "not run: a build step failed";
    return cupel_reason_names[test->reason];
}

static void put_test(struct page *page, const struct cupel_test_result *test)
{
    bool failed =
        test->verdict != CUPEL_VERDICT_PASSED && test->verdict != CUPEL_VERDICT_SKIPPED;
    bool hidden = test->visibility != CUPEL_VISIBLE;

    put_mark(page, cupel_verdict_names[test->verdict], style_of(test->verdict));
    put_name(page, test->id, test->title != NULL ? test->title : hidden ? "(hidden)" : NULL);
    put_points(page, &test->score, test->max_score, test->bonus);
    if (test->ran)
        put_figures(page, &test->run);
    page_format(page, "\n");
    if (test->verdict != CUPEL_VERDICT_PASSED)
        put_details(page, message_of(test), failed ? test->output : NULL);
}

static void put_hidden_test(struct page *page, const struct cupel_test_result *test)
{
    put_mark(page, "hidden", PAGE_DIM);
    page_put(page, test->id, NAME_WIDTH, false);
    put_points(page, NULL, test->max_score, test->bonus);
    page_format(page, "\n");
}

static void put_group(struct page *page, const struct cupel_group_result *group,
                      enum cupel_view view)
{
    bool shown = view == CUPEL_VIEW_STAFF || !group->withheld;

    put_mark(page, "group", PAGE_PLAIN);
    page_put(page, group->id, NAME_WIDTH, false);
    put_points(page, shown ? &group->score : NULL, group->max_score, group->bonus);
    page_format(page, "\n");
}

/* Nothing is said of penalties that are not taken. */
static void put_penalty(struct page *page, const struct cupel_penalty_result *penalty,
                        enum cupel_view view)
{
    double points = view == CUPEL_VIEW_STAFF ? penalty->points : penalty->learner_points;
    char text[64];

    if (!(points > 0))
        return;
    (void)snprintf(text, sizeof(text), "-%.10g", points);
    put_mark(page, "penalty", PAGE_RED);
    page_put(page, penalty->id, NAME_WIDTH, false);
    page_format(page, "%*s\n", POINTS_WIDTH, text);
}

static void put_score(struct page *page, const struct cupel_result *result,
                      enum cupel_view view)
{
    double score = render_score(result, view);
    double max_score = render_max_score(result, view);

    page_format(page, "%.10g of %.10g points", score, max_score);
    if (max_score > 0) {
        /* Cut, not rounded: 100% is all points. */
        double tenths = score / max_score * 1000 + 1e-6;
        page_format(page, " (%.10g%%)", (double)(uint64_t)tenths / 10);
    }
}

static void put_header(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    static const char *const words[] = {
        [CUPEL_STATUS_GRADED] = "",
        [CUPEL_STATUS_REJECTED] = "submission rejected",
        [CUPEL_STATUS_GRADER_ERROR] = "the grader is at fault, no score",
        [CUPEL_STATUS_PLATFORM_ERROR] = "the platform failed, no score",
    };

    page_style(page, PAGE_BOLD);
    page_put(page, result->grader_name != NULL ? result->grader_name : "grader", 0, false);
    if (result->grader_version != NULL) {
        page_format(page, " ");
        page_put(page, result->grader_version, 0, false);
    }
    page_format(page, ": %s", words[result->status]);
    if (render_is_scored(result)) {
        page_format(page, "%s", result->status == CUPEL_STATUS_REJECTED ? ", " : "");
        put_score(page, result, view);
    }
    page_style(page, PAGE_PLAIN);
    page_format(page, "\n");
    if (result->message != NULL)
        page_wrap(page, "", INDENT, result->message);
}

static void put_warnings(struct page *page, const struct cupel_result *result)
{
    page_style(page, PAGE_YELLOW);
    for (char **warning = result->warnings; warning != NULL && *warning != NULL; warning++)
        page_wrap(page, "warning: ", strlen("warning: "), *warning);
    page_style(page, PAGE_PLAIN);
}

/* "3 passed, 1 failed" of the tests that the reader may know of. */
static void put_tally(struct page *page, const struct cupel_result *result,
                      enum cupel_view view)
{
    size_t counts[CUPEL_VERDICT_ERROR + 1] = {0};
    size_t hidden = 0;

    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        if (!render_shows_test(test, view))
            hidden++;
        else
            counts[test->verdict]++;
    }
    const char *separator = "";
    for (size_t i = 0; i <= CUPEL_VERDICT_ERROR; i++) {
        if (counts[i] == 0)
            continue;
        page_format(page, "%s%zu %s", separator, counts[i], cupel_verdict_names[i]);
        separator = ", ";
    }
    if (hidden > 0)
        page_format(page, "%s%zu hidden", separator, hidden);
}

static void put_footer(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    char text[32];

    if (render_is_scored(result)) {
        put_score(page, result, view);
        page_format(page, "; ");
    }
    put_tally(page, result, view);
    if (render_shows_all(result, view))
        page_format(page, "; %s",
                    cupel_units_format_duration(result->wall_ns, text, sizeof(text)));
    page_format(page, "\n");
}

static bool tells_layers(bool ran, const struct cupel_outcome *run)
{
    return ran && run->status != CUPEL_RUN_SANDBOX_ERROR;
}

/* What all runs of a result share: their cell. NULL if nothing ran. */
static const struct cupel_enforcement *enforcement_of(const struct cupel_result *result)
{
    for (size_t i = 0; i < result->test_count; i++) {
        if (tells_layers(result->tests[i].ran, &result->tests[i].run))
            return &result->tests[i].run.enforcement;
    }
    for (size_t i = 0; i < result->build_count; i++) {
        if (tells_layers(result->builds[i].ran, &result->builds[i].run))
            return &result->builds[i].run.enforcement;
    }
    return NULL;
}

static const char *mechanism_of(enum cupel_mechanism mechanism)
{
    const char *name = render_mechanism_name(mechanism);

    return name != NULL ? name : "nothing";
}

/* A layer that is missing must be seen, even by who does not look for it. */
static void put_layers(struct page *page, const struct cupel_result *result)
{
    const struct cupel_enforcement *layers = enforcement_of(result);
    char landlock[32] = "no Landlock";
    char text[256];

    if (layers == NULL)
        return;
    if (layers->landlock_abi > 0)
        (void)snprintf(landlock, sizeof(landlock), "Landlock ABI %d", layers->landlock_abi);
    (void)snprintf(text, sizeof(text),
                   "%suser namespace, %sseccomp, %s; memory by %s, processes by %s, "
                   "CPU by %s",
                   layers->user_namespace ? "" : "no ",
                   layers->seccomp_sha256[0] != '\0' ? "" : "no ", landlock,
                   mechanism_of(layers->memory), mechanism_of(layers->processes),
                   mechanism_of(layers->cpu));
    page_wrap(page, "sandbox: ", strlen("sandbox: "), text);
}

char *cupel_render_result_text(const struct cupel_result *result, enum cupel_view view,
                               bool colour)
{
    struct page page;

    page_open(&page, colour);
    put_header(&page, result, view);
    put_warnings(&page, result);
    if (result->build_count + result->test_count > 0)
        page_format(&page, "\n");
    for (size_t i = 0; i < result->build_count; i++)
        put_build(&page, &result->builds[i]);
    for (size_t i = 0; i < result->test_count; i++) {
        const struct cupel_test_result *test = &result->tests[i];
        if (render_shows_test(test, view))
            put_test(&page, test);
        else
            put_hidden_test(&page, test);
    }
    for (size_t i = 0; i < result->group_count; i++)
        put_group(&page, &result->groups[i], view);
    for (size_t i = 0; i < result->penalty_count; i++)
        put_penalty(&page, &result->penalties[i], view);
    if (result->test_count > 0) {
        page_format(&page, "\n");
        put_footer(&page, result, view);
        if (view == CUPEL_VIEW_STAFF)
            put_layers(&page, result);
    }
    return page_close(&page);
}
