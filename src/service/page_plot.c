#include "service/page_plot.h"

#include <inttypes.h>

#include "service/page_parts.h"

/* Of the picture, in its own units; the page scales it. */
enum { WIDTH = 360, HEIGHT = 170, LEFT = 8, TOP = 20, BOTTOM = 140, RIGHT = 352, GAP = 3 };

static double x_of(size_t part, size_t parts)
{
    return LEFT + (double)(RIGHT - LEFT) * (double)part / (double)parts;
}

static void put_bar(struct page *page, int64_t count, int64_t most, size_t part, size_t parts)
{
    double x = x_of(part, parts);
    double width = x_of(part + 1, parts) - x;
    double height = (double)(BOTTOM - TOP) * (double)count / (double)most;

    if (count == 0)
        return;
    page_format(page,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\"/>\n"
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%jd</text>\n",
                x + GAP / 2.0, BOTTOM - height, width - GAP, height, x + width / 2,
                BOTTOM - height - 4, (intmax_t)count);
}

static void put_picture(struct page *page, const int64_t *counts, size_t parts, int64_t most,
                        int64_t total)
{
    static const struct {
        int percent;
        const char *anchor;
    } marks[] = {{0, "start"}, {50, "middle"}, {100, "end"}};

    page_format(page,
                "<svg class=\"plot\" role=\"img\" aria-labelledby=\"plot-title\""
                " viewBox=\"0 0 %d %d\">\n<title id=\"plot-title\">How the scores of %jd "
                "submissions are spread, in percent of the maximum; the table below has the "
                "figures</title>\n",
                WIDTH, HEIGHT, (intmax_t)total);
    for (size_t i = 0; i < parts; i++)
        put_bar(page, counts[i], most, i, parts);
    page_format(page, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", LEFT, BOTTOM, RIGHT,
                BOTTOM);
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        page_format(page, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%d %%</text>\n",
                    x_of((size_t)marks[i].percent, 100), BOTTOM + 16, marks[i].anchor,
                    marks[i].percent);
    page_format(page, "</svg>\n");
}

static void put_table(struct page *page, const int64_t *counts, size_t parts, int64_t total)
{
    static const char *const columns[] = {"Score", "#Submissions", "#Share", NULL};

    page_format(page, "<details>\n<summary>The same as a table</summary>\n");
    page_open_table(page, "Submissions by score, in percent of the maximum", columns);
    for (size_t i = 0; i < parts; i++)
        page_format(page,
                    "<tr><th scope=\"row\" class=\"t\">%zu to %s%zu %%</th>"
                    "<td class=\"n\">%jd</td><td class=\"n\">%.1f %%</td></tr>\n",
                    i * 100 / parts, i + 1 < parts ? "less than " : "", (i + 1) * 100 / parts,
                    (intmax_t)counts[i], 100.0 * (double)counts[i] / (double)total);
    page_close_table(page);
    page_format(page, "</details>\n");
}

void page_plot_scores(struct page *page, const int64_t *counts, size_t parts)
{
    int64_t total = 0;
    int64_t most = 0;

    for (size_t i = 0; i < parts; i++) {
        total += counts[i];
        most = counts[i] > most ? counts[i] : most;
    }
    page_format(page, "<h2>Scores</h2>\n");
    if (total == 0) {
        page_format(page, "<p>Nothing has been graded yet.</p>\n");
        return;
    }
    put_picture(page, counts, parts, most, total);
    put_table(page, counts, parts, total);
}
