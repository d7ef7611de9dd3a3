/* Diagnostics about fields: where they point to, and what they call the field. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"
#include "base/nearest.h"
#include "cupel/cleanup.h"
#include "cupel/text.h"

void cupel_field_position(const struct cupel_field *field, unsigned *ret_line,
                          unsigned *ret_column)
{
    cupel_position_of_offset(field->document->text, field->document->len,
                             cupel_position_find(field, false), ret_line, ret_column);
}

static bool is_in_array(const struct cupel_field *field)
{
    for (; field->parent != NULL; field = field->parent) {
        if (field->key == NULL)
            return true;
    }
    return false;
}

/* tests[2].points: written from its end, since a field knows its parents only. */
static char *index_path(const struct cupel_field *field)
{
    char *path = strdup("");

    for (; field->parent != NULL && path != NULL; field = field->parent) {
        char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
        char *longer = NULL;
        const char *dot = path[0] != '\0' && path[0] != '[' ? "." : "";
        int n = field->key == NULL
                    ? asprintf(&longer, "[%zu]%s%s", field->index, dot, path)
                    : asprintf(&longer, "%s%s%s", cupel_text_excerpt(field->key, excerpt), dot,
                               path);
        free(path);
        path = n < 0 ? NULL : longer;
    }
    return path;
}

/* "memory" or tests[2].points, whichever says enough; NULL for the root. Freed by the caller.
 */
static char *field_name(const struct cupel_field *field)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    char *name = NULL;

    if (field->parent == NULL)
        return NULL;
    if (is_in_array(field))
        return index_path(field);
    if (asprintf(&name, "\"%s\"", cupel_text_excerpt(field->key, excerpt)) < 0)
        return NULL;
    return name;
}

static void report(const struct cupel_field *field, bool of_key, const char *fmt, va_list ap)
    CUPEL_PRINTF(3, 0);

static void report(const struct cupel_field *field, bool of_key, const char *fmt, va_list ap)
{
    const struct cupel_document *document = field->document;
    CUPEL_AUTO_FREE char *text = NULL;
    unsigned line;
    unsigned column;

    if (vasprintf(&text, fmt, ap) < 0) {
        text = NULL;
        return;
    }
    CUPEL_AUTO_FREE char *name = of_key ? NULL : field_name(field);
    cupel_position_of_offset(document->text, document->len, cupel_position_find(field, of_key),
                             &line, &column);
    cupel_diagnostics_add(document->diagnostics, document->name, line, column, "%s%s%s",
                          name != NULL ? name : "", name != NULL ? ": " : "", text);
}

bool cupel_field_fail(const struct cupel_field *field, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report(field, false, fmt, ap);
    va_end(ap);
    return false;
}

void cupel_field_remark(const struct cupel_field *field, enum cupel_severity severity,
                        const char *fmt, ...)
{
    struct cupel_diagnostics *diagnostics = field->document->diagnostics;
    size_t before = diagnostics->count;
    va_list ap;

    if (!diagnostics->remarks)
        return;
    va_start(ap, fmt);
    report(field, false, fmt, ap);
    va_end(ap);
    if (diagnostics->count > before)
        diagnostics->items[before].severity = severity;
}

bool cupel_field_fail_for(const struct cupel_field *field, const struct cupel_error *why)
{
    if (!cupel_is_shortage(why->code))
        return cupel_field_fail(field, "%s", why->text);
    field->document->diagnostics->shortage = *why;
    return false;
}

bool cupel_field_out_of_memory(const struct cupel_field *field)
{
    (void)cupel_fail(&field->document->diagnostics->shortage, -ENOMEM, "%s: out of memory",
                     field->document->name);
    return false;
}

bool cupel_field_fail_key(const struct cupel_field *field, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report(field, true, fmt, ap);
    va_end(ap);
    return false;
}

static bool is_known(const char *key, const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        if (strcmp(key, *keys) == 0)
            return true;
    }
    return false;
}

static void fail_unknown(const struct cupel_field *member, const char *const *keys)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    (void)cupel_text_excerpt(member->key, excerpt);
    const char *near = cupel_nearest(member->key, keys);
    if (near != NULL) {
        (void)cupel_field_fail_key(member, "unknown key \"%s\"; did you mean \"%s\"?", excerpt,
                                   near);
        return;
    }
    CUPEL_AUTO_FREE char *known = cupel_names_list(keys, ", ");
    (void)cupel_field_fail_key(member, "unknown key \"%s\"; known keys are %s", excerpt,
                               known != NULL ? known : "others");
}

bool cupel_field_only_keys(const struct cupel_field *object, const char *const *keys)
{
    const char *key;
    json_t *value;
    bool ok = true;

    json_object_foreach(object->json, key, value)
    {
        if (is_known(key, keys))
            continue;
        struct cupel_field member = {
            .document = object->document, .parent = object, .key = key, .json = value};
        fail_unknown(&member, keys);
        ok = false;
    }
    return ok;
}
