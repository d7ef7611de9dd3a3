/*
 * The result as a page: one file without scripts, pictures or anything to load. What failed,
 * and why, comes first: it is what a learner looks for.
 *
 * What comes from outside, staff's titles as well as learners' output, goes through html_text()
 * or html_terminal() into the content of elements, never into an attribute. Should that fail
 * one day, the page's Content-Security-Policy admits nothing but the page's own style.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cupel/render.h"
#include "cupel/units.h"
#include "render/html_parts.h"
#include "render/html_sections.h"
#include "render/html_style.h"
#include "render/html_text.h"
#include "render/page.h"
#include "render/view.h"
#include "render/words.h"

static void put_name(struct page *page, const struct cupel_result *result)
{
    html_text(page, result->grader_name != NULL ? result->grader_name : "grader");
    if (result->grader_version != NULL) {
        page_format(page, " ");
        html_text(page, result->grader_version);
    }
}

static void put_head(struct page *page, const struct cupel_result *result, enum cupel_view view)
{
    page_format(page,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page_format(page,
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n",
                html_style_sha256);
    page_format(page,
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    put_name(page, result);
    page_format(page, ": ");
    words_put_status(page, result, view);
    page_format(page, "</title>\n<style>%s</style>\n</head>\n<body>\n", html_style);
}

static void put_header(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    page_format(page, "<header>\n<h1>");
    put_name(page, result);
    page_format(page, "</h1>\n<p class=\"score\">");
    words_put_status(page, result, view);
    page_format(page, "</p>\n");
    if (result->test_count > 0) {
        page_format(page, "<p>");
        words_put_tally(page, result, view);
        page_format(page, "</p>\n");
    }
    if (result->message != NULL)
        html_paragraph(page, "error", result->message);
    for (char **warning = result->warnings; warning != NULL && *warning != NULL; warning++) {
        page_format(page, "<p class=\"warning\">warning: ");
        html_text(page, *warning);
        page_format(page, "</p>\n");
    }
    page_format(page, "</header>\n");
}

static void put_groups(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    static const char *const columns[] = {"Group", "Tests", "Points", NULL};

    if (result->group_count == 0)
        return;
    page_format(page, "<h2>Groups</h2>\n");
    html_open_table(page, "Groups of tests", columns);
    for (size_t i = 0; i < result->group_count; i++) {
        const struct cupel_group_result *group = &result->groups[i];
        bool shown = render_shows_withheld(group->withheld, view);
        page_format(page, "<tr><th scope=\"row\">");
        html_name(page, group->id, shown ? group->title : NULL);
        page_format(page, "</th><td>");
        for (char **id = group->tests; id != NULL && *id != NULL; id++) {
            page_format(page, "%s", id == group->tests ? "" : ", ");
            html_text(page, *id);
        }
        page_format(page, "</td>");
        html_points(page, shown ? &group->score : NULL, group->max_score, group->bonus);
        page_format(page, "</tr>\n");
    }
    html_close_table(page);
}

/* Nothing is said of penalties that are not taken. */
static void put_penalties(struct page *page, const struct cupel_result *result,
                          enum cupel_view view)
{
    for (size_t i = 0; i < result->penalty_count; i++) {
        const struct cupel_penalty_result *penalty = &result->penalties[i];
        double points = render_penalty(penalty, view);
        if (!(points > 0))
            continue;
        page_format(page, "<p><span class=\"failed\">penalty</span> ");
        html_text(page, penalty->id);
        page_format(page, ": -%.10g</p>\n", points);
    }
}

static void put_leaderboard(struct page *page, const struct cupel_result *result,
                            enum cupel_view view)
{
    for (size_t i = 0; i < result->leaderboard_count; i++) {
        const struct cupel_leaderboard_entry *entry = &result->leaderboard[i];
        if (!render_has_figure(result, entry, view))
            continue;
        page_format(page, "<p>leaderboard, ");
        html_text(page, entry->name);
        page_format(page, ": %.10g</p>\n", entry->value);
    }
}

static void put_footer(struct page *page, const struct cupel_result *result,
                       enum cupel_view view)
{
    char layers[WORDS_LAYERS_SIZE];
    char text[64];
    struct tm utc;

    page_format(page, "<footer>\n");
    if (gmtime_r(&result->started_at.tv_sec, &utc) != NULL &&
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &utc) > 0)
        page_format(page, "<p>Graded on %s ", text);
    else
        page_format(page, "<p>Graded ");
    page_format(page, "by cupel %s", CUPEL_VERSION);
    if (render_shows_all(result, view))
        page_format(page, " in %s",
                    cupel_units_format_duration(result->wall_ns, text, sizeof(text)));
    page_format(page, "</p>\n");
    if (view == CUPEL_VIEW_STAFF && words_layers(result, layers) != NULL)
        page_format(page, "<p>Sandbox: %s</p>\n", layers);
    page_format(page, "</footer>\n");
}

char *cupel_render_result_html(const struct cupel_result *result, enum cupel_view view)
{
    struct page page;

    page_open(&page, false);
    put_head(&page, result, view);
    put_header(&page, result, view);
    page_format(&page, "<main>\n");
    html_failed_builds(&page, result, view);
    html_failed_tests(&page, result, view);
    html_test_table(&page, result, view);
    put_groups(&page, result, view);
    put_penalties(&page, result, view);
    put_leaderboard(&page, result, view);
    html_other_tests(&page, result, view);
    html_harnesses(&page, result, view);
    html_builds(&page, result);
    page_format(&page, "</main>\n");
    put_footer(&page, result, view);
    page_format(&page, "</body>\n</html>\n");
    return page_close(&page);
}
