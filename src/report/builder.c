#include "report/builder.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"
#include "cupel/cleanup.h"
#include "cupel/text.h"

#define SECONDS_MAX 1e9

int report_fail_at(struct report_builder *builder, size_t offset, const char *fmt, ...)
{
    char text[sizeof(builder->err->text)];
    unsigned line;
    unsigned column;
    va_list ap;

    if (builder->failure < 0)
        return builder->failure;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    cupel_position_of_offset(builder->text, builder->len, offset, &line, &column);
    builder->failure = cupel_fail(builder->err, -EINVAL, "%u:%u: %s", line, column, text);
    return builder->failure;
}

int report_fail_memory(struct report_builder *builder)
{
    if (builder->failure == 0)
        builder->failure = cupel_fail(builder->err, -ENOMEM, "out of memory");
    return builder->failure;
}

struct cupel_report_test *report_add(struct report_builder *builder, size_t offset)
{
    struct cupel_report *report = &builder->report;

    if (report->count == CUPEL_REPORT_TESTS_MAX) {
        (void)report_fail_at(builder, offset, "more than %d tests", CUPEL_REPORT_TESTS_MAX);
        return NULL;
    }
    if (report->count == builder->allocated) {
        size_t more = builder->allocated == 0 ? 64 : 2 * builder->allocated;
        struct cupel_report_test *longer =
            reallocarray(report->tests, more, sizeof(*report->tests));
        if (longer == NULL) {
            (void)report_fail_memory(builder);
            return NULL;
        }
        report->tests = longer;
        builder->allocated = more;
    }
    struct cupel_report_test *test = &report->tests[report->count++];
    *test = (struct cupel_report_test){.seconds = NAN};
    report_set_outcome(test, CUPEL_REPORT_PASSED);
    return test;
}

void report_set_outcome(struct cupel_report_test *test, enum cupel_report_outcome outcome)
{
    test->outcome = outcome;
    test->fraction = outcome == CUPEL_REPORT_PASSED ? 1 : 0;
}

void report_set_incomplete(struct report_builder *builder, const char *fmt, ...)
{
    va_list ap;

    if (builder->report.incomplete != NULL)
        return;
    va_start(ap, fmt);
    if (vasprintf(&builder->report.incomplete, fmt, ap) < 0) {
        builder->report.incomplete = NULL;
        (void)report_fail_memory(builder);
    }
    va_end(ap);
}

void report_text_add(struct report_builder *builder, struct report_text *text,
                     const char *bytes, size_t len)
{
    size_t room = text->max - text->len;
    size_t kept = len < room ? len : room;

    text->total += len;
    if (kept == 0)
        return;
    if (kept > text->size - text->len) {
        size_t size = 2 * (text->len + kept);
        char *longer = realloc(text->bytes, size);
        if (longer == NULL) {
            (void)report_fail_memory(builder);
            return;
        }
        text->bytes = longer;
        text->size = size;
    }
    memcpy(text->bytes + text->len, bytes, kept);
    text->len += kept;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void report_trim(const char **bytes, size_t *len)
{
    while (*len > 0 && is_blank((*bytes)[*len - 1]))
        (*len)--;
    while (*len > 0 && is_blank((*bytes)[0])) {
        (*bytes)++;
        (*len)--;
    }
}

void report_text_add_part(struct report_builder *builder, struct report_text *text,
                          const char *bytes, size_t len)
{
    while (len > 0 && is_blank(bytes[len - 1]))
        len--;
    while (len > 0 && (bytes[0] == '\n' || bytes[0] == '\r')) {
        bytes++;
        len--;
    }
    if (len == 0)
        return;
    if (text->total > 0)
        report_text_add(builder, text, "\n", 1);
    report_text_add(builder, text, bytes, len);
}

void report_text_reset(struct report_text *text)
{
    text->len = 0;
    text->total = 0;
}

void report_text_free(struct report_text *text)
{
    free(text->bytes);
    *text = (struct report_text){.max = text->max};
}

void report_set_text(struct report_builder *builder, const struct report_text *text, char **ret)
{
    char *clean = NULL;

    if (text->len > 0 &&
        cupel_text_clean_start(text->bytes, text->len, text->total, text->max, &clean) < 0) {
        (void)report_fail_memory(builder);
        return;
    }
    free(*ret);
    *ret = clean;
}

void report_set_string(struct report_builder *builder, const char *string, size_t max,
                       char **ret)
{
    char *clean = NULL;

    if (string != NULL && string[0] != '\0' &&
        cupel_text_clean(string, strlen(string), max, &clean) < 0) {
        (void)report_fail_memory(builder);
        return;
    }
    free(*ret);
    *ret = clean;
}

char *report_make_line(struct report_builder *builder, const char *bytes, size_t len,
                       size_t max)
{
    char *line;

    report_trim(&bytes, &len);
    if (cupel_text_clean(bytes, len, max, &line) < 0) {
        (void)report_fail_memory(builder);
        return NULL;
    }
    for (char *p = line; *p != '\0'; p++) {
        if (is_blank(*p))
            *p = ' ';
    }
    return line;
}

char *report_make_id(struct report_builder *builder, const char *bytes, size_t len)
{
    return report_make_line(builder, bytes, len, CUPEL_REPORT_ID_MAX);
}

void report_set_title(struct report_builder *builder, struct cupel_report_test *test,
                      const char *title)
{
    if (title != NULL && title[0] != '\0')
        test->title = report_make_id(builder, title, strlen(title));
}

void report_set_id(struct report_builder *builder, struct cupel_report_test *test,
                   const char *prefix, const char *name, size_t offset)
{
    CUPEL_AUTO_FREE char *joined = NULL;

    prefix = prefix != NULL ? prefix : "";
    name = name != NULL ? name : "";
    bool both = prefix[0] != '\0' && name[0] != '\0' && strcmp(prefix, name) != 0;
    if (asprintf(&joined, "%s%s%s", prefix, both ? "." : "",
                 both || prefix[0] == '\0' ? name : "") < 0) {
        joined = NULL;
        (void)report_fail_memory(builder);
        return;
    }
    free(test->id);
    test->id = report_make_id(builder, joined, strlen(joined));
    if (test->id != NULL && test->id[0] == '\0')
        (void)report_fail_at(builder, offset, "a test has no name");
}

double report_parse_seconds(const char *text, const char *suffix)
{
    char *end;

    if (text == NULL || text[0] == '\0' || text[strspn(text, "0123456789.eE+-s")] != '\0')
        return NAN;
    double seconds = strtod(text, &end);
    bool possible = end != text && strcmp(end, suffix) == 0 && seconds >= 0;
    return possible && seconds <= SECONDS_MAX ? seconds : NAN;
}
