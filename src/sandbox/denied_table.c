#include "sandbox/denied_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"

static int ask(const struct cupel_policy *policy, int number,
               const uint64_t arguments[static CUPEL_ARGUMENTS], struct cupel_policy_case *ret)
{
    CUPEL_AUTO_FREE struct cupel_policy_case *cases = NULL;
    size_t count = 0;

    int r = cupel_policy_cases(policy, number, &cases, &count, NULL);
    if (r < 0 && r != -E2BIG)
        return r;
    *ret = (struct cupel_policy_case){
        .decision = {.action = {CUPEL_ACTION_ERRNO, ENOSYS}, .by = CUPEL_DECIDED_BY_UNKNOWN}};
    for (size_t i = 0; i < count; i++) {
        if (cupel_cube_has(&cases[i].cube, arguments)) {
            *ret = cases[i];
            break;
        }
    }
    return 0;
}

int denied_table_decide(struct denied_table *table, const struct cupel_policy *policy,
                        int number, const uint64_t arguments[static CUPEL_ARGUMENTS],
                        struct cupel_policy_case *ret, struct denial **ret_item)
{
    for (size_t i = 0; i < table->count; i++) {
        struct denial *item = &table->items[i];
        if (item->number == number && cupel_cube_has(&item->match.cube, arguments)) {
            *ret = item->match;
            *ret_item = item;
            return 0;
        }
    }
    int r = ask(policy, number, arguments, ret);
    if (r == 0)
        *ret_item = NULL;
    return r;
}

void denied_table_count(struct denied_table *table, struct denial *item, int number,
                        const uint64_t arguments[static CUPEL_ARGUMENTS],
                        const struct cupel_policy_case *match, bool fatal)
{
    size_t room = CUPEL_DENIED_MAX + (fatal ? 1 : 0);

    if (item == NULL && table->count < room) {
        item = &table->items[table->count++];
        *item = (struct denial){.number = number, .match = *match};
        memcpy(item->arguments, arguments, sizeof(item->arguments));
    }
    if (item == NULL)
        table->others++;
    else
        item->count++;
    if (fatal && item != NULL)
        table->fatal = item;
}

static char *name_of(enum cupel_arch arch, int number)
{
    char name[CUPEL_CALL_NAME_SIZE];

    if (!cupel_call_name(arch, number, name))
        (void)snprintf(name, sizeof(name), "call %d", number);
    return strdup(name);
}

/* NULL stays NULL. */
static bool copy(const char *text, char **ret)
{
    *ret = text == NULL ? NULL : strdup(text);
    return text == NULL || *ret != NULL;
}

static bool describe(const struct denial *item, enum cupel_arch arch,
                     struct cupel_denied_call *ret)
{
    const struct cupel_decision *decision = &item->match.decision;
    const struct cupel_origin *origin = &decision->origin;

    ret->name = name_of(arch, item->number);
    memcpy(ret->arguments, item->arguments, sizeof(ret->arguments));
    ret->count = item->count;
    ret->killed = decision->action.kind == CUPEL_ACTION_KILL;
    ret->error_number = ret->killed ? 0 : decision->action.error_number;
    ret->line = origin->line;
    return ret->name != NULL && copy(origin->policy, &ret->policy) &&
           copy(origin->file, &ret->file) && copy(origin->why, &ret->why);
}

int denied_table_describe(const struct denied_table *table, enum cupel_arch arch,
                          struct cupel_denied *ret)
{
    struct cupel_denied denied = {.others = table->others};

    if (table->count > 0)
        denied.calls = calloc(table->count, sizeof(*denied.calls));
    for (size_t i = 0; i < table->count && denied.calls != NULL; i++) {
        denied.count++;
        if (!describe(&table->items[i], arch, &denied.calls[i])) {
            cupel_denied_clear(&denied);
            break;
        }
        if (table->fatal == &table->items[i])
            denied.fatal = &denied.calls[i];
    }
    if (denied.count != table->count)
        return -ENOMEM;
    *ret = denied;
    return 0;
}
