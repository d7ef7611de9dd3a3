/*
 * A policy as a profile of containers. jansson's numbers have 63 bits, and masks have 64, so
 * the text is written here; all of it is names and numbers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/cubes.h"
#include "policy/oci.h"
#include "policy/region.h"

struct writer {
    FILE *out;
    const struct cupel_policy *policy;
    struct cupel_action unknown;
    struct cupel_action *single; /* of each call that has one case, else kind is NO_SINGLE */
    size_t entries;
};

#define NO_SINGLE ((enum cupel_action_kind) - 1)

static const char *action_name(struct cupel_action action)
{
    switch (action.kind) {
    case CUPEL_ACTION_ALLOW:
        return "SCMP_ACT_ALLOW";
    case CUPEL_ACTION_LOG:
        return "SCMP_ACT_LOG";
    case CUPEL_ACTION_ERRNO:
        return "SCMP_ACT_ERRNO";
    case CUPEL_ACTION_KILL:
        break;
    }
    return "SCMP_ACT_KILL_PROCESS";
}

static bool same_action(struct cupel_action a, struct cupel_action b)
{
    return a.kind == b.kind && a.error_number == b.error_number;
}

static void put_action(struct writer *w, struct cupel_action action)
{
    (void)fprintf(w->out, "\"action\": \"%s\"", action_name(action));
    if (action.kind == CUPEL_ACTION_ERRNO)
        (void)fprintf(w->out, ", \"errnoRet\": %d", action.error_number);
}

static void begin_entry(struct writer *w)
{
    (void)fputs(w->entries++ > 0 ? ",\n    " : "\n    ", w->out);
}

/* One entry for all calls that get this action whatever their arguments. */
static void put_single(struct writer *w, struct cupel_action action)
{
    char name[CUPEL_CALL_NAME_SIZE];
    size_t names = 0;

    for (int number = 0; number < CUPEL_CALLS; number++) {
        if (!same_action(w->single[number], action) ||
            !cupel_call_name(w->policy->arch, number, name))
            continue;
        if (names == 0) {
            begin_entry(w);
            (void)fputs("{\"names\": [", w->out);
        }
        (void)fprintf(w->out, "%s\"%s\"", names++ > 0 ? ", " : "", name);
    }
    if (names == 0)
        return;
    (void)fputs("], ", w->out);
    put_action(w, action);
    (void)fputc('}', w->out);
}

static bool is_first_of_its_kind(const struct writer *w, int number)
{
    for (int i = 0; i < number; i++) {
        if (same_action(w->single[i], w->single[number]))
            return false;
    }
    return true;
}

static void put_singles(struct writer *w)
{
    for (int number = 0; number < CUPEL_CALLS; number++) {
        struct cupel_action action = w->single[number];
        if (action.kind != NO_SINGLE && !same_action(action, w->unknown) &&
            is_first_of_its_kind(w, number))
            put_single(w, action);
    }
}

static void put_argument(struct writer *w, size_t index, uint64_t mask, uint64_t value)
{
    (void)fprintf(w->out, "{\"index\": %zu, ", index);
    if (mask == UINT64_MAX)
        (void)fprintf(w->out, "\"value\": %ju, \"op\": \"SCMP_CMP_EQ\"}", (uintmax_t)value);
    else
        (void)fprintf(w->out,
                      "\"value\": %ju, \"valueTwo\": %ju, \"op\": \"SCMP_CMP_MASKED_EQ\"}",
                      (uintmax_t)mask, (uintmax_t)value);
}

static void put_case(struct writer *w, const char *name, const struct cupel_cube *cube,
                     struct cupel_action action)
{
    size_t count = 0;

    begin_entry(w);
    (void)fprintf(w->out, "{\"names\": [\"%s\"], ", name);
    put_action(w, action);
    (void)fputs(", \"args\": [", w->out);
    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if (cube->mask[i] == 0)
            continue;
        (void)fputs(count++ > 0 ? ", " : "", w->out);
        put_argument(w, i, cube->mask[i], cube->value[i]);
    }
    (void)fputs("]}", w->out);
}

/* An entry for each cube of the cases that get the action of the first one, and so on. */
static int put_cases(struct writer *w, const char *name, const struct cupel_policy_case *cases,
                     size_t count)
{
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++) {
        struct cupel_action action = cases[i].decision.action;
        struct cupel_region region = {0};
        bool seen = same_action(action, w->unknown);
        for (size_t j = 0; j < i; j++)
            seen = seen || same_action(cases[j].decision.action, action);
        for (size_t j = i; j < count && !seen && r == 0; j++) {
            if (same_action(cases[j].decision.action, action))
                r = cupel_region_add(&region, &cases[j].cube);
        }
        cupel_region_simplify(&region);
        for (size_t j = 0; j < region.count && r == 0; j++)
            put_case(w, name, &region.items[j], action);
        cupel_region_clear(&region);
    }
    return r;
}

/* Keep what has one case for put_singles(), write down the rest. */
static int put_call(struct writer *w, int number, struct cupel_error *err)
{
    struct cupel_policy_case *cases = NULL;
    char name[CUPEL_CALL_NAME_SIZE];
    size_t count = 0;
    bool same = true;

    w->single[number].kind = NO_SINGLE;
    if (!cupel_call_name(w->policy->arch, number, name))
        return 0;
    int r = cupel_policy_cases(w->policy, number, &cases, &count, err);
    if (r < 0)
        return r;
    for (size_t i = 1; i < count; i++)
        same = same && same_action(cases[i].decision.action, cases[0].decision.action);
    if (same)
        w->single[number] = cases[0].decision.action;
    else if (put_cases(w, name, cases, count) < 0)
        r = cupel_fail(err, -ENOMEM, "no memory for the profile");
    free(cases);
    return r;
}

static int put_profile(struct writer *w, struct cupel_error *err)
{
    static const char *const archs[] = {
        [CUPEL_ARCH_X86_64] = "SCMP_ARCH_X86_64", [CUPEL_ARCH_AARCH64] = "SCMP_ARCH_AARCH64"};
    int r = 0;

    (void)fprintf(w->out, "{\n  \"defaultAction\": \"%s\",\n", action_name(w->unknown));
    if (w->unknown.kind == CUPEL_ACTION_ERRNO)
        (void)fprintf(w->out, "  \"defaultErrnoRet\": %d,\n", w->unknown.error_number);
    (void)fprintf(w->out, "  \"architectures\": [\"%s\"],\n  \"syscalls\": [",
                  archs[w->policy->arch]);
    for (int number = 0; number < CUPEL_CALLS && r == 0; number++)
        r = put_call(w, number, err);
    put_singles(w);
    (void)fputs("\n  ]\n}\n", w->out);
    return r;
}

/* What a call that no rule is about gets: no call has the last number. */
static int find_unknown(const struct cupel_policy *policy, struct cupel_action *ret,
                        struct cupel_error *err)
{
    static const uint64_t none[CUPEL_ARGUMENTS] = {0};
    struct cupel_decision decision;

    int r = cupel_policy_decide(policy, CUPEL_CALLS - 1, none, &decision, err);
    if (r == 0)
        *ret = decision.action;
    return r;
}

int cupel_oci_export(const struct cupel_policy *policy, char **ret, struct cupel_error *err)
{
    struct writer w = {.policy = policy};
    char *text = NULL;
    size_t len = 0;

    int r = find_unknown(policy, &w.unknown, err);
    if (r < 0)
        return r;
    w.single = calloc(CUPEL_CALLS, sizeof(*w.single));
    w.out = w.single != NULL ? open_memstream(&text, &len) : NULL;
    if (w.out == NULL) {
        free(w.single);
        return cupel_fail(err, -ENOMEM, "no memory for the profile");
    }
    r = put_profile(&w, err);
    free(w.single);
    bool failed = ferror(w.out) != 0;
    failed = fclose(w.out) != 0 || failed;
    if (r == 0 && failed)
        r = cupel_fail(err, -ENOMEM, "no memory for the profile");
    if (r < 0) {
        free(text);
        return r;
    }
    *ret = text;
    return 0;
}
