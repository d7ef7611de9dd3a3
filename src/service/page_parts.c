#include "service/page_parts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "render/html_text.h"

#define PLAIN                                                                                  \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"                                     \
    "0123456789-._~"
#define NONE   "–"
#define MICRO  1000000
#define SECOND INT64_C(1000000)

static void put_encoded(struct page *page, const char *text, const char *plain)
{
    while (*text != '\0') {
        size_t len = strspn(text, plain);
        page_format(page, "%.*s", (int)len, text);
        text += len;
        if (*text != '\0')
            page_format(page, "%%%02X", (unsigned)(unsigned char)*text++);
    }
}

void page_url(struct page *page, const char *text)
{
    put_encoded(page, text, PLAIN);
}

void page_path(struct page *page, const char *path)
{
    put_encoded(page, path, PLAIN "/");
}

void page_link(struct page *page, const char *address, const char *text)
{
    page_format(page, "<a href=\"%s", address);
    page_url(page, text);
    page_format(page, "\">");
    html_text(page, text);
    page_format(page, "</a>");
}

void page_time(struct page *page, int64_t us)
{
    time_t seconds = (time_t)(us / SECOND);
    struct tm utc;
    char day[32];
    char clock[16];

    if (us == 0 || gmtime_r(&seconds, &utc) == NULL ||
        strftime(day, sizeof(day), "%Y-%m-%d", &utc) == 0 ||
        strftime(clock, sizeof(clock), "%H:%M:%S", &utc) == 0) {
        page_format(page, NONE);
        return;
    }
    page_format(page, "<time datetime=\"%sT%sZ\">%s %s UTC</time>", day, clock, day, clock);
}

void page_duration(struct page *page, int64_t us)
{
    static const struct {
        int64_t us;
        const char *name;
    } units[] = {{86400 * SECOND, "d"}, {3600 * SECOND, "h"}, {60 * SECOND, "min"}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (us >= 2 * units[i].us) {
            page_format(page, "%jd %s", (intmax_t)(us / units[i].us), units[i].name);
            return;
        }
    }
    if (us >= SECOND)
        page_format(page, "%.1f s", (double)us / MICRO);
    else
        page_format(page, "%jd ms", (intmax_t)(us > 0 ? us / 1000 : 0));
}

void page_points(struct page *page, bool known, int64_t micro, int64_t max_micro)
{
    if (known)
        page_format(page, "%.10g / %.10g", (double)micro / MICRO, (double)max_micro / MICRO);
    else
        page_format(page, NONE);
}

/* The class of the colour that goes with a word. */
static const char *tone_of(const char *name)
{
    static const char *const tones[][2] = {
        {"done", "good"},          {"graded", "good"},       {"passed", "good"},
        {"live", "good"},          {"published", "good"},    {"allow", "good"},
        {"exited", "good"},        {"running", "busy"},      {"checking", "busy"},
        {"open", "busy"},          {"partial", "warn"},      {"cancelling", "warn"},
        {"rejected", "warn"},      {"by arguments", "warn"}, {"limit", "warn"},
        {"dead", "bad"},           {"failed", "bad"},        {"error", "bad"},
        {"grader_error", "bad"},   {"refused", "bad"},       {"kill", "bad"},
        {"platform_error", "bad"}, {"signaled", "bad"}};

    for (size_t i = 0; i < sizeof(tones) / sizeof(tones[0]); i++) {
        if (strcmp(tones[i][0], name) == 0)
            return tones[i][1];
    }
    return "plain";
}

void page_state(struct page *page, const char *name)
{
    if (name == NULL) {
        page_format(page, NONE);
        return;
    }
    page_format(page, "<span class=\"state %s\">", tone_of(name));
    html_text(page, name);
    page_format(page, "</span>");
}

void page_open_table(struct page *page, const char *caption, const char *const *columns)
{
    page_format(page,
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n"
                "<table>\n<caption>%s</caption>\n<thead><tr>",
                caption, caption);
    for (size_t i = 0; columns[i] != NULL; i++) {
        bool number = columns[i][0] == '#';
        page_format(page, "<th scope=\"col\"%s>%s</th>", number ? " class=\"n\"" : "",
                    columns[i] + number);
    }
    page_format(page, "</tr></thead>\n<tbody>\n");
}

void page_close_table(struct page *page)
{
    page_format(page, "</tbody>\n</table>\n</div>\n");
}

void page_cell(struct page *page, const char *text)
{
    page_format(page, "<td class=\"x\">");
    html_text(page, text != NULL ? text : NONE);
    page_format(page, "</td>");
}

void page_word_cell(struct page *page, const char *word)
{
    page_format(page, "<td>%s</td>", word);
}

void page_time_cell(struct page *page, int64_t us)
{
    page_format(page, "<td class=\"t\">");
    page_time(page, us);
    page_format(page, "</td>");
}

void page_state_cell(struct page *page, const char *name)
{
    page_format(page, "<td>");
    page_state(page, name);
    page_format(page, "</td>");
}

void page_number_cell(struct page *page, int64_t number)
{
    page_format(page, "<td class=\"n\">%jd</td>", (intmax_t)number);
}

static void put_job(struct page *page, int64_t job)
{
    if (job == 0)
        page_format(page, NONE);
    else
        page_format(page, "<a href=\"/jobs/%jd\">%jd</a>", (intmax_t)job, (intmax_t)job);
}

void page_job_cell(struct page *page, int64_t job)
{
    page_format(page, "<td class=\"n\">");
    put_job(page, job);
    page_format(page, "</td>");
}

void page_open_facts(struct page *page)
{
    page_format(page, "<dl>\n");
}

void page_close_facts(struct page *page)
{
    page_format(page, "</dl>\n");
}

void page_open_fact(struct page *page, const char *term)
{
    page_format(page, "<div><dt>%s</dt><dd>", term);
}

void page_close_fact(struct page *page)
{
    page_format(page, "</dd></div>\n");
}

void page_fact(struct page *page, const char *term, const char *text)
{
    if (text == NULL)
        return;
    page_open_fact(page, term);
    html_text(page, text);
    page_close_fact(page);
}

void page_code_fact(struct page *page, const char *term, const char *text)
{
    if (text == NULL)
        return;
    page_open_fact(page, term);
    page_format(page, "<code>");
    html_text(page, text);
    page_format(page, "</code>");
    page_close_fact(page);
}

void page_time_fact(struct page *page, const char *term, int64_t us)
{
    if (us == 0)
        return;
    page_open_fact(page, term);
    page_time(page, us);
    page_close_fact(page);
}

void page_job_fact(struct page *page, const char *term, int64_t job)
{
    if (job == 0)
        return;
    page_open_fact(page, term);
    put_job(page, job);
    page_close_fact(page);
}

void page_progress(struct page *page, const char *label, int64_t done, int64_t total)
{
    page_format(page, "<p class=\"progress\"><label>%s ", label);
    if (total > 0)
        page_format(page, "<progress max=\"%jd\" value=\"%jd\"></progress></label> %jd of %jd",
                    (intmax_t)total, (intmax_t)done, (intmax_t)done, (intmax_t)total);
    else
        page_format(page, "<progress></progress></label>");
    page_format(page, "</p>\n");
}

void page_printed(struct page *page, const char *label, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    /* Parsers of HTML take a line feed away that follows <pre>. */
    page_format(page, "<h2>%s</h2>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n",
                label, label);
    html_text(page, text);
    page_format(page, "</pre>\n");
}
