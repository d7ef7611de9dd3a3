/* What is valid in a policy, but probably not what was meant. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"
#include "cupel/cleanup.h"
#include "policy/decide.h"
#include "policy/invariants.h"
#include "policy/sources.h"

#define MAX_NAMED  4 /* of calls that a note lists */
#define NAMES_SIZE 256

/* Of one rule in the file: the calls about which it decides in some case. */
struct effect {
    struct cupel_call_set before; /* the invariants */
    struct cupel_call_set after;
    struct cupel_call_set widened; /* allowed, where the parent denies */
};

struct linter {
    const struct cupel_policy *policy;
    int own; /* source of the rules that are looked at */
    struct effect *effects;
    const char *cut[CUPEL_CALLS]; /* by call: the reason of an invariant that denies it */
};

static bool is_empty(const struct cupel_call_set *set)
{
    for (size_t i = 0; i < CUPEL_CALLS / 64; i++) {
        if (set->words[i] != 0)
            return false;
    }
    return true;
}

static bool meets(const struct cupel_call_set *a, const struct cupel_call_set *b)
{
    for (size_t i = 0; i < CUPEL_CALLS / 64; i++) {
        if ((a->words[i] & b->words[i]) != 0)
            return true;
    }
    return false;
}

static bool is_within(const struct cupel_call_set *a, const struct cupel_call_set *b)
{
    for (size_t i = 0; i < CUPEL_CALLS / 64; i++) {
        if ((a->words[i] & ~b->words[i]) != 0)
            return false;
    }
    return true;
}

/* The rule of a case, if it is one of the file's own; else NULL. */
static const struct cupel_rule *own_rule(const struct linter *linter,
                                         const struct cupel_case *one)
{
    return one->rule != NULL && one->rule->source == linter->own ? one->rule : NULL;
}

/* Whether the parent denies some arguments of a case. */
static bool is_denied(const struct cupel_decider *parent, const struct cupel_cases *cases,
                      const struct cupel_cube *cube)
{
    struct cupel_cube both;

    for (size_t i = 0; i < cases->count; i++) {
        if (!cupel_action_allows(cupel_decider_action(parent, &cases->items[i])) &&
            cupel_cube_intersect(&cases->items[i].cube, cube, &both))
            return true;
    }
    return false;
}

static int look_at_call(struct linter *linter, struct cupel_decider *decider,
                        struct cupel_decider *parent, size_t number)
{
    struct cupel_cases before = {0};
    struct cupel_cases after = {0};
    struct cupel_cases parents = {0};

    int r = cupel_decider_uncut(decider, number, &before);
    if (r == 0)
        r = cupel_decider_cases(decider, number, &after);
    if (r == 0)
        r = cupel_decider_cases(parent, number, &parents);
    for (size_t i = 0; i < before.count && r == 0; i++) {
        const struct cupel_rule *own = own_rule(linter, &before.items[i]);
        if (own != NULL)
            cupel_call_set_add(&linter->effects[own->index].before, number);
    }
    for (size_t i = 0; i < after.count && r == 0; i++) {
        const struct cupel_case *one = &after.items[i];
        if (one->rule != NULL && one->rule->source == CUPEL_SOURCE_NONE)
            linter->cut[number] = cupel_invariant_why(one->rule);
        const struct cupel_rule *own = own_rule(linter, one);
        if (own == NULL)
            continue;
        struct effect *effect = &linter->effects[own->index];
        cupel_call_set_add(&effect->after, number);
        if (cupel_action_allows(own->action) && is_denied(parent, &parents, &one->cube))
            cupel_call_set_add(&effect->widened, number);
    }
    cupel_cases_clear(&before);
    cupel_cases_clear(&after);
    cupel_cases_clear(&parents);
    return r;
}

/* The rules of a policy without those of its own file. */
static struct cupel_policy_rules rules_of_parent(const struct linter *linter)
{
    struct cupel_policy_rules rules = *linter->policy->rules;

    while (rules.count > 0 && rules.items[rules.count - 1].source == linter->own)
        rules.count--;
    return rules;
}

static int look_at_calls(struct linter *linter)
{
    struct cupel_policy_rules rules = rules_of_parent(linter);
    struct cupel_policy parent_policy = *linter->policy;
    struct cupel_decider decider = {0};
    struct cupel_decider parent = {0};

    parent_policy.rules = &rules;
    int r = cupel_decider_init(&decider, linter->policy);
    if (r == 0)
        r = cupel_decider_init(&parent, &parent_policy);
    for (size_t number = 0; number < CUPEL_CALLS && r == 0; number++) {
        if (cupel_call_set_has(&decider.named, number))
            r = look_at_call(linter, &decider, &parent, number);
    }
    cupel_decider_clear(&decider);
    cupel_decider_clear(&parent);
    return r;
}

/* "clone, fork and 3 more". */
static void list_calls(const struct linter *linter, const struct cupel_call_set *set,
                       char ret[static NAMES_SIZE])
{
    size_t count = 0;
    size_t len = 0;

    for (size_t number = 0; number < CUPEL_CALLS; number++) {
        char name[CUPEL_CALL_NAME_SIZE];
        if (!cupel_call_set_has(set, number))
            continue;
        (void)cupel_call_name(linter->policy->arch, (int)number, name);
        if (count++ < MAX_NAMED)
            len += (size_t)snprintf(ret + len, NAMES_SIZE - len, "%s%s", len > 0 ? ", " : "",
                                    name);
    }
    if (count > MAX_NAMED)
        (void)snprintf(ret + len, NAMES_SIZE - len, " and %zu more", count - MAX_NAMED);
}

/* Add what an item of a list names; nothing, if it is a call that the architecture lacks. */
static void add_item(const struct linter *linter, const struct cupel_field *item,
                     struct cupel_call_set *set)
{
    struct cupel_call_set more = *set;

    if (cupel_call_set_add_name(&more, linter->policy->arch, json_string_value(item->json)) ==
        0)
        *set = more;
}

/* A name whose calls an earlier name of the same list has. */
static bool warn_of_double(const struct linter *linter, const struct cupel_field *calls,
                           size_t index)
{
    struct cupel_field item = cupel_field_at(calls, index);
    struct cupel_call_set set = {0};

    add_item(linter, &item, &set);
    for (size_t i = 0; i < cupel_field_count(calls); i++) {
        struct cupel_field other = cupel_field_at(calls, i);
        struct cupel_call_set others = {0};
        add_item(linter, &other, &others);
        bool is_same = is_within(&others, &set);
        if (i == index || is_empty(&set) || !is_within(&set, &others) || (is_same && i > index))
            continue;
        cupel_field_remark(&item, CUPEL_SEVERITY_WARNING, "\"%s\" is named already by \"%s\"",
                           json_string_value(item.json), json_string_value(other.json));
        return true;
    }
    return false;
}

enum standing { DECIDES, SHADOWED, CUT };

static enum standing standing_of(const struct effect *effect, const struct cupel_call_set *set)
{
    if (is_empty(set) || meets(set, &effect->after))
        return DECIDES;
    return meets(set, &effect->before) ? CUT : SHADOWED;
}

static void warn_of_standing(const struct linter *linter, const struct cupel_field *field,
                             const struct effect *effect, const struct cupel_call_set *set)
{
    enum standing standing = standing_of(effect, set);
    size_t number = 0;

    if (standing == SHADOWED)
        cupel_field_remark(field, CUPEL_SEVERITY_WARNING,
                           "never decides, since later rules do in every case");
    if (standing != CUT)
        return;
    while (!cupel_call_set_has(set, number) || linter->cut[number] == NULL)
        number++;
    cupel_field_remark(field, CUPEL_SEVERITY_WARNING, "allows nothing, since no policy can: %s",
                       linter->cut[number]);
}

static void lint_rule(const struct linter *linter, const struct cupel_field *rule)
{
    const struct effect *effect = &linter->effects[rule->index];
    struct cupel_call_set all = {0};
    char names[NAMES_SIZE];
    struct cupel_field calls;

    if (!cupel_field_get(rule, "allow", &calls) && !cupel_field_get(rule, "deny", &calls))
        return;
    for (size_t i = 0; i < cupel_field_count(&calls); i++) {
        struct cupel_field item = cupel_field_at(&calls, i);
        add_item(linter, &item, &all);
    }
    enum standing of_rule = standing_of(effect, &all);
    warn_of_standing(linter, rule, effect, &all);
    for (size_t i = 0; i < cupel_field_count(&calls) && of_rule == DECIDES; i++) {
        struct cupel_field item = cupel_field_at(&calls, i);
        struct cupel_call_set set = {0};
        add_item(linter, &item, &set);
        if (!warn_of_double(linter, &calls, i))
            warn_of_standing(linter, &item, effect, &set);
    }
    if (linter->own == 0 || is_empty(&effect->widened))
        return;
    list_calls(linter, &effect->widened, names);
    cupel_field_remark(rule, CUPEL_SEVERITY_NOTE, "allows what \"%s\" denies: %s",
                       linter->policy->sources->names[linter->own - 1], names);
}

static int lint_rules(const struct cupel_policy *policy)
{
    struct linter linter = {.policy = policy, .own = (int)policy->sources->count - 1};
    struct cupel_field root = cupel_document_root(policy->sources->documents[linter.own]);
    struct cupel_field syscalls;
    struct cupel_field rules;

    if (!cupel_field_get(&root, "syscalls", &syscalls) ||
        !cupel_field_get(&syscalls, "rules", &rules))
        return 0;
    linter.effects = calloc(cupel_field_count(&rules) + 1, sizeof(*linter.effects));
    if (linter.effects == NULL)
        return -ENOMEM;
    int r = look_at_calls(&linter);
    for (size_t i = 0; i < cupel_field_count(&rules) && r == 0; i++) {
        struct cupel_field rule = cupel_field_at(&rules, i);
        lint_rule(&linter, &rule);
    }
    free(linter.effects);
    return r;
}

/* What only compiling shows. False with an error added. */
static bool compiles(const struct cupel_policy *policy)
{
    struct cupel_field root =
        cupel_document_root(policy->sources->documents[policy->sources->count - 1]);
    struct cupel_filter filter = {0};
    struct cupel_error own = {0};

    if (cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, &filter, &own) < 0)
        return cupel_field_fail(&root, "%s", own.text);
    cupel_filter_clear(&filter);
    return true;
}

/* Remarks about other files are those files' own matter. */
static void drop_remarks_of_parents(struct cupel_diagnostics *diagnostics, const char *file)
{
    size_t kept = 0;

    for (size_t i = 0; i < diagnostics->count; i++) {
        struct cupel_diagnostic *item = &diagnostics->items[i];
        if (item->severity == CUPEL_SEVERITY_ERROR || strcmp(item->file, file) == 0) {
            diagnostics->items[kept++] = *item;
        } else {
            free(item->file);
            free(item->text);
        }
    }
    diagnostics->count = kept;
}

/* Rules are looked at on the first architecture only: what one lacks of a rule's calls would
 * make it look idle there. */
static int lint_on(const char *folder, const char *name, enum cupel_arch arch,
                   struct cupel_diagnostics *diagnostics, struct cupel_error *err)
{
    struct cupel_policy *policy = NULL;

    int r = cupel_policy_load(folder, name, arch, diagnostics, &policy, err);
    if (r < 0)
        return r;
    const struct cupel_policy_sources *sources = policy->sources;
    drop_remarks_of_parents(diagnostics, sources->documents[sources->count - 1]->name);
    if (!compiles(policy))
        r = cupel_fail(err, -EINVAL, "policy \"%s\" is not valid", policy->name);
    else if (arch == 0 && (r = lint_rules(policy)) < 0)
        r = cupel_fail(err, r, "policy \"%s\": %s", policy->name, cupel_cases_explain(r));
    cupel_policy_free(policy);
    return r;
}

static bool is_said(const struct cupel_diagnostics *diagnostics,
                    const struct cupel_diagnostic *item)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct cupel_diagnostic *other = &diagnostics->items[i];
        if (other->line == item->line && other->column == item->column &&
            strcmp(other->file, item->file) == 0 && strcmp(other->text, item->text) == 0)
            return true;
    }
    return false;
}

/* Add what is not said yet. */
static void add_new(struct cupel_diagnostics *to, const struct cupel_diagnostics *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct cupel_diagnostic *item = &from->items[i];
        size_t before = to->count;
        if (is_said(to, item))
            continue;
        cupel_diagnostics_add(to, item->file, item->line, item->column, "%s", item->text);
        if (to->count > before)
            to->items[before].severity = item->severity;
    }
}

int cupel_policy_lint(const char *folder, const char *name,
                      struct cupel_diagnostics *diagnostics, struct cupel_error *err)
{
    size_t before = diagnostics->count;
    int r = 0;

    for (enum cupel_arch arch = 0; arch < CUPEL_ARCH_COUNT && r == 0; arch++) {
        struct cupel_diagnostics found = {.remarks = true};
        r = lint_on(folder, name, arch, &found, err);
        add_new(diagnostics, &found);
        cupel_diagnostics_clear(&found);
    }
    cupel_diagnostics_sort(diagnostics, before);
    return r;
}
