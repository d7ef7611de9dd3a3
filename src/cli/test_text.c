/*
 * The round for readers.
 *
 *     fibonacci: 6 samples, 6 cheats
 *
 *       passed   correct                                60 / 60       310 ms
 *       failed   wrong                                  25 / 60       240 ms
 *                tests[small].score: expected 5, found 0
 *                small: standard output differs at line 1: …
 *       passed   cheat early-exit                        0 / 60       120 ms
 *
 *     1 of 6 samples is not as expected; no cheat earns anything; 1.2 s
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/test.h"
#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "grader/cheats.h"
#include "render/page.h"

enum {
    MARK_WIDTH = 9,
    NAME_WIDTH = 38,
    POINTS_WIDTH = 16,
    FIGURE_WIDTH = 12,
    DETAIL_INDENT = 2 + MARK_WIDTH,
    VALUE_WIDTH = 200,
};

static const char *mark_of(const struct test_case *test)
{
    if (!test->tried)
        return "skipped";
    if (!test->graded)
        return "error";
    if (test->updated)
        return "updated";
    return test->passed ? "passed" : "failed";
}

static enum page_style style_of(const struct test_case *test)
{
    if (!test->tried)
        return PAGE_DIM;
    if (test->updated)
        return PAGE_YELLOW;
    return test->passed ? PAGE_GREEN : PAGE_RED;
}

static void put_points(struct page *page, const struct test_case *test)
{
    const json_t *score = json_object_get(test->result, "score");
    const json_t *most = json_object_get(test->result, "max_score");
    char text[64];
    char figure[32];

    if (!json_is_number(most))
        return;
    if (json_is_number(score))
        (void)snprintf(text, sizeof(text), "%.10g / %.10g", json_number_value(score),
                       json_number_value(most));
    else
        (void)snprintf(text, sizeof(text), "- / %.10g", json_number_value(most));
    page_format(
        page, "%*s%*s", POINTS_WIDTH, text, FIGURE_WIDTH,
        cupel_units_format_duration(test->wall_ns / 1000000 * 1000000, figure, sizeof(figure)));
}

static void put_value(struct page *page, const char *what, const json_t *value)
{
    CUPEL_AUTO_FREE char *text = NULL;

    if (value == NULL) {
        page_format(page, "%s nothing", what);
        return;
    }
    text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    if (text == NULL)
        return;
    page_format(page, "%s ", what);
    page_put(page, text, strlen(text) > VALUE_WIDTH ? VALUE_WIDTH : 0,
             strlen(text) > VALUE_WIDTH);
}

static void put_difference(struct page *page, const struct cupel_subset_difference *difference)
{
    page_format(page, "%*s", DETAIL_INDENT, "");
    page_put(page, difference->path[0] != '\0' ? difference->path : "the result", 0, false);
    put_value(page, ": expected", difference->expected);
    put_value(page, ", found", difference->found);
    page_format(page, "\n");
}

/* Whether a difference is in an element of a list of the result. */
static bool differs(const struct test_case *test, const char *list, const char *id)
{
    char prefix[CUPEL_SUBSET_PATH_MAX];

    int n = snprintf(prefix, sizeof(prefix), "%s[%s]", list, id);
    for (size_t i = 0; n > 0 && i < test->differences.count; i++) {
        if (strncmp(test->differences.items[i].path, prefix, (size_t)n) == 0)
            return true;
    }
    return false;
}

/* What the result says of the builds or tests that are not as expected. */
static void put_reasons(struct page *page, const struct test_case *test, const char *list)
{
    const json_t *elements = json_object_get(test->result, list);

    for (size_t i = 0; i < json_array_size(elements); i++) {
        const json_t *element = json_array_get(elements, i);
        const char *id = json_string_value(json_object_get(element, "id"));
        const char *message = json_string_value(json_object_get(element, "message"));
        const char *output = json_string_value(json_object_get(element, "output"));
        const char *difference = json_string_value(json_object_get(element, "difference"));
        CUPEL_AUTO_FREE char *text = NULL;
        if (id == NULL || message == NULL || !differs(test, list, id))
            continue;
        if (asprintf(&text, "%s: %s", id, message) < 0) {
            text = NULL;
            continue;
        }
        page_wrap(page, "", DETAIL_INDENT, text);
        if (difference != NULL)
            page_output(page, DETAIL_INDENT + 2, "", difference);
        if (output != NULL && output[0] != '\0')
            page_output(page, DETAIL_INDENT + 2, "| ", output);
    }
}

static bool has_built(const struct test_case *test)
{
    const json_t *builds = json_object_get(test->result, "build");

    for (size_t i = 0; i < json_array_size(builds); i++) {
        if (!json_is_true(json_object_get(json_array_get(builds, i), "passed")))
            return false;
    }
    return true;
}

/* What a reader would take for a proof, and is none. */
static const char *note_of(const struct test_case *test)
{
    if (!test->tried)
        return "no program is known for the files that the grader requires, or no sample to "
               "add it to";
    bool needs_build = test->sample == NULL && test->cheat > CUPEL_CHEAT_EMPTY_FILES;
    return needs_build && test->passed && !has_built(test) ? "its program could not be built"
                                                           : NULL;
}

static void put_case(struct page *page, const struct test_case *test)
{
    const char *note = note_of(test);
    char name[2 * CUPEL_SUBSET_PATH_MAX];

    page_format(page, "  ");
    page_style(page, style_of(test));
    page_format(page, "%s", mark_of(test));
    page_style(page, PAGE_PLAIN);
    page_format(page, "%*s", MARK_WIDTH - (int)strlen(mark_of(test)), "");
    (void)snprintf(name, sizeof(name), "%s%s", test->sample == NULL ? "cheat " : "",
                   test->name);
    page_put(page, name, test->result != NULL ? NAME_WIDTH : 0, test->result != NULL);
    put_points(page, test);
    page_format(page, "\n");
    if (note != NULL)
        page_format(page, "%*s%s\n", DETAIL_INDENT, "", note);
    if (test->why != NULL) {
        page_format(page, "%*s", DETAIL_INDENT, "");
        page_put(page, test->why, 0, false);
        page_format(page, "\n");
    }
    for (size_t i = 0; i < test->differences.count; i++)
        put_difference(page, &test->differences.items[i]);
    put_reasons(page, test, "build");
    put_reasons(page, test, "tests");
}

static void put_count(struct page *page, const char *lead, size_t failed, size_t total,
                      const char *what, const char *good, const char *bad)
{
    page_format(page, "%s", lead);
    if (failed == 0)
        page_format(page, "%s", good);
    else
        page_format(page, "%zu of %zu %s%s %s %s", failed, total, what, total == 1 ? "" : "s",
                    failed == 1 ? "is" : "are", bad);
}

static void put_summary(struct page *page, const struct test_round *round, size_t samples)
{
    size_t failed_samples = 0;
    size_t failed_cheats = 0;
    size_t errors = 0;
    char figure[32];

    for (size_t i = 0; i < round->count; i++) {
        const struct test_case *test = &round->cases[i];
        errors += test->tried && !test->graded;
        failed_samples += test->graded && !test->passed && test->sample != NULL;
        failed_cheats += test->graded && !test->passed && test->sample == NULL;
    }
    page_format(page, "\n");
    page_style(page, failed_samples + failed_cheats + errors > 0 ? PAGE_RED : PAGE_GREEN);
    if (errors > 0)
        page_format(page, "%zu of %zu could not be graded", errors, round->count);
    if (failed_samples > 0 || errors == 0)
        put_count(page, errors > 0 ? "; " : "", failed_samples, samples, "sample",
                  "all samples are as expected", "not as expected");
    if (failed_cheats > 0 || (errors == 0 && round->count > samples))
        put_count(page, "; ", failed_cheats, round->count - samples, "cheat",
                  "no cheat earns what it must not", "successful");
    page_style(page, PAGE_PLAIN);
    page_format(page, "; %s\n",
                cupel_units_format_duration(round->wall_ns, figure, sizeof(figure)));
}

char *test_text(const struct test_round *round, bool colour)
{
    size_t samples = round->samples.count;
    size_t cheats = round->count - samples;
    struct page page;

    page_open(&page, colour);
    page_style(&page, PAGE_BOLD);
    page_put(&page, round->grader->name, 0, false);
    page_style(&page, PAGE_PLAIN);
    page_format(&page, ": %zu sample%s", samples, samples == 1 ? "" : "s");
    if (cheats > 0)
        page_format(&page, ", %zu cheats", cheats);
    page_format(&page, "\n\n");
    for (size_t i = 0; i < round->count; i++)
        put_case(&page, &round->cases[i]);
    put_summary(&page, round, samples);
    return page_close(&page);
}
