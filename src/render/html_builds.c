#include "render/html_parts.h"
#include "render/html_sections.h"
#include "render/html_text.h"
#include "render/view.h"

static void put_details(struct page *page, const struct cupel_build_result *build)
{
    page_format(page, "<section>\n<h3>");
    if (!build->passed)
        page_format(page, "<span class=\"failed\">failed</span> ");
    html_text(page, build->id);
    page_format(page, "</h3>\n");
    if (build->message != NULL)
        html_paragraph(page, "message", build->message);
    html_output(page, build->output, build->id, !build->passed);
    page_format(page, "</section>\n");
}

static void put_failed(struct page *page, const struct cupel_build_result *builds, size_t count,
                       const char *heading)
{
    for (size_t i = 0; i < count; i++) {
        if (!builds[i].ran || builds[i].passed)
            continue;
        page_format(page, "<h2>%s</h2>\n", heading); /* once: a step that fails is the last */
        put_details(page, &builds[i]);
    }
}

void html_failed_builds(struct page *page, const struct cupel_result *result,
                        enum cupel_view view)
{
    put_failed(page, result->builds, result->build_count, "The build failed");
    if (view == CUPEL_VIEW_STAFF)
        put_failed(page, result->judge_builds, result->judge_build_count,
                   "The judge's build failed");
}

/* One whose reader may know how it ended, and which has not done its work or says something. */
static bool says_something(const struct cupel_harness_result *harness, enum cupel_view view)
{
    return harness->ran && render_shows_withheld(harness->withheld, view) &&
           (!harness->passed || html_says_something(harness->output));
}

void html_harnesses(struct page *page, const struct cupel_result *result, enum cupel_view view)
{
    bool first = true;

    for (size_t i = 0; i < result->harness_count; i++) {
        const struct cupel_harness_result *harness = &result->harnesses[i];
        if (!says_something(harness, view))
            continue;
        page_format(page, "%s<section>\n<h3>", first ? "<h2>Harnesses</h2>\n" : "");
        first = false;
        html_text(page, harness->id);
        page_format(page, "</h3>\n");
        if (harness->message != NULL)
            html_paragraph(page, "message", harness->message);
        html_output(page, harness->output, harness->id, !harness->passed);
        page_format(page, "</section>\n");
    }
}

static void put_row(struct page *page, const struct cupel_build_result *build)
{
    const char *word = build->passed ? "passed" : build->ran ? "failed" : "skipped";

    page_format(page, "<tr><th scope=\"row\">");
    html_text(page, build->id);
    page_format(page, "</th><td class=\"v\"><span class=\"%s\">%s</span></td>", word, word);
    html_figures(page, build->ran, &build->run);
}

void html_builds(struct page *page, const struct cupel_result *result)
{
    static const char *const columns[] = {"Step", "Result", "Time", "Memory", NULL};

    if (result->build_count == 0)
        return;
    page_format(page, "<h2>Build</h2>\n");
    html_open_table(page, "Build steps", columns);
    for (size_t i = 0; i < result->build_count; i++)
        put_row(page, &result->builds[i]);
    html_close_table(page);
    for (size_t i = 0; i < result->build_count; i++) {
        const struct cupel_build_result *build = &result->builds[i];
        if (build->passed && html_says_something(build->output))
            put_details(page, build);
    }
}
