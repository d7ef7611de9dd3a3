#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/cubes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROUNDS       400
#define MAX_RULES    4
#define TRIES        200
#define WIDE         2U /* argument 1 has 64 bits, argument 0 has 32 */

/* A fixed sequence, so that a failure comes again. Source: Marsaglia, Xorshift RNGs (2003). */
static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Few values, so that conditions meet. */
static uint64_t small(uint64_t *seed)
{
    static const uint64_t values[] = {0, 1, 2, 3, 5, 7, 8, 0x80000000, 0xffffffff};

    return values[next(seed) % COUNT(values)];
}

static struct cupel_rule random_rule(uint64_t *seed)
{
    struct cupel_rule rule = {
        .action = {CUPEL_ACTION_ERRNO, (int)(next(seed) % 3)},
        .conditions = {.count = next(seed) % 3},
    };

    for (size_t i = 0; i < rule.conditions.count; i++) {
        struct cupel_condition *c = &rule.conditions.items[i];
        c->argument = (unsigned)(next(seed) % 2);
        c->operator=(enum cupel_operator)(next(seed) % 3);
        c->mask =
            c->operator== CUPEL_OPERATOR_IN || next(seed) % 2 == 0 ? UINT64_MAX : small(seed);
        c->value = small(seed) & c->mask;
        if (c->operator== CUPEL_OPERATOR_IN) {
            c->low = small(seed);
            c->value = next(seed) % 4 == 0 ? UINT64_MAX : c->low + c->value;
        }
    }
    return rule;
}

static bool holds(const struct cupel_condition *c, const uint64_t *arguments)
{
    uint64_t value = arguments[c->argument];

    if ((WIDE >> c->argument & 1U) == 0)
        value &= UINT32_MAX;
    switch (c->operator) {
    case CUPEL_OPERATOR_EQ:
        return (value & c->mask) == c->value;
    case CUPEL_OPERATOR_NE:
        return (value & c->mask) != c->value;
    case CUPEL_OPERATOR_IN:
        break;
    }
    return c->low <= value && value <= c->value;
}

/* What the documentation says: the last rule that matches decides. -1: none does. */
static int decision(const struct cupel_rule *rules, size_t count, const uint64_t *arguments)
{
    while (count-- > 0) {
        bool all = true;
        for (size_t i = 0; i < rules[count].conditions.count; i++)
            all = all && holds(&rules[count].conditions.items[i], arguments);
        if (all)
            return rules[count].action.error_number;
    }
    return -1;
}

static bool contains(const struct cupel_cube *cube, const uint64_t *arguments)
{
    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if ((arguments[i] & cube->mask[i]) != cube->value[i])
            return false;
    }
    return true;
}

/* Exactly one case matches, and it does what the rules say. */
static void check_one(const struct cupel_cases *cases, int expected, const uint64_t *arguments)
{
    int found = -1;
    int matches = 0;

    for (size_t i = 0; i < cases->count; i++) {
        if (!contains(&cases->items[i].cube, arguments))
            continue;
        found = cases->items[i].rule != NULL ? cases->items[i].rule->action.error_number : -1;
        matches++;
    }
    if (found != expected || matches != 1)
        fail_msg("%d instead of %d, %d matches", found, expected, matches);
}

static void check_rules(const struct cupel_rule *rules, size_t count, uint64_t *seed)
{
    const struct cupel_rule *pointers[MAX_RULES];
    struct cupel_cases cases = {0};

    for (size_t i = 0; i < count; i++)
        pointers[i] = &rules[i];
    int r = cupel_cases_of_call(pointers, count, WIDE, &cases);
    if (r == -E2BIG)
        return;
    assert_int_equal(r, 0);
    for (int i = 0; i < TRIES; i++) {
        uint64_t arguments[CUPEL_ARGUMENTS] = {small(seed), small(seed)};
        if (next(seed) % 4 == 0)
            arguments[next(seed) % 2] |= next(seed) & ~(uint64_t)UINT32_MAX;
        check_one(&cases, decision(rules, count, arguments), arguments);
    }
    cupel_cases_clear(&cases);
}

static void cases_say_what_the_last_matching_rule_says(void **state)
{
    uint64_t seed = 88172645463325252ULL;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct cupel_rule rules[MAX_RULES];
        size_t count = 1 + next(&seed) % MAX_RULES;
        for (size_t i = 0; i < count; i++)
            rules[i] = random_rule(&seed);
        check_rules(rules, count, &seed);
    }
}

static void a_rule_without_conditions_is_one_case(void **state)
{
    const struct cupel_rule hidden = {.action = {CUPEL_ACTION_KILL, 0}};
    const struct cupel_rule rule = {.action = {CUPEL_ACTION_ALLOW, 0}};
    const struct cupel_rule *rules[] = {&hidden, &rule};
    struct cupel_cases cases = {0};

    (void)state;
    assert_int_equal(cupel_cases_of_call(rules, COUNT(rules), 0, &cases), 0);
    assert_int_equal(cases.count, 1);
    assert_int_equal(cases.items[0].rule->action.kind, CUPEL_ACTION_ALLOW);
    assert_int_equal(cases.items[0].cube.mask[0], 0);
    cupel_cases_clear(&cases);
}

static void too_many_cases_are_refused(void **state)
{
    struct cupel_rule rule = {.action = {CUPEL_ACTION_KILL, 0}, .conditions = {.count = 3}};
    const struct cupel_rule *rules[] = {&rule};
    struct cupel_cases cases = {0};

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        rule.conditions.items[i] =
            (struct cupel_condition){i, CUPEL_OPERATOR_NE, UINT64_MAX, 0, 12345};
    assert_int_equal(cupel_cases_of_call(rules, COUNT(rules), 7, &cases), -E2BIG);
    assert_null(cases.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_say_what_the_last_matching_rule_says),
        cmocka_unit_test(a_rule_without_conditions_is_one_case),
        cmocka_unit_test(too_many_cases_are_refused),
    };
    return cmocka_run_group_tests_name("cubes", tests, NULL, NULL);
}
