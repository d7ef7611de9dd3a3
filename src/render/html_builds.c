#include "render/html_parts.h"
#include "render/html_sections.h"
#include "render/html_text.h"

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

void html_failed_builds(struct page *page, const struct cupel_result *result)
{
    bool first = true;

    for (size_t i = 0; i < result->build_count; i++) {
        const struct cupel_build_result *build = &result->builds[i];
        if (!build->ran || build->passed)
            continue;
        page_format(page, "%s", first ? "<h2>The build failed</h2>\n" : "");
        first = false;
        put_details(page, build);
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
