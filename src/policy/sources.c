#include "policy/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"
#include "policy/rules.h"

struct cupel_policy_sources *cupel_sources_make(void)
{
    struct cupel_policy_sources *sources = calloc(1, sizeof(*sources));

    if (sources == NULL)
        return NULL;
    for (size_t i = 0; i < CUPEL_LIMIT_KEYS; i++)
        sources->limits[i] = CUPEL_SOURCE_NONE;
    for (size_t i = 0; i < CUPEL_PART_RULE; i++)
        sources->parts[i] = CUPEL_SOURCE_NONE;
    return sources;
}

int cupel_sources_add(struct cupel_policy_sources *sources, struct cupel_document *document,
                      const char *name)
{
    if (sources->count == CUPEL_POLICY_DEPTH)
        return -E2BIG;
    sources->names[sources->count] = strdup(name);
    if (sources->names[sources->count] == NULL)
        return -ENOMEM;
    sources->documents[sources->count++] = cupel_document_keep(document);
    return 0;
}

void cupel_sources_free(struct cupel_policy_sources *sources)
{
    if (sources == NULL)
        return;
    for (size_t i = 0; i < sources->count; i++) {
        cupel_document_free(sources->documents[i]);
        free(sources->names[i]);
    }
    free(sources);
}

/* Where a part stands in a document: member `second` of member `first`, and its index. */
struct place {
    const char *first;
    const char *second; /* NULL: the part is first itself */
    bool has_index;
};

static const struct place places[] = {
    [CUPEL_PART_LIMIT] = {"limits", NULL, false},
    [CUPEL_PART_READ_ONLY] = {"files", "read_only", true},
    [CUPEL_PART_WRITABLE] = {"files", "writable", true},
    [CUPEL_PART_DEVICE] = {"files", "devices", true},
    [CUPEL_PART_ENVIRONMENT] = {"environment", NULL, true},
    [CUPEL_PART_NETWORK] = {"network", NULL, false},
    [CUPEL_PART_REQUIRE] = {"require", NULL, false},
    [CUPEL_PART_UNKNOWN] = {"syscalls", "unknown", false},
    [CUPEL_PART_RULE] = {"syscalls", "rules", true},
};

static const char *text_of(const struct cupel_field *object, const char *key)
{
    return json_string_value(json_object_get(object->json, key));
}

/* Line and column of a place, and the reason that is given there. */
static void locate(const struct cupel_field *root, const struct place *place, size_t index,
                   struct cupel_origin *ret)
{
    struct cupel_field first;
    struct cupel_field second;
    struct cupel_field item;
    const struct cupel_field *at = root;

    if (cupel_field_get(at, place->first, &first))
        at = &first;
    if (place->second != NULL && cupel_field_get(at, place->second, &second))
        at = &second;
    if (place->has_index && index < cupel_field_count(at)) {
        item = cupel_field_at(at, index);
        at = &item;
    }
    cupel_field_position(at, &ret->line, &ret->column);
    const char *own = json_is_object(at->json) ? text_of(at, "why") : NULL;
    ret->why = own != NULL ? own : text_of(root, "why");
}

void cupel_policy_origin(const struct cupel_policy *policy, enum cupel_policy_part part,
                         size_t index, struct cupel_origin *ret)
{
    const struct cupel_policy_sources *sources = policy->sources;
    struct place place = places[part];
    int source = CUPEL_SOURCE_NONE;

    *ret = (struct cupel_origin){0};
    if (part == CUPEL_PART_LIMIT) {
        source = sources->limits[index];
        place.second = cupel_limit_keys[index].key;
    } else if (part == CUPEL_PART_RULE) {
        source = policy->rules->items[index].source;
        index = policy->rules->items[index].index;
    } else {
        source = sources->parts[part];
    }
    if (source == CUPEL_SOURCE_NONE)
        return;
    struct cupel_field root = cupel_document_root(sources->documents[source]);
    ret->policy = sources->names[source];
    ret->file = sources->documents[source]->name;
    locate(&root, &place, index, ret);
}
