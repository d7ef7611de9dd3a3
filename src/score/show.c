#include "score/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cupel/cleanup.h"
#include "score/quote.h"

struct sheet {
    FILE *out;
    int number_width;
    bool failed;
};

/* mark: '>' at the place itself. */
static void show_line(struct sheet *sheet, char mark, uint64_t number,
                      const struct cupel_excerpt *excerpt)
{
    CUPEL_AUTO_FREE char *quoted = score_quote(excerpt);

    if (quoted == NULL)
        sheet->failed = true;
    else
        (void)fprintf(sheet->out, "  %c %*" PRIu64 " | %s\n", mark, sheet->number_width, number,
                      quoted);
}

/* end: what stands for the place where the text has ended; NULL: it has not. */
static void show_side(struct sheet *sheet, const char *title,
                      const struct cupel_context *context, const struct cupel_excerpt *place,
                      const char *end)
{
    (void)fprintf(sheet->out, "%s:\n", title);
    for (size_t i = 0; i < context->before_count; i++)
        show_line(sheet, ' ', context->line - context->before_count + i, &context->before[i]);
    if (end != NULL)
        (void)fprintf(sheet->out, "  > %*" PRIu64 " | %s\n", sheet->number_width, context->line,
                      end);
    else
        show_line(sheet, '>', context->line, place);
    for (size_t i = 0; i < context->after_count; i++)
        show_line(sheet, ' ', context->line + 1 + i, &context->after[i]);
}

/* So that both sides are aligned. */
static int width_of(const struct cupel_difference *difference)
{
    uint64_t a = difference->expected_lines.line + difference->expected_lines.after_count;
    uint64_t b = difference->actual_lines.line + difference->actual_lines.after_count;

    return snprintf(NULL, 0, "%" PRIu64, a > b ? a : b);
}

char *score_show(const struct cupel_difference *difference)
{
    char *text = NULL;
    size_t size;
    struct sheet sheet = {.out = open_memstream(&text, &size),
                          .number_width = width_of(difference)};

    if (sheet.out == NULL)
        return NULL;
    if (!difference->by_pattern)
        show_side(&sheet, "expected", &difference->expected_lines, &difference->expected,
                  difference->expected_ended ? "(nothing more)" : NULL);
    show_side(&sheet, "found", &difference->actual_lines, &difference->actual,
              difference->actual_ended ? "(the output ends)" : NULL);
    bool failed = ferror(sheet.out) != 0 || sheet.failed;
    if (fclose(sheet.out) == 0 && !failed)
        return text;
    free(text);
    return NULL;
}
