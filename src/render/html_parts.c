#include "render/html_parts.h"

#include "cupel/units.h"
#include "render/html_text.h"
#include "render/words.h"

void html_paragraph(struct page *page, const char *class, const char *text)
{
    page_format(page, "<p class=\"%s\">", class);
    html_text(page, text);
    page_format(page, "</p>\n");
}

void html_preformatted(struct page *page, const char *text,
                       void (*put)(struct page *page, const char *text))
{
    /* The parser takes a line feed away that follows <pre>. */
    page_format(page, "<pre tabindex=\"0\">\n");
    put(page, text);
    page_format(page, "</pre>\n");
}

bool html_says_something(const char *output)
{
    return output != NULL && output[0] != '\0';
}

void html_output(struct page *page, const char *output, bool open)
{
    if (!html_says_something(output))
        return;
    page_format(page, "<details%s>\n<summary>Output</summary>\n", open ? " open" : "");
    html_preformatted(page, output, html_terminal);
    page_format(page, "</details>\n");
}

void html_figures(struct page *page, bool ran, const struct cupel_outcome *run)
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

void html_open_table(struct page *page, const char *caption, const char *const *columns)
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

void html_close_table(struct page *page)
{
    page_format(page, "</tbody>\n</table>\n</div>\n");
}

void html_points(struct page *page, const double *score, double max_score, bool bonus)
{
    char text[WORDS_POINTS_SIZE];

    page_format(page, "<td class=\"n\">%s</td>", words_points(score, max_score, bonus, text));
}
