#include "grader/subset.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS_EQUAL 1e-9

/* A place in the result; its path is a prefix of the one buffer that all places share. */
struct place {
    char *path;
    size_t len;
    struct cupel_subset_differences *differences;
};

static struct place below(const struct place *place, const char *before, const char *name,
                          const char *after)
{
    struct place child = *place;
    size_t room = CUPEL_SUBSET_PATH_MAX - place->len;
    const char *separator = place->len == 0 && before[0] == '.' ? "" : before;

    int n = snprintf(place->path + place->len, room, "%s%s%s", separator, name, after);
    if (n > 0)
        child.len += (size_t)n < room ? (size_t)n : room - 1;
    return child;
}

static int add(const struct place *place, json_t *expected, json_t *found)
{
    struct cupel_subset_differences *all = place->differences;

    struct cupel_subset_difference *items =
        reallocarray(all->items, all->count + 1, sizeof(*items));
    if (items == NULL)
        return -ENOMEM;
    all->items = items;
    struct cupel_subset_difference *item = &items[all->count++];
    memcpy(item->path, place->path, place->len);
    item->path[place->len] = '\0';
    item->expected = json_incref(expected);
    item->found = json_incref(found);
    return 0;
}

static const char *id_of(const json_t *element)
{
    return json_string_value(json_object_get(element, "id"));
}

/* Whether elements are told by their ids, and not by where they stand. */
static bool has_ids(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (id_of(json_array_get(list, i)) == NULL)
            return false;
    }
    return json_array_size(list) > 0;
}

static json_t *find_id(const json_t *list, const char *id)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *other = id_of(json_array_get(list, i));
        if (other != NULL && strcmp(other, id) == 0)
            return json_array_get(list, i);
    }
    return NULL;
}

static int compare(const struct place *place, json_t *expected, json_t *found);

static int compare_objects(const struct place *place, json_t *expected, json_t *found)
{
    const char *key;
    json_t *value;
    int r = 0;

    json_object_foreach(expected, key, value)
    {
        struct place child = below(place, ".", key, "");
        json_t *other = json_object_get(found, key);
        r = other != NULL ? compare(&child, value, other) : add(&child, value, NULL);
        if (r < 0)
            return r;
    }
    return 0;
}

static int compare_by_id(const struct place *place, json_t *expected, json_t *found)
{
    for (size_t i = 0; i < json_array_size(expected); i++) {
        json_t *element = json_array_get(expected, i);
        json_t *other = find_id(found, id_of(element));
        struct place child = below(place, "[", id_of(element), "]");
        int r = other != NULL ? compare(&child, element, other) : add(&child, element, NULL);
        if (r < 0)
            return r;
    }
    return 0;
}

static int compare_lists(const struct place *place, json_t *expected, json_t *found)
{
    char index[24];

    if (has_ids(expected))
        return compare_by_id(place, expected, found);
    if (json_array_size(expected) != json_array_size(found))
        return add(place, expected, found);
    for (size_t i = 0; i < json_array_size(expected); i++) {
        (void)snprintf(index, sizeof(index), "%zu", i);
        struct place child = below(place, "[", index, "]");
        int r = compare(&child, json_array_get(expected, i), json_array_get(found, i));
        if (r < 0)
            return r;
    }
    return 0;
}

static bool is_equal(const json_t *expected, const json_t *found)
{
    if (json_is_number(expected) && json_is_number(found))
        return fabs(json_number_value(expected) - json_number_value(found)) < NUMBERS_EQUAL;
    return json_equal(expected, found) == 1;
}

static int compare(const struct place *place, json_t *expected, json_t *found)
{
    if (json_is_object(expected) && json_is_object(found))
        return compare_objects(place, expected, found);
    if (json_is_array(expected) && json_is_array(found))
        return compare_lists(place, expected, found);
    return is_equal(expected, found) ? 0 : add(place, expected, found);
}

int cupel_subset_compare(json_t *expected, json_t *found, struct cupel_subset_differences *ret)
{
    char path[CUPEL_SUBSET_PATH_MAX] = "";
    const struct place root = {.path = path, .differences = ret};

    return compare(&root, expected, found);
}

void cupel_subset_clear(struct cupel_subset_differences *differences)
{
    for (size_t i = 0; i < differences->count; i++) {
        json_decref(differences->items[i].expected);
        json_decref(differences->items[i].found);
    }
    free(differences->items);
    *differences = (struct cupel_subset_differences){0};
}

static json_t *update_object(json_t *expected, json_t *found)
{
    json_t *updated = json_object();
    const char *key;
    json_t *value;

    json_object_foreach(expected, key, value)
    {
        json_t *other = json_object_get(found, key);
        if (other == NULL)
            continue;
        if (json_object_set_new(updated, key, cupel_subset_update(value, other)) < 0) {
            json_decref(updated);
            return NULL;
        }
    }
    return updated;
}

static json_t *update_by_id(json_t *expected, json_t *found)
{
    json_t *updated = json_array();

    for (size_t i = 0; i < json_array_size(expected); i++) {
        json_t *element = json_array_get(expected, i);
        json_t *other = find_id(found, id_of(element));
        if (other == NULL)
            continue;
        if (json_array_append_new(updated, cupel_subset_update(element, other)) < 0) {
            json_decref(updated);
            return NULL;
        }
    }
    return updated;
}

json_t *cupel_subset_update(json_t *expected, json_t *found)
{
    if (json_is_object(expected) && json_is_object(found))
        return update_object(expected, found);
    if (has_ids(expected) && json_is_array(found))
        return update_by_id(expected, found);
    return json_deep_copy(found);
}
