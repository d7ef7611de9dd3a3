#include "render/foreign.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/text.h"
#include "render/json.h"
#include "render/page.h"
#include "render/view.h"
#include "render/words.h"

double foreign_fraction(const struct cupel_result *result, enum cupel_view view)
{
    double score = render_score(result, view);
    double max_score = render_max_score(result, view);

    if (!(max_score > 0) || !(score > 0))
        return 0;
    return score < max_score ? score / max_score : 1;
}

static void put_lines(struct page *page, const char *text)
{
    CUPEL_AUTO_FREE char *clean = page_clean(page, text);
    if (clean == NULL || clean[0] == '\0')
        return;

    page_format(page, "%s%s", clean, clean[strlen(clean) - 1] == '\n' ? "" : "\n");
}

static void put_line(struct page *page, const char *lead, const char *text)
{
    page_format(page, "%s", lead);
    page_put(page, text, 0, false);
    page_format(page, "\n");
}

static void put_build(struct page *page, const struct cupel_build_result *build)
{
    if (!build->ran || build->passed)
        return;
    put_line(page, "build step failed: ", build->id);
    if (build->message != NULL)
        put_lines(page, build->message);
    if (build->output != NULL)
        put_lines(page, build->output);
}

static void put_group(struct page *page, const struct cupel_group_result *group)
{
    char points[WORDS_POINTS_SIZE];

    if (!render_shows_withheld(group->withheld, CUPEL_VIEW_LEARNER))
        return;
    page_format(page, "group ");
    page_put(page, group->id, 0, false);
    page_format(page, ": %s\n",
                words_points(&group->score, group->max_score, group->bonus, points));
}

static void put_penalty(struct page *page, const struct cupel_penalty_result *penalty)
{
    double points = render_penalty(penalty, CUPEL_VIEW_LEARNER);

    if (!render_shows_withheld(penalty->withheld, CUPEL_VIEW_LEARNER) || !(points > 0))
        return;
    page_format(page, "penalty ");
    page_put(page, penalty->id, 0, false);
    page_format(page, ": -%.10g\n", points);
}

static char *cut(char *text, size_t max_bytes)
{
    CUPEL_AUTO_FREE char *whole = text;
    char *kept = NULL;

    if (whole == NULL || cupel_text_clean(whole, strlen(whole), max_bytes, &kept) < 0)
        return NULL;
    return kept;
}

char *foreign_summary(const struct cupel_result *result, size_t max_bytes)
{
    struct page page;

    page_open(&page, false);
    words_put_status(&page, result, CUPEL_VIEW_LEARNER);
    page_format(&page, "\n");
    if (result->message != NULL)
        put_lines(&page, result->message);
    for (char **warning = result->warnings; warning != NULL && *warning != NULL; warning++)
        put_line(&page, "warning: ", *warning);
    for (size_t i = 0; i < result->build_count; i++)
        put_build(&page, &result->builds[i]);
    for (size_t i = 0; i < result->group_count; i++)
        put_group(&page, &result->groups[i]);
    for (size_t i = 0; i < result->penalty_count; i++)
        put_penalty(&page, &result->penalties[i]);
    return cut(page_close(&page), max_bytes);
}

char *foreign_tally(const struct cupel_result *result, enum cupel_view view)
{
    struct page page;

    page_open(&page, false);
    words_put_score(&page, result, view);
    if (result->test_count > 0) {
        page_format(&page, "; ");
        words_put_tally(&page, result, CUPEL_VIEW_LEARNER);
    }
    return page_close(&page);
}

char *foreign_test_text(const char *message, const struct cupel_test_result *test,
                        size_t max_bytes)
{
    const char *parts[] = {message, test->difference, test->output};
    bool first = true;
    struct page page;

    page_open(&page, false);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i] == NULL || parts[i][0] == '\0')
            continue;
        page_format(&page, "%s", first ? "" : "\n");
        put_lines(&page, parts[i]);
        first = false;
    }
    return cut(page_close(&page), max_bytes);
}

json_t *foreign_take_text(char *text)
{
    json_t *json = text != NULL ? render_text(text) : NULL;

    free(text);
    return json;
}

static char *text_of(json_t *json)
{
    char *text = json != NULL ? cupel_render_json_text(json) : NULL;

    json_decref(json);
    return text;
}

int cupel_render_foreign(enum cupel_foreign_format format, const struct cupel_result *result,
                         enum cupel_view view, char **ret)
{
    bool needs_score = format == CUPEL_FORMAT_GRADESCOPE || format == CUPEL_FORMAT_COURSERA;
    char *text = NULL;

    if (needs_score && !render_is_scored(result)) {
        *ret = NULL;
        return 0;
    }
    switch (format) {
    case CUPEL_FORMAT_GRADESCOPE:
        text = text_of(render_gradescope(result, view));
        break;
    case CUPEL_FORMAT_COURSERA:
        text = text_of(render_coursera(result, view));
        break;
    case CUPEL_FORMAT_PRAIRIELEARN:
        text = render_prairielearn(result, view);
        break;
    case CUPEL_FORMAT_JUNIT:
        text = render_junit(result, view);
        break;
    }
    if (text == NULL)
        return -ENOMEM;
    *ret = text;
    return 0;
}
