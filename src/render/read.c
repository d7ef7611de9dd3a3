/* Places, objects and lists. */
#include "render/read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"

#define PATH_SIZE  128
#define FOUND_SIZE (CUPEL_TEXT_EXCERPT_SIZE + 8)

/* "tests[3].run"; tables give keys and depth, so that it always fits. */
static size_t put_path(const struct read_place *place, char path[static PATH_SIZE])
{
    path[0] = '\0';
    if (place->parent == NULL)
        return 0;
    size_t used = put_path(place->parent, path);
    int more =
        place->key != NULL
            ? snprintf(path + used, PATH_SIZE - used, "%s%s", used > 0 ? "." : "", place->key)
            : snprintf(path + used, PATH_SIZE - used, "[%zu]", place->index);
    size_t len = used + (more > 0 ? (size_t)more : 0);
    return len < PATH_SIZE ? len : PATH_SIZE - 1;
}

int read_fail(const struct read_place *place, struct cupel_error *err, const char *fmt, ...)
{
    char path[PATH_SIZE];
    char text[sizeof(err->text)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    bool below = put_path(place, path) > 0;
    return cupel_fail(err, -EPROTO, "%s%s%s", path, below ? ": " : "", text);
}

static const char *found(const json_t *json, char buf[static FOUND_SIZE])
{
    static const char *const types[] = {
        [JSON_OBJECT] = "an object",   [JSON_ARRAY] = "a list",    [JSON_STRING] = "a string",
        [JSON_INTEGER] = "an integer", [JSON_REAL] = "a fraction", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",        [JSON_NULL] = "null",
    };
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    if (json == NULL)
        return "nothing";
    if (json_is_string(json))
        (void)snprintf(buf, FOUND_SIZE, "\"%s\"",
                       cupel_text_excerpt(json_string_value(json), excerpt));
    else if (json_is_number(json))
        (void)snprintf(buf, FOUND_SIZE, "%.15g", json_number_value(json));
    else
        return types[json_typeof(json)];
    return buf;
}

int read_fail_expected(const struct read_place *place, const struct read_key *key,
                       const char *expected, struct cupel_error *err)
{
    char text[FOUND_SIZE];

    return read_fail(place, err, "expected %s%s, found %s", expected,
                     key->nullable ? " or null" : "", found(place->json, text));
}

int read_member(const struct read_place *object, const char *name, struct read_place *ret,
                struct cupel_error *err)
{
    const json_t *json = json_object_get(object->json, name);

    if (json == NULL)
        return read_fail(object, err, "key \"%s\" is missing", name);
    *ret = (struct read_place){.parent = object, .key = name, .json = json};
    return 0;
}

int read_shaped(const struct read_place *place, void *object, const struct read_shape *shape,
                struct cupel_error *err)
{
    static const struct read_key plain = {0};
    int r = 0;

    if (!json_is_object(place->json))
        return read_fail_expected(place, &plain, "an object", err);
    for (const struct read_key *key = shape->keys; r == 0 && key->name != NULL; key++) {
        struct read_place member;
        r = read_member(place, key->name, &member, err);
        if (r == 0)
            r = key->read(&member, object, key, err);
    }
    return r == 0 && shape->finish != NULL ? shape->finish(place, object, err) : r;
}

int read_object(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err)
{
    if (key->nullable) {
        bool *there = (void *)((char *)object + key->beside);
        *there = !json_is_null(place->json);
        if (!*there)
            return 0;
    }
    if (!json_is_object(place->json))
        return read_fail_expected(place, key, "an object", err);
    return read_shaped(place, read_target(object, key), key->shape, err);
}

/* How many items a list has. */
static int count_items(const struct read_place *place, const struct read_key *key, size_t *ret,
                       struct cupel_error *err)
{
    size_t most = key->most > 0 ? key->most : READ_ITEMS_MAX;

    if (!json_is_array(place->json))
        return read_fail_expected(place, key, "a list", err);
    size_t count = json_array_size(place->json);
    if (count > most)
        return read_fail(place, err, "expected at most %zu items, found %zu", most, count);
    *ret = count;
    return 0;
}

/* Zeroed room behind the pointer at target, which is as it was if there are no items. */
static int make_room(size_t count, size_t size, void *target, struct cupel_error *err)
{
    if (count == 0)
        return 0;
    void *items = calloc(count, size);
    if (items == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    memcpy(target, &items, sizeof(items)); /* whatever they are, it is a pointer */
    return 0;
}

static struct read_place item_of(const struct read_place *list, size_t index)
{
    return (struct read_place){
        .parent = list, .index = index, .json = json_array_get(list->json, index)};
}

int read_list(const struct read_place *place, void *object, const struct read_key *key,
              struct cupel_error *err)
{
    size_t *length = (void *)((char *)object + key->beside);
    char *items = NULL;
    size_t count = 0;

    int r = count_items(place, key, &count, err);
    if (r == 0)
        r = make_room(count, key->shape->size, &items, err);
    if (r < 0)
        return r;
    memcpy(read_target(object, key), &items, sizeof(items));
    *length = count;
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct read_place item = item_of(place, i);
        r = read_shaped(&item, items + i * key->shape->size, key->shape, err);
    }
    return r;
}

int read_strings(const struct read_place *place, void *object, const struct read_key *key,
                 struct cupel_error *err)
{
    static const struct read_key text = {0};
    char ***ret = read_target(object, key);
    size_t count = 0;

    int r = count_items(place, key, &count, err);
    if (r < 0 || count == 0)
        return r;
    r = make_room(count + 1, sizeof(char *), ret, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct read_place item = item_of(place, i);
        r = read_text(&item, &(*ret)[i], &text, err);
    }
    return r;
}

int read_nothing(const struct read_place *place, void *object, const struct read_key *key,
                 struct cupel_error *err)
{
    (void)place;
    (void)object;
    (void)key;
    (void)err;
    return 0;
}
