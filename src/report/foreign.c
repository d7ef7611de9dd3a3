#include "report/foreign.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "report/foreign_mend.h"

#define NUMBER_MAX 64 /* characters of a number in a string */

const char *const cupel_foreign_kind_names[] = {
    [CUPEL_FOREIGN_GRADESCOPE] = "gradescope",
    [CUPEL_FOREIGN_COURSERA] = "coursera",
    [CUPEL_FOREIGN_PRAIRIELEARN] = "prairielearn",
    [CUPEL_FOREIGN_PRAIRIELEARN + 1] = NULL,
};

bool foreign_has(const struct cupel_field *object, const char *key, struct cupel_field *ret)
{
    return cupel_field_get(object, key, ret) && !json_is_null(ret->json);
}

bool foreign_parse_number(const char *text, double *ret)
{
    char *end;

    text += strspn(text, " \t\n");
    size_t len = strspn(text, "0123456789+-.eE");
    if (len == 0 || len > NUMBER_MAX || text[len + strspn(text + len, " \t\n")] != '\0')
        return false;
    double value = strtod(text, &end);
    if (end != text + len || !isfinite(value))
        return false;
    *ret = value;
    return true;
}

bool foreign_number(const struct cupel_field *field, double min, double max, double *ret)
{
    const char *text = json_string_value(field->json);
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    double value;

    if (text == NULL)
        return cupel_field_number(field, min, max, ret);
    if (!foreign_parse_number(text, &value))
        return cupel_field_fail(field, "expected a number, found \"%s\"",
                                cupel_text_excerpt(text, excerpt));
    if (value < min || value > max)
        return cupel_field_fail(field, "expected a number from %.10g to %.10g, found %.10g",
                                min, max, value);
    *ret = value;
    return true;
}

bool foreign_read_number(const struct cupel_field *object, const char *key, double min,
                         double max, double *ret)
{
    struct cupel_field field;

    return !foreign_has(object, key, &field) || foreign_number(&field, min, max, ret);
}

bool foreign_read_bool(const struct cupel_field *object, const char *key, bool *ret)
{
    struct cupel_field field;

    return !foreign_has(object, key, &field) || cupel_field_bool(&field, ret);
}

bool foreign_read_text(const struct cupel_field *object, const char *key, size_t max_bytes,
                       char **ret)
{
    CUPEL_AUTO_FREE char *dumped = NULL;
    struct cupel_field field;
    const char *text;

    if (!foreign_has(object, key, &field))
        return true;
    if (json_is_number(field.json) || json_is_boolean(field.json)) {
        dumped = json_dumps(field.json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        text = dumped;
    } else if (!cupel_field_string(&field, &text)) {
        return false;
    }
    char *clean = NULL;
    if (text == NULL || cupel_text_clean(text, strlen(text), max_bytes, &clean) < 0)
        return false;
    free(*ret);
    *ret = clean;
    return true;
}

bool foreign_read_array(const struct cupel_field *object, const char *key, size_t max,
                        struct cupel_field *ret, size_t *ret_count)
{
    *ret_count = 0;
    if (!foreign_has(object, key, ret))
        return true;
    if (!cupel_field_is_array(ret))
        return false;
    size_t count = cupel_field_count(ret);
    if (count > max)
        return cupel_field_fail(ret, "expected at most %zu elements, found %zu", max, count);
    *ret_count = count;
    return true;
}

bool foreign_count_images(const struct cupel_field *object, size_t *ret)
{
    struct cupel_field array;

    return foreign_read_array(object, "images", CUPEL_FOREIGN_ENTRIES_MAX, &array, ret);
}

void cupel_foreign_clear(struct cupel_foreign *foreign)
{
    for (size_t i = 0; i < foreign->test_count; i++) {
        struct cupel_foreign_test *test = &foreign->tests[i];
        free(test->name);
        free(test->number);
        free(test->title);
        free(test->message);
        free(test->output);
    }
    for (size_t i = 0; i < foreign->leaderboard_count; i++)
        free(foreign->leaderboard[i].name);
    free(foreign->tests);
    free(foreign->leaderboard);
    free(foreign->message);
    free(foreign->output);
    *foreign = (struct cupel_foreign){0};
}

static bool read_root(enum cupel_foreign_kind kind, struct cupel_document *document,
                      struct cupel_foreign *ret)
{
    const struct cupel_field root = cupel_document_root(document);

    if (!cupel_field_is_object(&root))
        return false;
    switch (kind) {
    case CUPEL_FOREIGN_GRADESCOPE:
        return foreign_read_gradescope(&root, ret);
    case CUPEL_FOREIGN_COURSERA:
        return foreign_read_coursera(&root, ret);
    case CUPEL_FOREIGN_PRAIRIELEARN:
        break;
    }
    return foreign_read_prairielearn(&root, ret);
}

/* The first thing that is wrong, at which reading stopped. */
static int fail(const struct cupel_diagnostics *diagnostics, struct cupel_error *err)
{
    if (diagnostics->count == 0)
        return cupel_fail(err, -ENOMEM, "out of memory");
    const struct cupel_diagnostic *first = &diagnostics->items[0];
    return cupel_fail(err, -EINVAL, "%u:%u: %s", first->line, first->column, first->text);
}

static int parse(enum cupel_foreign_kind kind, const char *text, size_t len,
                 struct cupel_foreign *ret, struct cupel_error *err)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_document *document = NULL;
    struct cupel_foreign foreign = {.score = NAN, .seconds = NAN};

    int r = cupel_document_parse(text, len, "result file", &diagnostics, &document, NULL);
    if (r < 0 || !read_root(kind, document, &foreign)) {
        r = fail(&diagnostics, err);
        cupel_foreign_clear(&foreign);
    } else {
        *ret = foreign;
    }
    cupel_document_free(document);
    cupel_diagnostics_clear(&diagnostics);
    return r;
}

int cupel_foreign_read(enum cupel_foreign_kind kind, const char *text, size_t len,
                       struct cupel_foreign *ret, struct cupel_error *err)
{
    size_t max = kind == CUPEL_FOREIGN_PRAIRIELEARN ? CUPEL_FOREIGN_PRAIRIELEARN_BYTES_MAX
                                                    : CUPEL_FOREIGN_BYTES_MAX;

    if (len > max)
        return cupel_fail(err, -EINVAL, "1:1: expected at most %zu bytes, found %zu", max, len);
    CUPEL_AUTO_FREE char *mended = malloc(len + 1);
    if (mended == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    memcpy(mended, text, len);
    foreign_mend(mended, len);
    return parse(kind, mended, len, ret, err);
}
