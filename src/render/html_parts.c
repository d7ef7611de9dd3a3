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

void html_title(struct page *page, const char *title)
{
    if (title == NULL)
        return;
    page_format(page, " <span class=\"muted\">");
    html_text(page, title);
    page_format(page, "</span>");
}

void html_name(struct page *page, const char *id, const char *title)
{
    html_text(page, id);
    html_title(page, title);
}

/* It can be scrolled, and so must be reached without a mouse, and called something then. */
static void open_preformatted(struct page *page, const char *label)
{
    /* The parser takes a line feed away that follows <pre>. */
    page_format(page, "<pre tabindex=\"0\" role=\"group\" aria-label=\"%s\">\n", label);
}

bool html_says_something(const char *output)
{
    return output != NULL && output[0] != '\0';
}

void html_difference(struct page *page, const char *difference)
{
    open_preformatted(page, "Difference");
    html_text(page, difference);
    page_format(page, "</pre>\n");
}

void html_output(struct page *page, const char *output, const char *id, bool open)
{
    if (!html_says_something(output))
        return;
    page_format(page, "<details%s>\n<summary>Output of ", open ? " open" : "");
    html_text(page, id);
    page_format(page, "</summary>\n");
    open_preformatted(page, "Output");
    html_terminal(page, output);
    page_format(page, "</pre>\n</details>\n");
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
