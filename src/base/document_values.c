/* Typed values of fields: what was expected, and what was found instead. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"
#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "cupel/units.h"

#define FOUND_SIZE 72 /* an excerpt in quotes */

/* How messages call a value: its own text if it is short, its type if it is not. */
static const char *found(const json_t *json, char buf[static FOUND_SIZE])
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        if (json_string_length(json) == 0)
            return "an empty string";
        (void)snprintf(buf, FOUND_SIZE, "\"%s\"",
                       cupel_text_excerpt(json_string_value(json), excerpt));
        return buf;
    case JSON_INTEGER:
        (void)snprintf(buf, FOUND_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        return buf;
    case JSON_REAL: {
        size_t n =
            json_dumpb(json, buf, FOUND_SIZE - 1, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
        buf[n < FOUND_SIZE ? n : 0] = '\0';
        return buf;
    }
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        break;
    }
    return "null";
}

static bool fail_expected(const struct cupel_field *field, const char *expected)
{
    char buf[FOUND_SIZE];

    return cupel_field_fail(field, "expected %s, found %s", expected, found(field->json, buf));
}

bool cupel_field_string(const struct cupel_field *field, const char **ret)
{
    if (!json_is_string(field->json))
        return fail_expected(field, "a string");
    *ret = json_string_value(field->json);
    return true;
}

bool cupel_field_bool(const struct cupel_field *field, bool *ret)
{
    if (!json_is_boolean(field->json))
        return fail_expected(field, "true or false");
    *ret = json_is_true(field->json);
    return true;
}

bool cupel_field_uint(const struct cupel_field *field, uint64_t min, uint64_t max,
                      uint64_t *ret)
{
    json_int_t value = json_integer_value(field->json);
    char expected[96];

    if (json_is_integer(field->json) && value >= 0 && (uint64_t)value >= min &&
        (uint64_t)value <= max) {
        *ret = (uint64_t)value;
        return true;
    }
    if (max >= INT64_MAX)
        (void)snprintf(expected, sizeof(expected), "a whole number of at least %" PRIu64, min);
    else
        (void)snprintf(expected, sizeof(expected),
                       "a whole number from %" PRIu64 " to %" PRIu64, min, max);
    return fail_expected(field, expected);
}

bool cupel_field_number(const struct cupel_field *field, double min, double max, double *ret)
{
    double value = json_number_value(field->json);
    char expected[96];

    if (json_is_number(field->json) && value >= min && value <= max) {
        *ret = value;
        return true;
    }
    if (isinf(min) && isinf(max))
        return fail_expected(field, "a number");
    if (isinf(max))
        (void)snprintf(expected, sizeof(expected), "a number of at least %g", min);
    else
        (void)snprintf(expected, sizeof(expected), "a number from %g to %g", min, max);
    return fail_expected(field, expected);
}

bool cupel_field_bytes(const struct cupel_field *field, uint64_t *ret)
{
    struct cupel_error err = {0};
    uint64_t value;

    if (json_is_integer(field->json) && json_integer_value(field->json) >= 0) {
        *ret = (uint64_t)json_integer_value(field->json);
        return true;
    }
    if (!json_is_string(field->json))
        return fail_expected(field, "a size such as \"256 MiB\"");
    if (cupel_units_parse_bytes(json_string_value(field->json), &value, &err) < 0)
        return cupel_field_fail(field, "%s", err.text);
    *ret = value;
    return true;
}

bool cupel_field_duration(const struct cupel_field *field, uint64_t *ret)
{
    struct cupel_error err = {0};
    uint64_t value;

    if (!json_is_string(field->json))
        return fail_expected(field, "a duration such as \"250 ms\"");
    if (cupel_units_parse_duration(json_string_value(field->json), &value, &err) < 0)
        return cupel_field_fail(field, "%s", err.text);
    *ret = value;
    return true;
}

bool cupel_field_choice(const struct cupel_field *field, const char *const *names, size_t *ret)
{
    const char *value = json_string_value(field->json);
    char buf[FOUND_SIZE];

    for (size_t i = 0; value != NULL && names[i] != NULL; i++) {
        if (strcmp(value, names[i]) == 0) {
            *ret = i;
            return true;
        }
    }
    CUPEL_AUTO_FREE char *list = cupel_names_list(names, " or ");
    return cupel_field_fail(field, "expected %s, found %s", list != NULL ? list : "a name",
                            found(field->json, buf));
}
