#include "cupel/filters.h"

int cupel_filters_get(const char *folder, const struct cupel_policy *policy,
                      struct cupel_filters *ret, struct cupel_error *err)
{
    struct cupel_filters filters = {0};

    int r = cupel_filter_get(folder, policy, CUPEL_FILTER_ENFORCE, &filters.enforce, err);
    if (r == 0)
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
