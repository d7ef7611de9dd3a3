#include "report/json_document.h"

#include <errno.h>
#include <string.h>

#include "cupel/cleanup.h"

/* jansson spends up to 250 bytes on "{},": of 16 MiB of that, it would make more than a
 * gigabyte. Ten thousand tests have fewer than this. */
#define VALUES_MAX 250000

#define DIAGNOSTIC_MAX 180

/* Bytes between quotes; returns the offset behind the closing one. */
static size_t skip_string(const char *text, size_t len, size_t at)
{
    for (at++; at < len && text[at] != '"'; at++) {
        if (text[at] == '\\')
            at++;
    }
    return at + 1;
}

/* Before anything is made of the text. */
static int check_size(struct report_builder *builder)
{
    size_t values = 0;
    size_t depth = 0;

    for (size_t i = 0; i < builder->len;) {
        char c = builder->text[i];
        if (c == '"') {
            i = skip_string(builder->text, builder->len, i);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        if ((c == '}' || c == ']') && depth > 0)
            depth--;
        if (c == '{' || c == '[' || c == ',')
            values++;
        if (depth > CUPEL_REPORT_DEPTH_MAX)
            return report_fail_at(builder, i, "values are nested more than %d deep",
                                  CUPEL_REPORT_DEPTH_MAX);
        if (values > VALUES_MAX)
            return report_fail_at(builder, i, "more than %d values", VALUES_MAX);
        i++;
    }
    return 0;
}

static int fail_as(struct report_builder *builder, const struct cupel_diagnostics *diagnostics)
{
    if (builder->failure < 0)
        return builder->failure;
    if (diagnostics->count == 0) /* there was no memory for what is wrong */
        return report_fail_memory(builder);
    const struct cupel_diagnostic *first = &diagnostics->items[0];
    /* jansson quotes the text as it is. */
    CUPEL_AUTO_FREE char *line =
        report_make_line(builder, first->text, strlen(first->text), DIAGNOSTIC_MAX);
    if (line == NULL)
        return builder->failure;
    builder->failure =
        cupel_fail(builder->err, -EINVAL, "%u:%u: %s", first->line, first->column, line);
    return builder->failure;
}

int report_json_read(struct report_builder *builder, report_json_item *read)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_document *document = NULL;

    int r = check_size(builder);
    if (r < 0)
        return r;
    r = cupel_document_parse(builder->text, builder->len, "report", &diagnostics, &document,
                             NULL);
    if (r == 0) {
        struct cupel_field root = cupel_document_root(document);
        if (!read(builder, &root))
            r = -EINVAL;
    }
    if (r == -ENOMEM)
        r = report_fail_memory(builder);
    else if (r < 0)
        r = fail_as(builder, &diagnostics);
    cupel_document_free(document);
    cupel_diagnostics_clear(&diagnostics);
    return r;
}

bool report_json_each(struct report_builder *builder, const struct cupel_field *object,
                      const char *key, report_json_item *read)
{
    struct cupel_field array;

    if (!cupel_field_is_object(object) || !cupel_field_require(object, key, &array) ||
        !cupel_field_is_array(&array))
        return false;
    for (size_t i = 0; i < cupel_field_count(&array); i++) {
        struct cupel_field item = cupel_field_at(&array, i);
        if (!cupel_field_is_object(&item) || !read(builder, &item) || builder->failure < 0)
            return false;
    }
    return true;
}

struct cupel_report_test *report_json_add(struct report_builder *builder,
                                          const struct cupel_field *item)
{
    if (builder->report.count < CUPEL_REPORT_TESTS_MAX)
        return report_add(builder, 0);
    (void)cupel_field_fail(item, "more than %d tests", CUPEL_REPORT_TESTS_MAX);
    return NULL;
}

bool report_json_string(const struct cupel_field *object, const char *key, const char **ret)
{
    struct cupel_field field;

    *ret = NULL;
    return !cupel_field_get(object, key, &field) || cupel_field_string(&field, ret);
}
