#include "cli/job.h"

#include <errno.h>
#include <string.h>

int cli_job_cgroup(const char *option, struct cupel_cgroup_search *ret_search,
                   struct cupel_cgroup **ret, struct cupel_error *err)
{
    struct cupel_error why = {0};

    *ret = NULL;
    if (option != NULL && strcmp(option, "none") == 0) {
        *ret_search = (struct cupel_cgroup_search){.base = ""};
        for (size_t i = 0; i < CUPEL_CGROUP_SOURCES; i++)
            ret_search->trials[i].obstacle = CUPEL_CGROUP_NOT_TRIED;
        return 0;
    }
    int r = cupel_cgroup_open(option, ret_search, ret, &why);
    if (r == -ENOTSUP && option == NULL)
        return 0; /* limits fall back */
    return r < 0 ? cupel_fail(err, r, "%s%s", option != NULL ? "--cgroup: " : "", why.text) : 0;
}
