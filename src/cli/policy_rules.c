#include "cli/policy_rules.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/policy_model.h"
#include "policy/action.h"
#include "policy/invariants.h"
#include "policy/rules.h"
#include "render/json.h"

#define PLACE_INDENT 20

/* One text or several, as an array; empty if there is none. */
static json_t *as_array(json_t *value)
{
    json_t *array = json_array();

    if (json_is_array(value)) {
        json_decref(array);
        return json_incref(value);
    }
    if (value != NULL && array != NULL && json_array_append(array, value) < 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static json_t *rule_json(const struct cupel_policy *policy, size_t index)
{
    const struct cupel_rule *rule = &policy->rules->items[index];
    json_t *allow = json_object_get(rule->json, "allow");
    json_t *calls = allow != NULL ? allow : json_object_get(rule->json, "deny");
    char action[CUPEL_ACTION_SIZE];
    struct cupel_origin origin;

    cupel_policy_origin(policy, CUPEL_PART_RULE, index, &origin);
    return json_pack("{ss sO ss so so so}", "verb", allow != NULL ? "allow" : "deny", "calls",
                     calls, "action", cupel_action_format(rule->action, action), "when",
                     as_array(json_object_get(rule->json, "when")), "why",
                     render_text(origin.why), "origin", policy_origin_json(&origin));
}

json_t *policy_rules_json(const struct cupel_policy *policy)
{
    const struct cupel_policy_rules *rules = policy->rules;
    json_t *array = json_array();

    for (size_t i = 0; i < rules->count; i++) {
        /* Alternative conditions are rules of their own, all of the same text. */
        if (i == 0 || rules->items[i].json != rules->items[i - 1].json)
            render_append(&array, rule_json(policy, i));
    }
    return array;
}

static bool same_but_when(const struct cupel_invariant_text *a,
                          const struct cupel_invariant_text *b)
{
    return strcmp(a->calls, b->calls) == 0 && cupel_action_equal(a->action, b->action) &&
           strcmp(a->why, b->why) == 0;
}

/* The conditions of those that say the same as the one at *index, which is moved behind them.
 */
static json_t *conditions_from(size_t *index, enum cupel_network network,
                               const struct cupel_invariant_text *one)
{
    struct cupel_invariant_text next = *one;
    json_t *when = json_array();

    do {
        if (next.when != NULL)
            render_append(&when, render_text(next.when));
    } while (cupel_invariant_at(++*index, network, &next) && same_but_when(one, &next));
    return when;
}

json_t *policy_invariants_json(const struct cupel_policy *policy)
{
    struct cupel_invariant_text one;
    json_t *array = json_array();
    char action[CUPEL_ACTION_SIZE];

    for (size_t i = 0; cupel_invariant_at(i, policy->network, &one);) {
        json_t *when = conditions_from(&i, policy->network, &one);
        render_append(&array, json_pack("{sn s[s] ss so ss sn}", "verb", "calls", one.calls,
                                        "action", cupel_action_format(one.action, action),
                                        "when", when, "why", one.why, "origin"));
    }
    return array;
}

static void put_texts(FILE *out, const json_t *texts, const char *before, const char *between)
{
    json_t *text;
    size_t i;

    json_array_foreach(texts, i, text)
    {
        (void)fprintf(out, "%s%s", i == 0 ? before : between, json_string_value(text));
    }
}

/* "deny ptrace, with errno EPERM, if arg0 == 1 or arg0 == 2". NULL without memory. */
static char *sentence_of(const json_t *rule)
{
    const char *verb = policy_text_of(rule, "verb");
    const char *action = policy_text_of(rule, "action");
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        return NULL;
    if (strcmp(verb, "allow") == 0 && strcmp(action, "allow") != 0)
        (void)fprintf(out, "allow and %s", action);
    else
        (void)fputs(strcmp(verb, "allow") == 0 ? "allow" : action, out);
    put_texts(out, json_object_get(rule, "calls"), " ", " ");
    put_texts(out, json_object_get(rule, "when"), ", if ", " or ");
    return fclose(out) == 0 ? text : NULL;
}

void policy_put_rules(struct page *page, const json_t *rules)
{
    char place[POLICY_PLACE_SIZE];
    char lead[POLICY_PLACE_SIZE + 4];
    json_t *rule;
    size_t i;

    json_array_foreach(rules, i, rule)
    {
        char *sentence = sentence_of(rule);
        (void)policy_place(json_object_get(rule, "origin"), false, place);
        (void)snprintf(lead, sizeof(lead), "  %s", place[0] != '\0' ? place : "invariant");
        if (strlen(lead) >= PLACE_INDENT) {
            page_wrap(page, "", 0, lead);
            lead[0] = '\0';
        }
        page_wrap(page, lead, PLACE_INDENT, sentence != NULL ? sentence : "");
        page_wrap(page, "", PLACE_INDENT + 2, policy_text_of(rule, "why"));
        free(sentence);
    }
}
