/* What expected.json holds when nobody wrote one, and how it is written. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "grader/subset.h"

static const char *const result_keys[] = {"status",    "message",  "score",
                                          "max_score", "fraction", NULL};
static const char *const build_keys[] = {"id", "passed", NULL};
static const char *const test_keys[] = {"id", "verdict", "reason", "score", NULL};
static const char *const group_keys[] = {"id", "score", "max_score", NULL};

/* Copy the members that from has; false if memory ran out. */
static bool copy_members(json_t *to, const json_t *from, const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        json_t *value = json_object_get(from, *keys);
        if (value != NULL && json_object_set(to, *keys, value) < 0)
            return false;
    }
    return true;
}

/* Nothing for an empty list: nothing is worth expecting of it. */
static bool copy_list(json_t *to, const json_t *from, const char *key, const char *const *keys)
{
    const json_t *list = json_object_get(from, key);

    if (json_array_size(list) == 0)
        return true;
    json_t *copies = json_array();
    if (json_object_set_new(to, key, copies) < 0)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *copy = json_object();
        if (json_array_append_new(copies, copy) < 0 ||
            !copy_members(copy, json_array_get(list, i), keys))
            return false;
    }
    return true;
}

json_t *cupel_subset_default(json_t *result)
{
    json_t *expected = json_object();

    if (expected != NULL && copy_members(expected, result, result_keys) &&
        copy_list(expected, result, "build", build_keys) &&
        copy_list(expected, result, "tests", test_keys) &&
        copy_list(expected, result, "groups", group_keys))
        return expected;
    json_decref(expected);
    return NULL;
}

/* 15 digits, as in results: 0.1 is written as 0.1. false if memory ran out. */
static bool write_value(FILE *out, const json_t *value)
{
    CUPEL_AUTO_FREE char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

    return text != NULL && fputs(text, out) >= 0;
}

static bool write_list(FILE *out, const json_t *list)
{
    bool written = fputs("[\n", out) >= 0;

    for (size_t i = 0; written && i < json_array_size(list); i++) {
        const char *end = i + 1 < json_array_size(list) ? ",\n" : "\n  ]";
        written = fputs("    ", out) >= 0 && write_value(out, json_array_get(list, i)) &&
                  fputs(end, out) >= 0;
    }
    return written;
}

static bool write_members(FILE *out, json_t *object)
{
    const char *separator = "{\n";
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        json_t *name = json_string(key);
        bool written = name != NULL && fprintf(out, "%s  ", separator) > 0 &&
                       write_value(out, name) && fputs(": ", out) >= 0;
        json_decref(name);
        if (!written)
            return false;
        if (json_array_size(value) > 0 ? !write_list(out, value) : !write_value(out, value))
            return false;
        separator = ",\n";
    }
    return fputs(separator[0] == '{' ? "{}\n" : "\n}\n", out) >= 0;
}

char *cupel_subset_text(json_t *expected)
{
    char *text = NULL;
    size_t len = 0;

    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    bool written = write_members(out, expected);
    if (fclose(out) == 0 && written)
        return text;
    free(text);
    return NULL;
}
