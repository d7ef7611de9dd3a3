#include "policy/answers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "policy/action.h"
#include "policy/cubes.h"
#include "policy/region.h"

/* A part of the arguments: what a and b, if there is one, do there. */
struct cell {
    struct cupel_cube cube;
    const struct cupel_cube *whole; /* of the case that it is a part of */
    const struct cupel_decision *a;
    const struct cupel_decision *b;
};

struct cells {
    struct cell *items;
    size_t count;
};

static bool same_text(const char *x, const char *y)
{
    return x == y || (x != NULL && y != NULL && strcmp(x, y) == 0);
}

static bool same_decision(const struct cupel_decision *x, const struct cupel_decision *y)
{
    return cupel_action_equal(x->action, y->action) && x->by == y->by &&
           x->origin.line == y->origin.line && x->origin.column == y->origin.column &&
           same_text(x->origin.file, y->origin.file) && same_text(x->origin.why, y->origin.why);
}

static bool same_actions(const struct cell *x, const struct cell *y)
{
    return cupel_action_equal(x->a->action, y->a->action) &&
           cupel_action_equal(x->b->action, y->b->action);
}

static bool same_cell(const struct cell *x, const struct cell *y)
{
    return x->b == NULL ? same_decision(x->a, y->a) : same_actions(x, y);
}

/* In words, where the cells with the label of the one at index are. */
static char *text_of(const char *call, enum cupel_arch arch, const struct cells *cells,
                     const size_t *labels, size_t index)
{
    struct cupel_region in = {0};
    struct cupel_region out = {0};
    char *text = NULL;
    int r = 0;

    for (size_t i = 0; i < cells->count && r == 0; i++)
        r = cupel_region_add(labels[i] == labels[index] ? &in : &out, &cells->items[i].cube);
    if (r == 0)
        text = cupel_region_text(call, arch, &in, &out);
    cupel_region_clear(&in);
    cupel_region_clear(&out);
    return text;
}

/* The index of the first cell that is the same, for each. NULL without memory. */
static size_t *label(const struct cells *cells)
{
    size_t *labels = calloc(cells->count + 1, sizeof(*labels));

    for (size_t i = 0; labels != NULL && i < cells->count; i++) {
        while (labels[i] < i && !same_cell(&cells->items[labels[i]], &cells->items[i]))
            labels[i]++;
    }
    return labels;
}

/* The policy's own rule for these arguments, whatever the invariants say. */
static int find_rule(const struct cupel_policy *policy, int number,
                     const struct cupel_cube *cube, struct cupel_origin *ret)
{
    const struct cupel_policy_rules *rules = policy->rules;
    CUPEL_AUTO_FREE const struct cupel_rule **naming =
        calloc(rules->count + 1, sizeof(const void *));
    struct cupel_cases cases = {0};
    struct cupel_cube both;
    char name[CUPEL_CALL_NAME_SIZE];
    unsigned wide = 0;
    size_t count = 0;

    if (naming == NULL)
        return -ENOMEM;
    if (number < 0 || number >= CUPEL_CALLS)
        return 0; /* x32's: no rule is about them */
    for (size_t i = 0; i < rules->count; i++) {
        if (cupel_call_set_has(&rules->items[i].calls, (size_t)number))
            naming[count++] = &rules->items[i];
    }
    if (cupel_call_name(policy->arch, number, name))
        (void)cupel_arguments_wide(name, &wide);
    int r = cupel_cases_of_call(naming, count, wide, &cases);
    for (size_t i = 0; i < cases.count && r == 0; i++) {
        const struct cupel_rule *rule = cases.items[i].rule;
        if (rule != NULL && cupel_cube_intersect(&cases.items[i].cube, cube, &both))
            cupel_policy_origin(policy, CUPEL_PART_RULE, (size_t)(rule - rules->items), ret);
    }
    cupel_cases_clear(&cases);
    return r;
}

static int add_answer(struct cupel_answers *answers, const struct cupel_decision *decision,
                      char *when)
{
    struct cupel_answer *items =
        when != NULL ? reallocarray(answers->items, answers->count + 1, sizeof(*items)) : NULL;

    if (items == NULL) {
        free(when);
        return -ENOMEM;
    }
    answers->items = items;
    items[answers->count++] = (struct cupel_answer){.decision = *decision, .when = when};
    return 0;
}

static int collect_answers(const struct cupel_policy *policy, int number,
                           const struct cells *cells, struct cupel_answers *answers)
{
    CUPEL_AUTO_FREE size_t *labels = label(cells);
    char name[CUPEL_CALL_NAME_SIZE];
    int r = labels == NULL ? -ENOMEM : 0;

    (void)cupel_call_name(policy->arch, number, name);
    for (size_t i = 0; i < cells->count && r == 0; i++) {
        if (labels[i] != i)
            continue;
        r = add_answer(answers, cells->items[i].a,
                       text_of(name, policy->arch, cells, labels, i));
        if (r == 0 && cells->items[i].a->by == CUPEL_DECIDED_BY_INVARIANT)
            r = find_rule(policy, number, cells->items[i].whole,
                          &answers->items[answers->count - 1].allowed_by);
    }
    return r;
}

/* The part of a case that given leaves, without what is known already. */
static bool cut(const struct cupel_cube *cube, const struct cupel_cube *given,
                struct cupel_cube *ret)
{
    if (!cupel_cube_intersect(cube, given, ret))
        return false;
    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        ret->mask[i] &= ~given->mask[i];
        ret->value[i] &= ret->mask[i];
    }
    return true;
}

int cupel_answers_find(const struct cupel_policy *policy, int number,
                       const struct cupel_cube *given, struct cupel_answers *ret,
                       struct cupel_error *err)
{
    CUPEL_AUTO_FREE struct cupel_policy_case *cases = NULL;
    struct cupel_answers answers = {0};
    struct cells cells = {0};
    size_t count = 0;

    int r = cupel_policy_cases(policy, number, &cases, &count, err);
    if (r < 0)
        return r;
    cells.items = calloc(count + 1, sizeof(*cells.items));
    for (size_t i = 0; cells.items != NULL && i < count; i++) {
        if (!cut(&cases[i].cube, given, &cells.items[cells.count].cube))
            continue;
        cells.items[cells.count].whole = &cases[i].cube;
        cells.items[cells.count++].a = &cases[i].decision;
    }
    r = cells.items == NULL ? -ENOMEM : collect_answers(policy, number, &cells, &answers);
    free(cells.items);
    if (r < 0) {
        cupel_answers_clear(&answers);
        return cupel_fail(err, r, "no memory for the answers");
    }
    *ret = answers;
    return 0;
}

void cupel_answers_clear(struct cupel_answers *answers)
{
    for (size_t i = 0; i < answers->count; i++)
        free(answers->items[i].when);
    free(answers->items);
    *answers = (struct cupel_answers){0};
}

static enum cupel_change_kind kind_of(const struct cell *cell)
{
    bool a = cupel_action_allows(cell->a->action);
    bool b = cupel_action_allows(cell->b->action);

    if (a == b)
        return CUPEL_CHANGE_OTHER;
    return b ? CUPEL_CHANGE_WIDER : CUPEL_CHANGE_NARROWER;
}

static int add_change(struct cupel_changes *changes, const struct cell *cell, char *when)
{
    struct cupel_change *items =
        when != NULL ? reallocarray(changes->items, changes->count + 1, sizeof(*items)) : NULL;

    if (items == NULL) {
        free(when);
        return -ENOMEM;
    }
    changes->items = items;
    items[changes->count++] = (struct cupel_change){
        .kind = kind_of(cell), .a = *cell->a, .b = *cell->b, .when = when};
    return 0;
}

static int collect_changes(const char *call, enum cupel_arch arch, const struct cells *cells,
                           struct cupel_changes *changes)
{
    CUPEL_AUTO_FREE size_t *labels = label(cells);
    int r = labels == NULL ? -ENOMEM : 0;

    for (size_t i = 0; i < cells->count && r == 0; i++) {
        const struct cell *cell = &cells->items[i];
        if (labels[i] == i && !cupel_action_equal(cell->a->action, cell->b->action))
            r = add_change(changes, cell, text_of(call, arch, cells, labels, i));
    }
    return r;
}

/* What is common to a case of a and one of b. */
static int intersect_all(const struct cupel_policy_case *a, size_t a_count,
                         const struct cupel_policy_case *b, size_t b_count, struct cells *ret)
{
    for (size_t i = 0; i < a_count; i++) {
        for (size_t j = 0; j < b_count; j++) {
            struct cell cell = {.a = &a[i].decision, .b = &b[j].decision};
            if (!cupel_cube_intersect(&a[i].cube, &b[j].cube, &cell.cube))
                continue;
            struct cell *items = reallocarray(ret->items, ret->count + 1, sizeof(*ret->items));
            if (items == NULL)
                return -ENOMEM;
            ret->items = items;
            items[ret->count++] = cell;
        }
    }
    return 0;
}

int cupel_changes_find(const char *call, enum cupel_arch arch,
                       const struct cupel_policy_case *a, size_t a_count,
                       const struct cupel_policy_case *b, size_t b_count,
                       struct cupel_changes *ret)
{
    struct cupel_changes changes = {0};
    struct cells cells = {0};

    int r = intersect_all(a, a_count, b, b_count, &cells);
    if (r == 0)
        r = collect_changes(call, arch, &cells, &changes);
    free(cells.items);
    if (r < 0) {
        cupel_changes_clear(&changes);
        return r;
    }
    *ret = changes;
    return 0;
}

void cupel_changes_clear(struct cupel_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        free(changes->items[i].when);
    free(changes->items);
    *changes = (struct cupel_changes){0};
}
