#include "cupel/filters.h"

#include "cupel/cleanup.h"

/* What src/cell/command.c does under the filter; the clock is a call where the vDSO has none.
 */
static const char *const needed[] = {"execve", "exit_group", "clock_gettime"};

static bool is_allowed(const struct cupel_policy *policy, int number)
{
    CUPEL_AUTO_FREE struct cupel_policy_case *cases = NULL;
    size_t count = 0;

    if (cupel_policy_cases(policy, number, &cases, &count, NULL) < 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!cupel_action_allows(cases[i].decision.action))
            return false;
    }
    return true;
}

static bool can_be_told(const struct cupel_policy *policy)
{
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (!is_allowed(policy, cupel_call_number(policy->arch, needed[i])))
            return false;
    }
    return true;
}

int cupel_filters_get(const char *folder, const struct cupel_policy *policy,
                      struct cupel_filters *ret, struct cupel_error *err)
{
    struct cupel_filters filters = {0};

    int r = cupel_filter_get(folder, policy, CUPEL_FILTER_ENFORCE, &filters.enforce, err);
    if (r == 0 && can_be_told(policy))
        r = cupel_filter_get(folder, policy, CUPEL_FILTER_NOTIFY, &filters.notify, err);
    if (r < 0) {
        cupel_filters_clear(&filters);
        return r;
    }
    *ret = filters;
    return 0;
}

void cupel_filters_clear(struct cupel_filters *filters)
{
    cupel_filter_clear(&filters->enforce);
    cupel_filter_clear(&filters->notify);
}
