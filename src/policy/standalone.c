#include "policy/standalone.h"

#include <stdint.h>
#include <stdio.h>

#include "cupel/units.h"
#include "policy/limits.h"
#include "policy/merge.h"
#include "policy/rules.h"

/* All of these hand NULL on, so that only the whole has to be checked. */

/* In the largest unit in which it is a whole number. */
static json_t *duration(uint64_t ns)
{
    static const struct {
        uint64_t ns;
        const char *name;
    } units[] = {{CUPEL_NS_PER_S, "s"},
                 {CUPEL_NS_PER_S / 1000, "ms"},
                 {CUPEL_NS_PER_US, "us"},
                 {1, "ns"}};
    size_t unit = 0;

    while (ns % units[unit].ns != 0)
        unit++;
    return json_sprintf("%ju %s", (uintmax_t)(ns / units[unit].ns), units[unit].name);
}

static json_t *limit(const struct cupel_limit_key *key, uint64_t value)
{
    switch (key->unit) {
    case CUPEL_UNIT_DURATION:
        return duration(value);
    case CUPEL_UNIT_MILLI:
        return json_real((double)value / 1000);
    case CUPEL_UNIT_BYTES:
    case CUPEL_UNIT_COUNT:
        break;
    }
    return json_integer((json_int_t)value);
}

static json_t *limits_of(const struct cupel_limits *limits)
{
    json_t *object = json_object();

    for (size_t i = 0; object != NULL && i < CUPEL_LIMIT_KEYS; i++) {
        const struct cupel_limit_key *key = &cupel_limit_keys[i];
        if (json_object_set_new(object, key->key, limit(key, cupel_limit_value(limits, key))) <
            0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *layers_of(unsigned require)
{
    json_t *array = json_array();

    for (size_t i = 0; array != NULL && i < CUPEL_LAYER_COUNT; i++) {
        if ((require & 1U << i) != 0 &&
            json_array_append_new(array, json_string(cupel_layer_names[i])) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* As they are written; alternative conditions of one rule are one text. */
static json_t *rules_of(const struct cupel_policy_rules *rules)
{
    json_t *array = json_array();

    for (size_t i = 0; array != NULL && i < rules->count; i++) {
        if (i > 0 && rules->items[i].json == rules->items[i - 1].json)
            continue;
        if (json_array_append(array, rules->items[i].json) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

json_t *cupel_policy_standalone(const struct cupel_policy *policy)
{
    const char *network = policy->network == CUPEL_NETWORK_NONE ? "none" : "loopback";
    char unknown[CUPEL_ACTION_SIZE];

    return json_pack(
        "{ss ss ss so s{so so so} ss so s{ss so} so}", "schema", "cupel.policy/1", "name",
        policy->name, "why", policy->why, "limits", limits_of(&policy->limits), "files",
        "read_only", cupel_strings_json(policy->read_only), "writable",
        cupel_strings_json(policy->writable), "devices", cupel_strings_json(policy->devices),
        "network", network, "environment", cupel_strings_json(policy->environment), "syscalls",
        "unknown", cupel_action_format(policy->rules->unknown, unknown), "rules",
        rules_of(policy->rules), "require", layers_of(policy->require));
}
