#include "render/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/outcome.h"
#include "cupel/render.h"
#include "cupel/text.h"

#define EXACT_INTEGERS 0x1p53 /* up to which a double holds every integer */

void render_put(json_t **object, const char *key, json_t *value)
{
    if (*object == NULL) {
        json_decref(value);
    } else if (json_object_set_new_nocheck(*object, key, value) != 0) {
        json_decref(*object);
        *object = NULL;
    }
}

void render_append(json_t **array, json_t *value)
{
    if (*array == NULL) {
        json_decref(value);
    } else if (json_array_append_new(*array, value) != 0) {
        json_decref(*array);
        *array = NULL;
    }
}

static json_t *cleaned(const char *text, size_t len)
{
    char *clean;

    if (cupel_text_clean(text, len, SIZE_MAX / 2, &clean) < 0)
        return NULL;
    json_t *json = json_string(clean);
    free(clean);
    return json;
}

json_t *render_text(const char *text)
{
    if (text == NULL)
        return json_null();
    size_t len = strlen(text);
    return cupel_text_is_utf8(text, len) ? json_stringn_nocheck(text, len) : cleaned(text, len);
}

json_t *render_name(const char *text)
{
    return render_text(text != NULL && text[0] != '\0' ? text : NULL);
}

json_t *render_number(double value)
{
    if (!isfinite(value))
        return json_null();
    if (value > -EXACT_INTEGERS && value < EXACT_INTEGERS) {
        json_int_t integer = (json_int_t)value;
        if ((double)integer == value)
            return json_integer(integer);
    }
    return json_real(value);
}

json_t *render_u64(uint64_t value)
{
    if (value == CUPEL_UNKNOWN)
        return json_null();
    return json_integer(value <= INT64_MAX ? (json_int_t)value : INT64_MAX);
}

json_t *render_seconds(uint64_t ns)
{
    if (ns == CUPEL_UNKNOWN)
        return json_null();
    uint64_t us = ns / 1000 + (ns % 1000 >= 500);
    return render_number((double)us / 1e6);
}

static char *dump(const json_t *json, size_t flags)
{
    size_t len = json_dumpb(json, NULL, 0, flags);
    char *text = len > 0 ? malloc(len + 2) : NULL;

    if (text == NULL)
        return NULL;
    if (json_dumpb(json, text, len, flags) != len) {
        free(text);
        return NULL;
    }
    text[len] = '\n';
    text[len + 1] = '\0';
    return text;
}

char *cupel_render_json_text(const json_t *json)
{
    return dump(json, RENDER_JSON_FLAGS);
}

char *cupel_render_json_line(const json_t *json)
{
    return dump(json, JSON_COMPACT | RENDER_JSON_DIGITS);
}
