#include "policy/oci_rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"
#include "cupel/call.h"
#include "policy/action.h"

/* What SCMP_ACT_… comes to; SCMP_ACT_ERRNO takes its number from elsewhere. */
static const struct {
    const char *name;
    struct cupel_action action;
} actions[] = {
    {"SCMP_ACT_ALLOW", {CUPEL_ACTION_ALLOW, 0}},
    {"SCMP_ACT_ERRNO", {CUPEL_ACTION_ERRNO, EPERM}},
    {"SCMP_ACT_KILL", {CUPEL_ACTION_KILL, 0}},
    {"SCMP_ACT_KILL_PROCESS", {CUPEL_ACTION_KILL, 0}},
    {"SCMP_ACT_KILL_THREAD", {CUPEL_ACTION_KILL, 0}},
    {"SCMP_ACT_LOG", {CUPEL_ACTION_LOG, 0}},
    {"SCMP_ACT_TRACE", {CUPEL_ACTION_ERRNO, ENOSYS}},
    {"SCMP_ACT_TRAP", {CUPEL_ACTION_KILL, 0}},
};

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

bool oci_action_read(const struct cupel_field *object, const char *action_key,
                     const char *errno_key, struct cupel_action *ret)
{
    const char *names[ACTIONS + 1] = {NULL};
    struct cupel_field field;
    struct cupel_action action;
    uint64_t number;
    size_t index;

    for (size_t i = 0; i < ACTIONS; i++)
        names[i] = actions[i].name;
    if (!cupel_field_require(object, action_key, &field) ||
        !cupel_field_choice(&field, names, &index))
        return false;
    action = actions[index].action;
    if (strcmp(names[index], "SCMP_ACT_ERRNO") == 0 &&
        cupel_field_get(object, errno_key, &field)) {
        if (!cupel_field_uint(&field, 0, 4095, &number))
            return false;
        action.error_number = (int)number;
    }
    *ret = action;
    return true;
}

/* Whether a list of the object, includes or excludes, names any capability. */
static bool names_any(const struct cupel_field *object, const char *key)
{
    struct cupel_field list;

    return cupel_field_get(object, key, &list) && cupel_field_count(&list) > 0;
}

/* Whether a list of architectures names ours, as Go calls it. */
static bool names_arch(const struct cupel_field *object, enum cupel_arch arch)
{
    static const char *const names[] = {
        [CUPEL_ARCH_X86_64] = "amd64", [CUPEL_ARCH_AARCH64] = "arm64"};
    struct cupel_field list;

    if (!cupel_field_get(object, "arches", &list))
        return false;
    for (size_t i = 0; i < cupel_field_count(&list); i++) {
        struct cupel_field item = cupel_field_at(&list, i);
        const char *name = json_string_value(item.json);
        if (name != NULL && strcmp(name, names[arch]) == 0)
            return true;
    }
    return false;
}

/* Whether the entry is in force for a process without capabilities on the newest kernel. */
static bool applies(const struct cupel_field *entry, enum cupel_arch arch)
{
    struct cupel_field when;
    struct cupel_field kernel;

    if (cupel_field_get(entry, "includes", &when) && json_is_object(when.json)) {
        if (names_any(&when, "caps") ||
            (names_any(&when, "arches") && !names_arch(&when, arch)))
            return false;
    }
    if (cupel_field_get(entry, "excludes", &when) && json_is_object(when.json)) {
        if (names_arch(&when, arch) ||
            (cupel_field_get(&when, "minKernel", &kernel) && !json_is_null(kernel.json)))
            return false;
    }
    return true;
}

static bool add_name(const struct cupel_field *field, enum cupel_arch arch,
                     struct cupel_call_set *calls)
{
    const char *name;

    if (!cupel_field_string(field, &name))
        return false;
    int number = cupel_call_number(arch, name); /* what arch does not have is passed over */
    if (number >= 0 && number < CUPEL_CALLS)
        cupel_call_set_add(calls, (size_t)number);
    return true;
}

/* `names`, or `name` in older profiles. */
static bool read_names(const struct cupel_field *entry, enum cupel_arch arch,
                       struct cupel_call_set *calls)
{
    struct cupel_field list;

    if (cupel_field_get(entry, "name", &list))
        return add_name(&list, arch, calls);
    if (!cupel_field_require(entry, "names", &list) || !cupel_field_is_array(&list))
        return false;
    for (size_t i = 0; i < cupel_field_count(&list); i++) {
        struct cupel_field item = cupel_field_at(&list, i);
        if (!add_name(&item, arch, calls))
            return false;
    }
    return true;
}

enum comparison { NE, LT, LE, EQ, GE, GT, MASKED_EQ };

static const char *const comparison_names[] = {[NE] = "SCMP_CMP_NE",
                                               [LT] = "SCMP_CMP_LT",
                                               [LE] = "SCMP_CMP_LE",
                                               [EQ] = "SCMP_CMP_EQ",
                                               [GE] = "SCMP_CMP_GE",
                                               [GT] = "SCMP_CMP_GT",
                                               [MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
                                               NULL};

static bool take_range(const struct cupel_field *field, struct cupel_condition *c, uint64_t low,
                       uint64_t high)
{
    if (low > high)
        return cupel_field_fail(field, "no argument is below 0");
    c->operator= CUPEL_OPERATOR_IN;
    c->low = low;
    c->value = high;
    return true;
}

static bool take_comparison(const struct cupel_field *field, enum comparison comparison,
                            uint64_t value, uint64_t value_two, struct cupel_condition *c)
{
    switch (comparison) {
    case LT:
        return take_range(field, c, value == 0 ? 1 : 0, value == 0 ? 0 : value - 1);
    case LE:
        return take_range(field, c, 0, value);
    case GE:
        return take_range(field, c, value, UINT64_MAX);
    case GT:
        return take_range(field, c, value + 1, UINT64_MAX);
    case MASKED_EQ:
        c->operator= CUPEL_OPERATOR_EQ;
        c->mask = value;
        c->value = value_two & value;
        return true;
    case NE:
    case EQ:
        break;
    }
    c->operator= comparison == NE ? CUPEL_OPERATOR_NE : CUPEL_OPERATOR_EQ;
    c->value = value;
    return true;
}

static bool read_argument(const struct cupel_field *field, struct cupel_condition *ret)
{
    struct cupel_condition c = {.mask = UINT64_MAX};
    struct cupel_field item;
    uint64_t index;
    uint64_t value;
    uint64_t value_two = 0;
    size_t comparison;

    if (!cupel_field_is_object(field) || !cupel_field_require(field, "index", &item) ||
        !cupel_field_uint(&item, 0, CUPEL_ARGUMENTS - 1, &index) ||
        !cupel_field_require(field, "value", &item) ||
        !cupel_field_uint(&item, 0, INT64_MAX, &value))
        return false;
    if (cupel_field_get(field, "valueTwo", &item) &&
        !cupel_field_uint(&item, 0, INT64_MAX, &value_two))
        return false;
    if (!cupel_field_require(field, "op", &item) ||
        !cupel_field_choice(&item, comparison_names, &comparison))
        return false;
    c.argument = (unsigned)index;
    if (!take_comparison(field, (enum comparison)comparison, value, value_two, &c))
        return false;
    *ret = c;
    return true;
}

/* None if there is no "args", or null. */
static bool read_arguments(const struct cupel_field *entry, struct cupel_conditions *ret)
{
    struct cupel_field list;

    if (!cupel_field_get(entry, "args", &list) || json_is_null(list.json))
        return true;
    if (!cupel_field_is_array(&list))
        return false;
    if (cupel_field_count(&list) > CUPEL_MAX_CONDITIONS)
        return cupel_field_fail(&list, "expected at most %d arguments", CUPEL_MAX_CONDITIONS);
    for (; ret->count < cupel_field_count(&list); ret->count++) {
        struct cupel_field item = cupel_field_at(&list, ret->count);
        if (!read_argument(&item, &ret->items[ret->count]))
            return false;
    }
    return true;
}

static bool is_repeated(const struct cupel_conditions *conditions)
{
    unsigned seen = 0;

    for (size_t i = 0; i < conditions->count; i++) {
        unsigned bit = 1U << conditions->items[i].argument;
        if ((seen & bit) != 0)
            return true;
        seen |= bit;
    }
    return false;
}

static bool add_rule(const struct cupel_field *field, const struct oci_rule *rule,
                     struct oci_rules *rules)
{
    struct oci_rule *items = reallocarray(rules->items, rules->count + 1, sizeof(*items));

    if (items == NULL)
        return cupel_field_out_of_memory(field);
    rules->items = items;
    items[rules->count++] = *rule;
    return true;
}

static bool add_alternatives(const struct cupel_field *field, struct oci_rule *rule,
                             struct oci_rules *rules)
{
    struct cupel_conditions all = rule->rule.conditions;

    if (!is_repeated(&all))
        return add_rule(field, rule, rules);
    rule->rule.conditions.count = 1;
    for (size_t i = 0; i < all.count; i++) {
        rule->rule.conditions.items[0] = all.items[i];
        if (!add_rule(field, rule, rules))
            return false;
    }
    return true;
}

bool oci_rule_read(const struct cupel_field *field, enum cupel_arch arch,
                   struct cupel_action unknown, struct oci_rules *rules)
{
    struct oci_rule rule = {0};

    if (!cupel_field_is_object(field) ||
        !oci_action_read(field, "action", "errnoRet", &rule.rule.action) ||
        !read_names(field, arch, &rule.rule.calls) ||
        !read_arguments(field, &rule.rule.conditions))
        return false;
    if (!applies(field, arch) || cupel_action_equal(rule.rule.action, unknown))
        return true;
    const char *comment = json_string_value(json_object_get(field->json, "comment"));
    rule.has_arguments = rule.rule.conditions.count > 0;
    rule.origin.file = field->document->name;
    rule.origin.why = comment != NULL && comment[0] != '\0' ? comment : NULL;
    cupel_field_position(field, &rule.origin.line, &rule.origin.column);
    return add_alternatives(field, &rule, rules);
}
