/* The policy as canonical JSON: sorted keys, no blanks, quantities as numbers. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/hash.h"
#include "policy/limits.h"
#include "policy/merge.h"
#include "policy/rules.h"
#include "policy/sources.h"

/* All of these hand NULL on, so that only the whole has to be checked. */

json_t *cupel_strings_json(char *const *items)
{
    json_t *array = json_array();

    for (; array != NULL && *items != NULL; items++) {
        if (json_array_append_new(array, json_string(*items)) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *limits_of(const struct cupel_limits *limits)
{
    json_t *object = json_object();

    for (size_t i = 0; object != NULL && i < CUPEL_LIMIT_KEYS; i++) {
        uint64_t value = cupel_limit_value(limits, &cupel_limit_keys[i]);
        if (json_object_set_new(object, cupel_limit_keys[i].key,
                                json_integer((json_int_t)value)) < 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *rules_of(const struct cupel_policy *policy)
{
    json_t *array = json_array();

    for (size_t i = 0; array != NULL && i < policy->rules->count; i++) {
        if (json_array_append(array, policy->rules->items[i].json) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *canonical(const struct cupel_policy *policy)
{
    const struct cupel_action *unknown = &policy->rules->unknown;

    return json_pack("{ss ss so so so so so si si s{si si} so}", "name", policy->name, "why",
                     policy->why, "limits", limits_of(&policy->limits), "read_only",
                     cupel_strings_json(policy->read_only), "writable",
                     cupel_strings_json(policy->writable), "devices",
                     cupel_strings_json(policy->devices), "environment",
                     cupel_strings_json(policy->environment), "network", (int)policy->network,
                     "require", (int)policy->require, "unknown", "kind", (int)unknown->kind,
                     "errno", unknown->error_number, "rules", rules_of(policy));
}

int cupel_policy_hash(const struct cupel_policy *policy, char ret[static CUPEL_SHA256_HEX_SIZE])
{
    struct cupel_hash hash;

    json_t *json = canonical(policy);
    CUPEL_AUTO_FREE char *text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(json);
    if (text == NULL)
        return -ENOMEM;
    cupel_hash_init(&hash);
    cupel_hash_update(&hash, text, strlen(text));
    cupel_hash_hex(&hash, ret);
    return 0;
}
