#include "cli/policy_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "policy/condition.h"
#include "policy/decide.h"
#include "policy/rules.h"

/* A number beyond those of calls has no conditions. */
#define WHOLE_32 UINT64_C(0xffffffff)

static const struct {
    const char *call;
    int argument;
} selectors[] = {
    {"clone", 0}, {"fcntl", 1},  {"ioctl", 1},      {"personality", 0},
    {"prctl", 0}, {"socket", 0}, {"socketpair", 0},
};

int record_selector(const char *call)
{
    for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
        if (strcmp(selectors[i].call, call) == 0)
            return selectors[i].argument;
    }
    return -1;
}

/* The bits that a policy looks at. */
static int add_mask(const struct cupel_policy *policy, int number, struct cupel_cube *seen)
{
    CUPEL_AUTO_FREE struct cupel_policy_case *cases = NULL;
    size_t count = 0;

    int r = cupel_policy_cases(policy, number, &cases, &count, NULL);
    for (size_t i = 0; r == 0 && i < count; i++) {
        for (size_t n = 0; n < CUPEL_ARGUMENTS; n++)
            seen->mask[n] |= cases[i].cube.mask[n];
    }
    return r;
}

static int find_masks(const struct record *record, int number, struct cupel_cube *ret)
{
    char name[CUPEL_CALL_NAME_SIZE];
    struct cupel_cube seen = {.value = {1}}; /* it has been looked for */
    int r = 0;

    for (size_t i = 0; r == 0 && i < record->candidate_count; i++)
        r = add_mask(record->candidates[i], number, &seen);
    int selector =
        cupel_call_name(record->strict->arch, number, name) ? record_selector(name) : -1;
    if (selector >= 0) /* all of them are 32 bits wide */
        seen.mask[selector] |= WHOLE_32;
    if (r == 0)
        *ret = seen;
    return r;
}

static int masks_of(struct record *record, int number, struct cupel_cube *ret)
{
    *ret = (struct cupel_cube){0};
    if (number < 0 || number >= CUPEL_CALLS)
        return 0;
    if (record->seen == NULL)
        record->seen = calloc(CUPEL_CALLS, sizeof(*record->seen));
    if (record->calls == NULL)
        record->calls = calloc(RECORD_MAX, sizeof(*record->calls));
    if (record->seen == NULL || record->calls == NULL)
        return -ENOMEM;
    if (record->seen[number].value[0] == 0) {
        int r = find_masks(record, number, &record->seen[number]);
        if (r < 0)
            return r;
    }
    *ret = record->seen[number];
    return 0;
}

void record_call(void *owner, int number, const uint64_t arguments[static CUPEL_ARGUMENTS])
{
    struct record *record = owner;
    struct recorded_call call = {.number = number, .count = 1};
    struct cupel_cube masks;

    int r = masks_of(record, number, &masks);
    if (r < 0) {
        record->failure = r;
        return;
    }
    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++)
        call.arguments[i] = arguments[i] & masks.mask[i];
    for (size_t i = 0; i < record->count; i++) {
        struct recorded_call *known = &record->calls[i];
        if (known->number == number &&
            memcmp(known->arguments, call.arguments, sizeof(call.arguments)) == 0) {
            known->count++;
            return;
        }
    }
    if (record->count < RECORD_MAX && record->calls != NULL)
        record->calls[record->count++] = call;
    else
        record->lost++;
}

void record_clear(struct record *record)
{
    free(record->calls);
    free(record->seen);
    record->calls = NULL;
    record->seen = NULL;
    record->count = 0;
}

bool record_is_allowed(const struct cupel_policy *policy, const struct recorded_call *call)
{
    struct cupel_decision decision;

    return cupel_policy_decide(policy, call->number, call->arguments, &decision, NULL) == 0 &&
           cupel_action_allows(decision.action);
}

static bool allows(const struct cupel_decider *decider, const struct cupel_case *one)
{
    return cupel_action_allows(cupel_decider_action(decider, one));
}

/* Whether a decides no case otherwise that b allows. */
static bool covers_call(struct cupel_decider *a, struct cupel_decider *b, size_t number)
{
    struct cupel_cases ours = {0};
    struct cupel_cases theirs = {0};
    struct cupel_cube both;

    bool covers = cupel_decider_cases(a, number, &ours) == 0 &&
                  cupel_decider_cases(b, number, &theirs) == 0;
    for (size_t i = 0; covers && i < ours.count; i++) {
        for (size_t n = 0; covers && n < theirs.count; n++)
            covers = allows(a, &ours.items[i]) || !allows(b, &theirs.items[n]) ||
                     !cupel_cube_intersect(&ours.items[i].cube, &theirs.items[n].cube, &both);
    }
    cupel_cases_clear(&ours);
    cupel_cases_clear(&theirs);
    return covers;
}

bool record_covers(const struct cupel_policy *policy, const struct cupel_policy *other)
{
    struct cupel_decider ours = {0};
    struct cupel_decider theirs = {0};

    bool covers =
        cupel_decider_init(&ours, policy) == 0 && cupel_decider_init(&theirs, other) == 0;
    for (size_t number = 0; covers && number < CUPEL_CALLS; number++)
        covers = covers_call(&ours, &theirs, number);
    cupel_decider_clear(&ours);
    cupel_decider_clear(&theirs);
    return covers;
}

static size_t count_additions(const struct record *record, const struct cupel_policy *policy)
{
    size_t count = 0;

    for (size_t i = 0; i < record->count; i++)
        count += record_is_allowed(policy, &record->calls[i]) ? 0 : 1;
    return count;
}

static bool allows_some(struct cupel_decider *decider, size_t number)
{
    struct cupel_cases cases = {0};
    bool found = false;

    int r = cupel_decider_cases(decider, number, &cases);
    for (size_t i = 0; r == 0 && !found && i < cases.count; i++)
        found = allows(decider, &cases.items[i]);
    cupel_cases_clear(&cases);
    return found;
}

/* Calls that are allowed with some arguments. */
static size_t count_allowed(const struct cupel_policy *policy)
{
    struct cupel_decider decider = {0};
    size_t allowed = 0;

    int r = cupel_decider_init(&decider, policy);
    for (size_t number = 0; r == 0 && number < CUPEL_CALLS; number++)
        allowed += allows_some(&decider, number) ? 1 : 0;
    cupel_decider_clear(&decider);
    return r == 0 ? allowed : SIZE_MAX;
}

/* How much a policy gives, in the order in which it matters. */
struct breadth {
    uint64_t figures[4]; /* additions to it, calls allowed, memory, processes */
};

static struct breadth breadth_of(const struct record *record, const struct cupel_policy *policy)
{
    return (struct breadth){{count_additions(record, policy), count_allowed(policy),
                             policy->limits.memory_bytes, policy->limits.processes}};
}

static bool is_less(const struct breadth *a, const struct breadth *b)
{
    size_t i = 0;

    while (i < 3 && a->figures[i] == b->figures[i])
        i++;
    return a->figures[i] < b->figures[i];
}

const struct cupel_policy *record_choose(const struct record *record)
{
    const struct cupel_policy *best = NULL;
    struct breadth least = {{0}};

    for (size_t i = 0; i < record->candidate_count; i++) {
        struct breadth breadth = breadth_of(record, record->candidates[i]);
        if (best == NULL || is_less(&breadth, &least)) {
            best = record->candidates[i];
            least = breadth;
        }
    }
    return best;
}
