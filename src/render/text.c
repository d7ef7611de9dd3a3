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
#include "render/page.h"
#include "render/view.h"
#include "render/words.h"

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

static void put_points(struct page *page, const double *score, double max_score, bool bonus)
{
    char text[WORDS_POINTS_SIZE];

    page_format(page, "%*s", POINTS_WIDTH, words_points(score, max_score, bonus, text));
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

static void put_details(struct page *page, const char *message, const char *difference,
                        const char *output)
{
    if (message != NULL)
        page_wrap(page, "", DETAIL_INDENT, message);
    if (difference != NULL)
        page_output(page, DETAIL_INDENT, "", difference);
    if (output != NULL)
        page_output(page, DETAIL_INDENT, "| ", output);
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
        put_details(page, build->message, NULL, build->output);
}

/* Of one that worked, its tests tell. */
static void put_harness(struct page *page, const struct cupel_harness_result *harness,
                        enum cupel_view view)
{
    if (!harness->ran || harness->passed || !render_shows_withheld(harness->withheld, view))
        return;
    put_mark(page, "failed", PAGE_RED);
    page_format(page, "harness ");
    page_put(page, harness->id, NAME_WIDTH + POINTS_WIDTH - strlen("harness "), false);
    put_figures(page, &harness->run);
    page_format(page, "\n");
    put_details(page, harness->message, NULL, harness->output);
}

static void put_test(struct page *page, const struct cupel_test_result *test)
{
    bool failed =
        test->verdict != CUPEL_VERDICT_PASSED && test->verdict != CUPEL_VERDICT_SKIPPED;
    bool hidden = test->visibility != CUPEL_VISIBLE;

    put_mark(page, cupel_verdict_names[test->verdict], style_of(test->verdict));
    put_name(page, test->id, test->title != NULL ? test->title : hidden ? "(hidden)" : NULL);
    put_points(page, &test->score, test->max_score, test->bonus);
    if (render_has_run(test))
        put_figures(page, &test->run);
    page_format(page, "\n");
    if (test->verdict != CUPEL_VERDICT_PASSED)
        put_details(page, words_message(test), test->difference, failed ? test->output : NULL);
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
    bool shown = render_shows_withheld(group->withheld, view);

    put_mark(page, "group", PAGE_PLAIN);
    put_name(page, group->id, shown ? group->title : NULL);
    put_points(page, shown ? &group->score : NULL, group->max_score, group->bonus);
    page_format(page, "\n");
}

/* Nothing is said of penalties that are not taken. */
static void put_penalty(struct page *page, const struct cupel_penalty_result *penalty,
                        enum cupel_view view)
{
    double points = render_penalty(penalty, view);
    char text[64];

    if (!(points > 0))
        return;
    (void)snprintf(text, sizeof(text), "-%.10g", points);
    put_mark(page, "penalty", PAGE_RED);
    page_put(page, penalty->id, NAME_WIDTH, false);
    page_format(page, "%*s\n", POINTS_WIDTH, text);
}

static void put_leaderboard(struct page *page, const struct cupel_result *result,
                            enum cupel_view view)
{
    for (size_t i = 0; i < result->leaderboard_count; i++) {
        const struct cupel_leaderboard_entry *entry = &result->leaderboard[i];
        if (!render_has_figure(result, entry, view))
            continue;
        page_format(page, "%*sleaderboard ", INDENT, "");
        page_put(page, entry->name, NAME_WIDTH + VERDICT_WIDTH - strlen("leaderboard "), false);
        page_format(page, "%*.10g\n", POINTS_WIDTH, entry->value);
    }
}

static void put_header(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    page_style(page, PAGE_BOLD);
    page_put(page, result->grader_name != NULL ? result->grader_name : "grader", 0, false);
    if (result->grader_version != NULL) {
        page_format(page, " ");
        page_put(page, result->grader_version, 0, false);
    }
    page_format(page, ": ");
    words_put_status(page, result, view);
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

static void put_footer(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    char text[32];

    if (render_is_scored(result)) {
        words_put_score(page, result, view);
        page_format(page, "; ");
    }
    words_put_tally(page, result, view);
    if (render_shows_all(result, view))
        page_format(page, "; %s",
                    cupel_units_format_duration(result->wall_ns, text, sizeof(text)));
    page_format(page, "\n");
}

char *cupel_render_result_text(const struct cupel_result *result, enum cupel_view view,
                               bool colour)
{
    char layers_buf[WORDS_LAYERS_SIZE];
    struct page page;

    page_open(&page, colour);
    put_header(&page, result, view);
    put_warnings(&page, result);
    if (result->build_count + result->test_count > 0)
        page_format(&page, "\n");
    for (size_t i = 0; i < result->build_count; i++)
        put_build(&page, &result->builds[i]);
    for (size_t i = 0; view == CUPEL_VIEW_STAFF && i < result->judge_build_count; i++) {
        if (!result->judge_builds[i].passed)
            put_build(&page, &result->judge_builds[i]);
    }
    for (size_t i = 0; i < result->harness_count; i++)
        put_harness(&page, &result->harnesses[i], view);
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
    put_leaderboard(&page, result, view);
    if (result->test_count > 0) {
        page_format(&page, "\n");
        put_footer(&page, result, view);
        const char *layers = words_layers(result, layers_buf);
        if (view == CUPEL_VIEW_STAFF && layers != NULL)
            page_wrap(&page, "sandbox: ", strlen("sandbox: "), layers);
    }
    return page_close(&page);
}
