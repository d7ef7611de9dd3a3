#include "cli/policy_model.h"

#include <stdio.h>
#include <string.h>

#include "cupel/units.h"
#include "policy/rules.h"
#include "policy/sources.h"
#include "render/json.h"

#define SETTING_INDENT 16
#define PLACE_COLUMN   36 /* behind the indent */

json_t *policy_head_json(const char *schema, const struct cupel_policy *policy)
{
    json_t *chain = json_array();

    for (size_t i = policy->sources->count; i-- > 1;)
        render_append(&chain, render_text(policy->sources->names[i - 1]));
    return json_pack("{ss so so ss ss so}", "schema", schema, "policy",
                     render_text(policy->name), "why", render_text(policy->why), "sha256",
                     policy->sha256, "arch", cupel_arch_names[policy->arch], "extends", chain);
}

json_t *policy_origin_json(const struct cupel_origin *origin)
{
    if (origin->file == NULL)
        return json_null();
    return json_pack("{so so si si}", "policy", render_text(origin->policy), "file",
                     render_text(origin->file), "line", (int)origin->line, "column",
                     (int)origin->column);
}

json_t *policy_decision_json(const struct cupel_decision *decision)
{
    static const char *const names[] = {[CUPEL_DECIDED_BY_RULE] = "rule",
                                        [CUPEL_DECIDED_BY_UNKNOWN] = "unknown",
                                        [CUPEL_DECIDED_BY_INVARIANT] = "invariant"};
    char action[CUPEL_ACTION_SIZE];

    return json_pack("{ss ss so so}", "action", cupel_action_format(decision->action, action),
                     "by", names[decision->by], "why", render_text(decision->origin.why),
                     "origin", policy_origin_json(&decision->origin));
}

json_t *policy_answers_json(const struct cupel_answers *answers)
{
    json_t *array = json_array();

    for (size_t i = 0; i < answers->count; i++) {
        const struct cupel_answer *answer = &answers->items[i];
        json_t *one = policy_decision_json(&answer->decision);
        render_put(&one, "when", render_name(answer->when));
        if (answer->decision.by == CUPEL_DECIDED_BY_INVARIANT)
            render_put(&one, "allowed_by", policy_origin_json(&answer->allowed_by));
        render_append(&array, one);
    }
    return array;
}

const char *policy_limit_text(const struct cupel_limit_key *key, uint64_t value,
                              char ret[static POLICY_LIMIT_TEXT])
{
    switch (key->unit) {
    case CUPEL_UNIT_DURATION:
        return cupel_units_format_duration(value, ret, POLICY_LIMIT_TEXT);
    case CUPEL_UNIT_BYTES:
        return cupel_units_format_bytes(value, ret, POLICY_LIMIT_TEXT);
    case CUPEL_UNIT_MILLI:
        if (value == key->max)
            (void)snprintf(ret, POLICY_LIMIT_TEXT, "as many as there are");
        else
            (void)snprintf(ret, POLICY_LIMIT_TEXT, "%.3g", (double)value / 1000);
        return ret;
    case CUPEL_UNIT_COUNT:
        break;
    }
    (void)snprintf(ret, POLICY_LIMIT_TEXT, "%ju", (uintmax_t)value);
    return ret;
}

static json_t *setting(const struct cupel_policy *policy, const char *key, json_t *value,
                       const char *text, enum cupel_policy_part part, size_t index)
{
    struct cupel_origin origin;

    cupel_policy_origin(policy, part, index, &origin);
    return json_pack("{ss so so so}", "key", key, "value", value, "text", render_text(text),
                     "origin", policy_origin_json(&origin));
}

static void add_limits(const struct cupel_policy *policy, json_t **settings)
{
    for (size_t i = 0; i < CUPEL_LIMIT_KEYS; i++) {
        const struct cupel_limit_key *key = &cupel_limit_keys[i];
        uint64_t value = cupel_limit_value(&policy->limits, key);
        char text[POLICY_LIMIT_TEXT];
        render_append(settings,
                      setting(policy, key->key, render_u64(value),
                              policy_limit_text(key, value, text), CUPEL_PART_LIMIT, i));
    }
}

static void add_list(const struct cupel_policy *policy, json_t **settings, const char *key,
                     char *const *items, enum cupel_policy_part part)
{
    json_t *array = json_array();
    char text[4096] = "";
    size_t len = 0;

    for (size_t i = 0; items[i] != NULL; i++) {
        render_append(&array, render_text(items[i]));
        if (len < sizeof(text))
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i > 0 ? " " : "",
                                    items[i]);
    }
    render_append(settings, setting(policy, key, array, len > 0 ? text : "none", part, 0));
}

static void add_require(const struct cupel_policy *policy, json_t **settings)
{
    char *names[CUPEL_LAYER_COUNT + 1] = {NULL};
    char copies[CUPEL_LAYER_COUNT][32];
    size_t count = 0;

    for (size_t i = 0; i < CUPEL_LAYER_COUNT; i++) {
        if ((policy->require & 1U << i) == 0)
            continue;
        (void)snprintf(copies[count], sizeof(copies[count]), "%s", cupel_layer_names[i]);
        names[count] = copies[count];
        count++;
    }
    add_list(policy, settings, "require", names, CUPEL_PART_REQUIRE);
}

json_t *policy_settings_json(const struct cupel_policy *policy)
{
    const char *network = policy->network == CUPEL_NETWORK_NONE ? "none" : "loopback";
    char unknown[CUPEL_ACTION_SIZE];
    json_t *settings = json_array();

    add_limits(policy, &settings);
    add_list(policy, &settings, "read_only", policy->read_only, CUPEL_PART_READ_ONLY);
    add_list(policy, &settings, "writable", policy->writable, CUPEL_PART_WRITABLE);
    add_list(policy, &settings, "devices", policy->devices, CUPEL_PART_DEVICE);
    add_list(policy, &settings, "environment", policy->environment, CUPEL_PART_ENVIRONMENT);
    render_append(&settings, setting(policy, "network", render_text(network), network,
                                     CUPEL_PART_NETWORK, 0));
    add_require(policy, &settings);
    (void)cupel_action_format(policy->rules->unknown, unknown);
    render_append(&settings, setting(policy, "unknown", render_text(unknown), unknown,
                                     CUPEL_PART_UNKNOWN, 0));
    return settings;
}

const char *policy_text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

const char *policy_place(const json_t *origin, bool whole_path,
                         char ret[static POLICY_PLACE_SIZE])
{
    const char *file = policy_text_of(origin, "file");
    const char *slash = strrchr(file, '/');

    ret[0] = '\0';
    if (!json_is_object(origin))
        return ret;
    (void)snprintf(ret, POLICY_PLACE_SIZE, "%s:%d:%d",
                   !whole_path && slash != NULL ? slash + 1 : file,
                   (int)json_integer_value(json_object_get(origin, "line")),
                   (int)json_integer_value(json_object_get(origin, "column")));
    return ret;
}

static void put_place(struct page *page, const json_t *setting, const char *lead)
{
    const char *text = policy_text_of(setting, "text");
    char place[POLICY_PLACE_SIZE];

    if (policy_place(json_object_get(setting, "origin"), false, place)[0] == '\0')
        (void)snprintf(place, sizeof(place), "by default");
    if (strlen(text) < PLACE_COLUMN) {
        page_format(page, "%-*s", SETTING_INDENT, lead);
        page_put(page, text, PLACE_COLUMN, false);
        page_put(page, place, 0, false);
        page_format(page, "\n");
    } else {
        page_wrap(page, lead, SETTING_INDENT, text);
        page_wrap(page, "", SETTING_INDENT + PLACE_COLUMN, place);
    }
}

/* All limits in one text. */
static void put_limits(struct page *page, const json_t *settings)
{
    char text[CUPEL_LIMIT_KEYS * (POLICY_LIMIT_TEXT + 16)] = "";
    size_t len = 0;

    for (size_t i = 0; i < CUPEL_LIMIT_KEYS; i++) {
        const json_t *one = json_array_get(settings, i);
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s %s", i > 0 ? ", " : "",
                                policy_text_of(one, "key"), policy_text_of(one, "text"));
    }
    page_wrap(page, "  limits", SETTING_INDENT, text);
}

void policy_put_settings(struct page *page, const json_t *settings, bool with_places)
{
    char lead[32];
    json_t *one;
    size_t i;

    if (!with_places)
        put_limits(page, settings);
    json_array_foreach(settings, i, one)
    {
        (void)snprintf(lead, sizeof(lead), "  %s", policy_text_of(one, "key"));
        if (with_places)
            put_place(page, one, lead);
        else if (i >= CUPEL_LIMIT_KEYS)
            page_wrap(page, lead, SETTING_INDENT, policy_text_of(one, "text"));
    }
}
