/*
 * The result as a page: one file without scripts, pictures or anything to load.
 *
 * What comes from outside, staff's titles as well as learners' output, goes through html_text()
 * or html_terminal() into the content of elements, never into an attribute. Should that fail
 * one day, the page's Content-Security-Policy admits nothing but the page's own style.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cupel/render.h"
#include "cupel/units.h"
#include "render/html_style.h"
#include "render/html_text.h"
#include "render/page.h"
#include "render/words.h"

static bool is_hidden(const struct cupel_test_result *test, enum cupel_view view)
{
    return view == CUPEL_VIEW_LEARNER && test->visibility != CUPEL_VISIBLE;
}

static void put_name(struct page *page, const struct cupel_result *result)
{
    html_text(page, result->grader_name != NULL ? result->grader_name : "grader");
    if (result->grader_version != NULL) {
        page_format(page, " ");
        html_text(page, result->grader_version);
    }
}

static void put_head(struct page *page, const struct cupel_result *result)
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
    words_put_status(page, result);
    page_format(page, "</title>\n<style>%s</style>\n</head>\n<body>\n", html_style);
}

static void put_paragraph(struct page *page, const char *class, const char *text)
{
    page_format(page, "<p class=\"%s\">", class);
    html_text(page, text);
    page_format(page, "</p>\n");
}

static void put_header(struct page *page, const struct cupel_result *result)
{
    page_format(page, "<header>\n<h1>");
    put_name(page, result);
    page_format(page, "</h1>\n<p class=\"score\">");
    words_put_status(page, result);
    page_format(page, "</p>\n");
    if (result->message != NULL)
        put_paragraph(page, "error", result->message);
    for (char **warning = result->warnings; warning != NULL && *warning != NULL; warning++) {
        page_format(page, "<p class=\"warning\">warning: ");
        html_text(page, *warning);
        page_format(page, "</p>\n");
    }
    page_format(page, "</header>\n");
}

/* put: html_terminal() or html_text(). */
static void put_preformatted(struct page *page, const char *text,
                             void (*put)(struct page *page, const char *text))
{
    /* The parser takes a line feed away that follows <pre>. */
    page_format(page, "<pre tabindex=\"0\">\n");
    put(page, text);
    page_format(page, "</pre>\n");
}

static bool says_something(const char *output)
{
    return output != NULL && output[0] != '\0';
}

static void put_output(struct page *page, const char *output, bool open)
{
    if (!says_something(output))
        return;
    page_format(page, "<details%s>\n<summary>Output</summary>\n", open ? " open" : "");
    put_preformatted(page, output, html_terminal);
    page_format(page, "</details>\n");
}

static void put_figures(struct page *page, bool ran, const struct cupel_outcome *run)
{
    char text[32];
    bool timed = ran && run->wall_ns != CUPEL_UNKNOWN;
    bool weighed = ran && run->memory_peak_bytes != CUPEL_UNKNOWN;

    page_format(page, "<td class=\"n\">%s</td>",
                timed ? cupel_units_format_duration(run->wall_ns, text, sizeof(text)) : "–");
    page_format(page, "<td class=\"n\">%s</td></tr>\n",
                weighed ? cupel_units_format_bytes(run->memory_peak_bytes, text, sizeof(text))
                        : "–");
}

static void open_table(struct page *page, const char *caption, const char *const *columns)
{
    page_format(page,
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n"
                "<table>\n<caption>%s</caption>\n<thead><tr>",
                caption, caption);
    for (size_t i = 0; columns[i] != NULL; i++)
        page_format(page, "<th scope=\"col\"%s>%s</th>", i > 1 ? " class=\"n\"" : "",
                    columns[i]);
    page_format(page, "</tr></thead>\n<tbody>\n");
}

static void close_table(struct page *page)
{
    page_format(page, "</tbody>\n</table>\n</div>\n");
}

static void put_build_row(struct page *page, const struct cupel_build_result *build)
{
    const char *word = build->passed ? "passed" : build->ran ? "failed" : "skipped";

    page_format(page, "<tr><th scope=\"row\">");
    html_text(page, build->id);
    page_format(page, "</th><td><span class=\"%s\">%s</span></td>", word, word);
    put_figures(page, build->ran, &build->run);
}

static void put_build_details(struct page *page, const struct cupel_build_result *build)
{
    if (!build->ran || (build->passed && !says_something(build->output)))
        return;
    page_format(page, "<section>\n<h3>");
    html_text(page, build->id);
    page_format(page, "</h3>\n");
    if (build->message != NULL)
        put_paragraph(page, "message", build->message);
    put_output(page, build->output, !build->passed);
    page_format(page, "</section>\n");
}

static void put_builds(struct page *page, const struct cupel_result *result)
{
    static const char *const columns[] = {"Step", "Result", "Time", "Memory", NULL};

    if (result->build_count == 0)
        return;
    page_format(page, "<h2>Build</h2>\n");
    open_table(page, "Build steps", columns);
    for (size_t i = 0; i < result->build_count; i++)
        put_build_row(page, &result->builds[i]);
    close_table(page);
    for (size_t i = 0; i < result->build_count; i++)
        put_build_details(page, &result->builds[i]);
}

static void put_points(struct page *page, double score, double max_score)
{
    page_format(page, "<td class=\"n\">%.10g / %.10g</td>", score, max_score);
}

static bool has_details(const struct cupel_test_result *test, enum cupel_view view)
{
    return !is_hidden(test, view) &&
           (words_message(test) != NULL || says_something(test->output));
}

static void put_row(struct page *page, const struct cupel_test_result *test, size_t number,
                    enum cupel_view view)
{
    bool hidden = is_hidden(test, view);
    bool linked = has_details(test, view);

    page_format(page, "<tr><th scope=\"row\">");
    if (linked)
        page_format(page, "<a href=\"#test-%zu\">", number);
    html_text(page, test->id);
    page_format(page, "%s", linked ? "</a>" : "");
    if (!hidden && test->title != NULL) {
        page_format(page, " <span class=\"muted\">");
        html_text(page, test->title);
        page_format(page, "</span>");
    }
    if (!hidden && test->visibility != CUPEL_VISIBLE)
        page_format(page, " <span class=\"muted\">(%s)</span>",
                    test->visibility == CUPEL_HIDDEN ? "hidden" : "hidden for now");
    const char *word = hidden ? "hidden" : cupel_verdict_names[test->verdict];
    page_format(page, "</th><td><span class=\"%s\">%s</span></td>", word, word);
    put_points(page, test->score, test->max_score);
    put_figures(page, test->ran && !hidden, &test->run);
}

static void put_details(struct page *page, const struct cupel_test_result *test, size_t number)
{
    const char *message = words_message(test);

    page_format(page, "<section>\n<h3 id=\"test-%zu\"><span class=\"%s\">%s</span> ", number,
                cupel_verdict_names[test->verdict], cupel_verdict_names[test->verdict]);
    html_text(page, test->id);
    page_format(page, "</h3>\n");
    if (message != NULL)
        put_paragraph(page, "message", message);
    if (test->difference != NULL)
        put_preformatted(page, test->difference, html_text); /* with what is invisible */
    put_output(page, test->output, false);
    page_format(page, "</section>\n");
}

static void put_tests(struct page *page, const struct cupel_result *result,
                      enum cupel_view view)
{
    static const char *const columns[] = {"Test", "Result", "Points", "Time", "Memory", NULL};

    if (result->test_count == 0)
        return;
    page_format(page, "<h2>Tests</h2>\n<p>");
    words_put_tally(page, result, view);
    page_format(page, "</p>\n");
    open_table(page, "All tests", columns);
    for (size_t i = 0; i < result->test_count; i++)
        put_row(page, &result->tests[i], i + 1, view);
    close_table(page);
    for (size_t i = 0; i < result->test_count; i++) {
        if (has_details(&result->tests[i], view))
            put_details(page, &result->tests[i], i + 1);
    }
}

static void put_groups(struct page *page, const struct cupel_result *result)
{
    static const char *const columns[] = {"Group", "Tests", "Points", NULL};

    if (result->group_count == 0)
        return;
    page_format(page, "<h2>Groups</h2>\n");
    open_table(page, "Groups of tests", columns);
    for (size_t i = 0; i < result->group_count; i++) {
        const struct cupel_group_result *group = &result->groups[i];
        page_format(page, "<tr><th scope=\"row\">");
        html_text(page, group->id);
        page_format(page, "</th><td>");
        for (char **id = group->tests; id != NULL && *id != NULL; id++) {
            page_format(page, "%s", id == group->tests ? "" : ", ");
            html_text(page, *id);
        }
        page_format(page, "</td>");
        put_points(page, group->score, group->max_score);
        page_format(page, "</tr>\n");
    }
    close_table(page);
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
    page_format(page, "by cupel %s in %s</p>\n", CUPEL_VERSION,
                cupel_units_format_duration(result->wall_ns, text, sizeof(text)));
    if (view == CUPEL_VIEW_STAFF && words_layers(result, layers) != NULL)
        page_format(page, "<p>Sandbox: %s</p>\n", layers);
    page_format(page, "</footer>\n");
}

char *cupel_render_result_html(const struct cupel_result *result, enum cupel_view view)
{
    struct page page;

    page_open(&page, false);
    put_head(&page, result);
    put_header(&page, result);
    page_format(&page, "<main>\n");
    put_builds(&page, result);
    put_tests(&page, result, view);
    put_groups(&page, result);
    page_format(&page, "</main>\n");
    put_footer(&page, result, view);
    page_format(&page, "</body>\n</html>\n");
    return page_close(&page);
}
