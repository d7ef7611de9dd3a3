#include "policy/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "policy/action.h"
#include "policy/groups.h"

static int add_call(struct cupel_call_set *set, enum cupel_arch arch, const char *name)
{
    int number = cupel_call_number(arch, name);

    if (number < 0)
        return number;
    cupel_call_set_add(set, (size_t)number);
    return 0;
}

int cupel_call_set_add_name(struct cupel_call_set *set, enum cupel_arch arch, const char *name)
{
    if (name[0] != '@')
        return add_call(set, arch, name);
    const struct cupel_group *group = cupel_group_find(name);
    if (group == NULL)
        return -ENOENT;
    for (size_t i = 0; group->calls[i] != NULL; i++)
        (void)add_call(set, arch, group->calls[i]);
    return 0;
}

static char *name_at(bool of_group, size_t index)
{
    const struct cupel_group *group = of_group ? cupel_group_at(index) : NULL;
    char name[CUPEL_CALL_NAME_SIZE];

    if (of_group)
        return group != NULL ? strdup(group->name) : NULL;
    return cupel_call_name(cupel_arch_native(), (int)index, name) ? strdup(name) : NULL;
}

static bool fail_unknown_call(const struct cupel_field *field, const char *name)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    bool of_group = name[0] == '@';
    const char *what = of_group ? "group" : "system call";
    size_t count = 0;

    (void)cupel_text_excerpt(name, excerpt);
    char **names = calloc(CUPEL_CALLS + 1, sizeof(*names));
    for (size_t i = 0; names != NULL && i < CUPEL_CALLS; i++) {
        names[count] = name_at(of_group, i);
        count += names[count] != NULL;
    }
    const char *near = names != NULL ? cupel_nearest(name, (const char *const *)names) : NULL;
    if (near != NULL)
        (void)cupel_field_fail(field, "no %s is named \"%s\"; did you mean \"%s\"?", what,
                               excerpt, near);
    else
        (void)cupel_field_fail(field, "no %s is named \"%s\"", what, excerpt);
    cupel_strings_free(names);
    return false;
}

static bool is_never_allowed(const char *name)
{
    const struct cupel_group *never = cupel_group_find(CUPEL_GROUP_NEVER);

    for (size_t i = 0; never->calls[i] != NULL; i++) {
        if (strcmp(name, never->calls[i]) == 0)
            return true;
    }
    return strcmp(name, CUPEL_GROUP_NEVER) == 0 || strcmp(name, "@async-io") == 0;
}

static bool read_call(const struct cupel_field *field, enum cupel_arch arch,
                      struct cupel_rule *rule)
{
    const char *name;

    if (!cupel_field_string(field, &name))
        return false;
    int r = cupel_call_set_add_name(&rule->calls, arch, name);
    if (r == -ENOENT)
        return fail_unknown_call(field, name);
    if (r == -ENOSYS)
        cupel_field_remark(field, CUPEL_SEVERITY_NOTE, "%s has no system call \"%s\"",
                           cupel_arch_names[arch], name);
    if (cupel_action_allows(rule->action) && is_never_allowed(name))
        return cupel_field_fail(field, "no policy may allow \"%s\", which is in %s", name,
                                CUPEL_GROUP_NEVER);
    return true;
}

static bool read_calls(const struct cupel_field *field, enum cupel_arch arch,
                       struct cupel_rule *rule)
{
    bool ok = true;

    if (!cupel_field_is_array(field))
        return false;
    if (cupel_field_count(field) == 0)
        return cupel_field_fail(field, "expected names of system calls, found none");
    for (size_t i = 0; i < cupel_field_count(field); i++) {
        struct cupel_field item = cupel_field_at(field, i);
        ok = read_call(&item, arch, rule) && ok;
    }
    return ok;
}

/* Conditions make sense where the widths of the call's arguments are known. */
static bool check_condition(const struct cupel_field *when, const char *call,
                            const struct cupel_condition *condition)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    unsigned wide;

    if (!cupel_arguments_wide(call, &wide))
        return cupel_field_fail(when, "no conditions can be put on \"%s\"",
                                cupel_text_excerpt(call, excerpt));
    bool to_the_end = condition->operator== CUPEL_OPERATOR_IN && condition->value == UINT64_MAX;
    bool fits = condition->low <= UINT32_MAX &&
                (condition->value <= UINT32_MAX || to_the_end) &&
                (condition->mask <= UINT32_MAX || condition->mask == UINT64_MAX);
    if ((wide >> condition->argument & 1U) == 0 && !fits)
        return cupel_field_fail(when, "argument %u of \"%s\" has 32 bits", condition->argument,
                                call);
    return true;
}

static bool check_conditions(const struct cupel_field *when, const struct cupel_field *calls,
                             const struct cupel_conditions *conditions)
{
    for (size_t i = 0; i < cupel_field_count(calls); i++) {
        struct cupel_field item = cupel_field_at(calls, i);
        const char *name = json_string_value(item.json);
        for (size_t j = 0; name != NULL && j < conditions->count; j++) {
            if (!check_condition(when, name, &conditions->items[j]))
                return false;
        }
    }
    return true;
}

static bool read_when(const struct cupel_field *when, const struct cupel_field *calls,
                      enum cupel_arch arch, struct cupel_conditions *ret)
{
    struct cupel_error err = {0};
    const char *text;

    if (!cupel_field_string(when, &text))
        return false;
    if (cupel_conditions_parse(text, arch, ret, &err) < 0)
        return cupel_field_fail_for(when, &err);
    return check_conditions(when, calls, ret);
}

static bool read_why(const struct cupel_field *field)
{
    struct cupel_field why;
    const char *text;

    if (!cupel_field_require(field, "why", &why) || !cupel_field_string(&why, &text))
        return false;
    if (text[strspn(text, " \t\n")] == '\0')
        return cupel_field_fail(&why, "expected the reason for this rule, found none");
    return true;
}

/* "allow" or "deny", of which one has to be there. */
static bool read_verb(const struct cupel_field *field, struct cupel_rule *rule,
                      struct cupel_field *ret_calls)
{
    struct cupel_field action;
    struct cupel_field other;

    bool allows = cupel_field_get(field, "allow", ret_calls);
    bool acts = cupel_field_get(field, "action", &action);
    if (allows && cupel_field_get(field, "deny", &other))
        return cupel_field_fail(field, "expected \"allow\" or \"deny\", found both");
    if (!allows && !cupel_field_get(field, "deny", ret_calls))
        return cupel_field_fail(field, "expected \"allow\" or \"deny\", found neither");
    rule->action = (struct cupel_action){CUPEL_ACTION_ERRNO, EPERM};
    if (allows)
        rule->action = (struct cupel_action){.kind = CUPEL_ACTION_ALLOW};
    if (!acts)
        return true;
    return allows ? cupel_action_read_log(&action, &rule->action)
                  : cupel_action_read(&action, &rule->action);
}

/* All but the conditions. */
static bool read_rule(const struct cupel_field *field, enum cupel_arch arch,
                      struct cupel_rule *rule, struct cupel_field *ret_calls)
{
    static const char *const keys[] = {"allow", "deny", "action", "when", "why", NULL};

    if (!cupel_field_is_object(field))
        return false;
    bool ok = cupel_field_only_keys(field, keys);
    ok = read_why(field) && ok;
    if (!read_verb(field, rule, ret_calls))
        return false;
    return read_calls(ret_calls, arch, rule) && ok;
}

static bool add_rule(const struct cupel_field *field, const struct cupel_rule *rule,
                     struct cupel_policy_rules *rules)
{
    struct cupel_rule *items = reallocarray(rules->items, rules->count + 1, sizeof(*items));

    if (items == NULL)
        return cupel_field_out_of_memory(field);
    rules->items = items;
    items[rules->count++] = *rule;
    return true;
}

/* `when` is one text, or an array of texts of which one has to hold. */
static bool add_alternatives(const struct cupel_field *field, const struct cupel_field *calls,
                             struct cupel_rule *rule, struct cupel_policy *policy)
{
    struct cupel_field when;
    bool ok = true;

    if (!cupel_field_get(field, "when", &when))
        return add_rule(field, rule, policy->rules);
    if (!json_is_array(when.json))
        return read_when(&when, calls, policy->arch, &rule->conditions) &&
               add_rule(field, rule, policy->rules);
    if (cupel_field_count(&when) == 0)
        return cupel_field_fail(&when, "expected conditions, found none");
    for (size_t i = 0; i < cupel_field_count(&when); i++) {
        struct cupel_field item = cupel_field_at(&when, i);
        ok = read_when(&item, calls, policy->arch, &rule->conditions) &&
             add_rule(field, rule, policy->rules) && ok;
    }
    return ok;
}

static bool read_and_add(const struct cupel_field *field, int source,
                         struct cupel_policy *policy)
{
    struct cupel_rule rule = {.source = source, .index = field->index, .json = field->json};
    struct cupel_field calls = {0};

    bool ok = read_rule(field, policy->arch, &rule, &calls);
    if (calls.json == NULL)
        return false;
    return add_alternatives(field, &calls, &rule, policy) && ok;
}

bool cupel_rules_read(const struct cupel_field *field, int source, struct cupel_policy *policy)
{
    static const char *const keys[] = {"unknown", "rules", NULL};
    struct cupel_field list;

    if (!cupel_field_is_object(field))
        return false;
    bool ok = cupel_field_only_keys(field, keys);
    if (!cupel_field_get(field, "rules", &list))
        return ok;
    if (!cupel_field_is_array(&list))
        return false;
    for (size_t i = 0; i < cupel_field_count(&list); i++) {
        struct cupel_field item = cupel_field_at(&list, i);
        ok = read_and_add(&item, source, policy) && ok;
    }
    return ok;
}

void cupel_rules_free(struct cupel_policy_rules *rules)
{
    if (rules == NULL)
        return;
    free(rules->items);
    free(rules);
}
