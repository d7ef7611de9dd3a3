/*
 * Prints what a policy does with every call, on each architecture: policy_table FOLDER NAME.
 * Calls whose arguments matter have a line for each case; the cases of the decision that has
 * most of them are "otherwise".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/policy.h"

#define LAST_CALL   469 /* of Linux 6.18 */
#define MAX_GROUPS  64
#define HEAD_SIZE   128
#define LINE_LENGTH 96

/* What happens, and who says so: by this calls are put together. */
static void head_of(const struct cupel_decision *decision, char ret[static HEAD_SIZE])
{
    char action[CUPEL_ACTION_SIZE];

    (void)cupel_action_format(decision->action, action);
    if (decision->by == CUPEL_DECIDED_BY_RULE)
        (void)snprintf(ret, HEAD_SIZE, "%s, by %s", action, decision->origin.policy);
    else
        (void)snprintf(ret, HEAD_SIZE, "%s, %s", action,
                       decision->by == CUPEL_DECIDED_BY_UNKNOWN ? "unknown" : "by invariant");
}

static void print_cube(const struct cupel_cube *cube)
{
    const char *joiner = "";

    for (size_t i = 0; i < CUPEL_ARGUMENTS; i++) {
        if (cube->mask[i] == 0)
            continue;
        printf("%sarg%zu & %#lx == %#lx", joiner, i, cube->mask[i], cube->value[i]);
        joiner = " and ";
    }
}

/* Index of a case whose decision most cases share. */
static size_t commonest(const struct cupel_policy_case *cases, size_t count)
{
    size_t best = 0;
    size_t most = 0;

    for (size_t i = 0; i < count; i++) {
        char head[HEAD_SIZE];
        size_t same = 0;
        head_of(&cases[i].decision, head);
        for (size_t j = 0; j < count; j++) {
            char other[HEAD_SIZE];
            head_of(&cases[j].decision, other);
            same += strcmp(head, other) == 0;
        }
        best = same > most ? i : best;
        most = same > most ? same : most;
    }
    return best;
}

static void print_cases(const char *name, const struct cupel_policy_case *cases, size_t count)
{
    char rest[HEAD_SIZE];

    head_of(&cases[commonest(cases, count)].decision, rest);
    printf("\n%s\n", name);
    for (size_t i = 0; i < count; i++) {
        char head[HEAD_SIZE];
        head_of(&cases[i].decision, head);
        if (strcmp(head, rest) == 0)
            continue;
        printf("  ");
        print_cube(&cases[i].cube);
        printf(": %s\n", head);
    }
    printf("  otherwise: %s\n", rest);
}

/* Calls that are always decided in the same way, by their heads. */
struct groups {
    char heads[MAX_GROUPS][HEAD_SIZE];
    unsigned char of_call[LAST_CALL + 1]; /* index + 1; 0: no such call, or several cases */
    size_t count;
};

static void put_in_group(struct groups *groups, int number,
                         const struct cupel_decision *decision)
{
    char head[HEAD_SIZE];
    size_t i = 0;

    head_of(decision, head);
    while (i < groups->count && strcmp(groups->heads[i], head) != 0)
        i++;
    if (i == groups->count && i < MAX_GROUPS - 1)
        memcpy(groups->heads[groups->count++], head, sizeof(head));
    groups->of_call[number] = (unsigned char)(i + 1);
}

static void print_group(const struct groups *groups, size_t index, enum cupel_arch arch)
{
    size_t column = LINE_LENGTH;

    printf("\n%s", groups->heads[index]);
    for (int number = 0; number <= LAST_CALL; number++) {
        char name[CUPEL_CALL_NAME_SIZE];
        if (groups->of_call[number] != index + 1)
            continue;
        (void)cupel_call_name(arch, number, name);
        if (column + strlen(name) + 1 > LINE_LENGTH)
            column = (size_t)printf("\n ") - 1;
        column += (size_t)printf(" %s", name);
    }
    printf("\n");
}

static int print_policy(const struct cupel_policy *policy, struct cupel_error *err)
{
    struct groups groups = {.count = 0};

    printf("\n== %s\n", cupel_arch_names[policy->arch]);
    for (int number = 0; number <= LAST_CALL; number++) {
        CUPEL_AUTO_FREE struct cupel_policy_case *cases = NULL;
        char name[CUPEL_CALL_NAME_SIZE];
        size_t count = 0;
        if (!cupel_call_name(policy->arch, number, name))
            continue;
        int r = cupel_policy_cases(policy, number, &cases, &count, err);
        if (r < 0)
            return r;
        if (count == 1)
            put_in_group(&groups, number, &cases[0].decision);
        else
            print_cases(name, cases, count);
    }
    for (size_t i = 0; i < groups.count; i++)
        print_group(&groups, i, policy->arch);
    return 0;
}

int main(int argc, char **argv)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_error err = {0};
    int r = argc == 3 ? 0 : cupel_fail(&err, -1, "usage: policy_table FOLDER NAME");

    if (r == 0)
        printf("# %s: what happens to each call. Made by test_tables.py --update\n", argv[2]);
    for (enum cupel_arch arch = 0; arch < CUPEL_ARCH_COUNT && r == 0; arch++) {
        struct cupel_policy *policy = NULL;
        r = cupel_policy_load(argv[1], argv[2], arch, &diagnostics, &policy, &err);
        if (r == 0)
            r = print_policy(policy, &err);
        cupel_policy_free(policy);
    }
    if (r < 0)
        (void)fprintf(stderr, "%s\n", err.text);
    cupel_diagnostics_clear(&diagnostics);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
