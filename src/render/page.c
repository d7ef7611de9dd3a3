#include "render/page.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"

enum {
    OUTPUT_HEAD = 10, /* lines of an output that are shown: compilers say it first, … */
    OUTPUT_TAIL = 10, /* … and tracebacks last */
    OUTPUT_LINE = 200 /* characters */
};

void page_open(struct page *page, bool colour)
{
    *page = (struct page){.colour = colour};
    page->out = open_memstream(&page->text, &page->len);
}

static void fail(struct page *page)
{
    if (page->out != NULL)
        (void)fclose(page->out);
    page->out = NULL;
    free(page->text);
    page->text = NULL;
}

char *page_close(struct page *page)
{
    if (page->out == NULL)
        return NULL;
    bool failed = ferror(page->out) != 0;
    failed = fclose(page->out) != 0 || failed;
    page->out = NULL;
    if (failed)
        fail(page);
    return page->text;
}

void page_format(struct page *page, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (page->out != NULL)
        (void)vfprintf(page->out, fmt, ap);
    va_end(ap);
}

void page_style(struct page *page, enum page_style style)
{
    static const char *const sequences[] = {
        [PAGE_PLAIN] = "\x1b[0m",  [PAGE_BOLD] = "\x1b[1m",    [PAGE_DIM] = "\x1b[2m",
        [PAGE_GREEN] = "\x1b[32m", [PAGE_YELLOW] = "\x1b[33m", [PAGE_RED] = "\x1b[31m",
    };

    if (page->colour)
        page_format(page, "%s", sequences[style]);
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0U) == 0x80U;
}

/* How many bytes the first count characters of text (clean, len bytes) take. */
static size_t characters(const char *text, size_t len, size_t count)
{
    size_t n = 0;

    while (n < len && count > 0) {
        n++;
        count -= n == len || !is_continuation(text[n]);
    }
    return n;
}

static size_t width_of(const char *text, size_t len)
{
    size_t width = 0;

    for (size_t i = 0; i < len; i++)
        width += !is_continuation(text[i]);
    return width;
}

char *page_clean(struct page *page, const char *text)
{
    char *cleaned = NULL;

    if (page->out == NULL)
        return NULL;
    if (cupel_text_clean(text, strlen(text), SIZE_MAX / 2, &cleaned) < 0)
        fail(page);
    return cleaned;
}

static char *clean_line(struct page *page, const char *text)
{
    char *line = page_clean(page, text);

    if (line == NULL)
        return NULL;
    for (char *p = line; (p = strpbrk(p, "\t\n")) != NULL;)
        *p = ' ';
    return line;
}

void page_put(struct page *page, const char *text, size_t width, bool cut)
{
    CUPEL_AUTO_FREE char *line = clean_line(page, text);
    if (line == NULL)
        return;

    size_t len = strlen(line);
    size_t shown = width_of(line, len);
    if (cut && shown > width && width > 0) {
        page_format(page, "%.*s…", (int)characters(line, len, width - 1), line);
        shown = width;
    } else {
        page_format(page, "%s", line);
    }
    if (shown < width)
        page_format(page, "%*s", (int)(width - shown), "");
}

/* How much of text goes on a line of width characters, broken at a space if there is one. */
static size_t line_len(const char *text, size_t width)
{
    size_t len = strlen(text);
    size_t fits = characters(text, len, width);

    if (fits == len)
        return len;
    for (size_t n = fits; n > 0; n--) {
        if (text[n] == ' ')
            return n;
    }
    return fits;
}

void page_wrap(struct page *page, const char *lead, size_t indent, const char *text)
{
    CUPEL_AUTO_FREE char *line = clean_line(page, text);

    for (const char *p = line; p != NULL && *p != '\0';) {
        size_t n = line_len(p, PAGE_WIDTH - indent);
        page_format(page, "%-*s%.*s\n", (int)indent, lead, (int)n, p);
        lead = "";
        p += n;
        p += strspn(p, " ");
    }
}

static size_t count_lines(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; count++) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return count;
}

static void output_line(struct page *page, size_t indent, const char *bar, const char *line,
                        size_t len)
{
    size_t shown = characters(line, len, OUTPUT_LINE);

    page_format(page, "%*s%s%.*s%s\n", (int)indent, "", bar, (int)shown, line,
                shown < len ? "…" : "");
}

void page_output(struct page *page, size_t indent, const char *bar, const char *output)
{
    CUPEL_AUTO_FREE char *text = page_clean(page, output);
    if (text == NULL)
        return;

    size_t count = count_lines(text);
    size_t left_out =
        count > OUTPUT_HEAD + OUTPUT_TAIL + 1 ? count - OUTPUT_HEAD - OUTPUT_TAIL : 0;
    const char *line = text;
    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(line, "\n");
        if (left_out > 0 && i == OUTPUT_HEAD)
            page_format(page, "%*s%s[%zu lines left out]\n", (int)indent, "", bar, left_out);
        if (left_out == 0 || i < OUTPUT_HEAD || i >= OUTPUT_HEAD + left_out)
            output_line(page, indent, bar, line, len);
        line += len + (line[len] == '\n');
    }
}
