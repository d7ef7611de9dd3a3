#include "policy/decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "policy/invariants.h"
#include "policy/sources.h"

#define X32_BIT 0x40000000U /* __X32_SYSCALL_BIT */

static void add_named(struct cupel_call_set *set, const struct cupel_policy_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        for (size_t word = 0; word < CUPEL_CALLS / 64; word++)
            set->words[word] |= rules->items[i].calls.words[word];
    }
}

int cupel_decider_init(struct cupel_decider *decider, const struct cupel_policy *policy)
{
    struct cupel_decider made = {.policy = policy};

    int r = cupel_invariants_make(policy->arch, policy->network, &made.invariants);
    if (r < 0)
        return r;
    made.naming =
        calloc(policy->rules->count + made.invariants->count + 1, sizeof(const void *));
    if (made.naming == NULL) {
        cupel_rules_free(made.invariants);
        return -ENOMEM;
    }
    add_named(&made.named, policy->rules);
    add_named(&made.named, made.invariants);
    *decider = made;
    return 0;
}

void cupel_decider_clear(struct cupel_decider *decider)
{
    free(decider->naming);
    cupel_rules_free(decider->invariants);
    *decider = (struct cupel_decider){0};
}

static size_t rules_naming(const struct cupel_policy_rules *rules, size_t number,
                           const struct cupel_rule **ret)
{
    size_t count = 0;

    for (size_t i = 0; i < rules->count; i++) {
        if (cupel_call_set_has(&rules->items[i].calls, number))
            ret[count++] = &rules->items[i];
    }
    return count;
}

static bool has_conditions(const struct cupel_rule *const *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i]->conditions.count > 0)
            return true;
    }
    return false;
}

/* Looking up a name is slow, and most calls have no conditions. */
static unsigned width_of(enum cupel_arch arch, size_t number,
                         const struct cupel_rule *const *rules, size_t count)
{
    char name[CUPEL_CALL_NAME_SIZE];
    unsigned wide = 0;

    if (has_conditions(rules, count) && cupel_call_name(arch, (int)number, name))
        (void)cupel_arguments_wide(name, &wide);
    return wide;
}

/* The cases of the rules that name a call, with NULL where none decides. */
static int cases_of(struct cupel_decider *decider, const struct cupel_policy_rules *rules,
                    size_t number, struct cupel_cases *ret)
{
    size_t count = rules_naming(rules, number, decider->naming);
    unsigned wide = width_of(decider->policy->arch, number, decider->naming, count);

    return cupel_cases_of_call(decider->naming, count, wide, ret);
}

/* A case that rules allow: what an invariant says, and else the rule. */
static int add_cut(const struct cupel_case *allowed, const struct cupel_cases *invariants,
                   struct cupel_cases *ret)
{
    int r = 0;

    for (size_t i = 0; i < invariants->count && r == 0; i++) {
        const struct cupel_case *cut = &invariants->items[i];
        struct cupel_cube both;
        if (cupel_cube_intersect(&allowed->cube, &cut->cube, &both))
            r = cupel_cases_add(ret, &both, cut->rule != NULL ? cut->rule : allowed->rule);
    }
    return r;
}

static int cut_all(struct cupel_decider *decider, size_t number,
                   const struct cupel_cases *cases, struct cupel_cases *ret)
{
    struct cupel_cases invariants = {0};

    int r = cases_of(decider, decider->invariants, number, &invariants);
    for (size_t i = 0; i < cases->count && r == 0; i++) {
        const struct cupel_case *one = &cases->items[i];
        r = cupel_action_allows(cupel_decider_action(decider, one))
                ? add_cut(one, &invariants, ret)
                : cupel_cases_add(ret, &one->cube, one->rule);
    }
    cupel_cases_clear(&invariants);
    return r;
}

int cupel_decider_uncut(struct cupel_decider *decider, size_t number, struct cupel_cases *ret)
{
    return cases_of(decider, decider->policy->rules, number, ret);
}

int cupel_decider_cases(struct cupel_decider *decider, size_t number, struct cupel_cases *ret)
{
    struct cupel_cases cases = {0};
    struct cupel_cases cut = {0};

    int r = cupel_decider_uncut(decider, number, &cases);
    if (r == 0)
        r = cut_all(decider, number, &cases, &cut);
    cupel_cases_clear(&cases);
    if (r < 0) {
        cupel_cases_clear(&cut);
        return r;
    }
    *ret = cut;
    return 0;
}

struct cupel_action cupel_decider_action(const struct cupel_decider *decider,
                                         const struct cupel_case *one)
{
    return one->rule != NULL ? one->rule->action : decider->policy->rules->unknown;
}

bool cupel_number_is_foreign(enum cupel_arch arch, uint32_t number)
{
    /* -1 is no call, but what a tracer leaves of one that it takes back. */
    return arch == CUPEL_ARCH_X86_64 && number >= X32_BIT && number != UINT32_MAX;
}
