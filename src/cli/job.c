#include "cli/job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cupel/cleanup.h"
#include "cupel/policy.h"
#include "grader/plan.h"

static bool names_path(const char *option)
{
    return option != NULL && strcmp(option, "none") != 0;
}

int cli_job_cgroup(const char *option, const char *scope,
                   struct cupel_cgroup_search *ret_search, struct cupel_cgroup **ret,
                   struct cupel_error *err)
{
    struct cupel_error why = {0};

    *ret = NULL;
    if (option != NULL && !names_path(option)) {
        *ret_search = (struct cupel_cgroup_search){.base = ""};
        for (size_t i = 0; i < CUPEL_CGROUP_SOURCES; i++)
            ret_search->trials[i].obstacle = CUPEL_CGROUP_NOT_TRIED;
        return 0;
    }
    int r = cupel_cgroup_open(option, scope, ret_search, ret, &why);
    if (r == -ENOTSUP && option == NULL)
        return 0; /* limits fall back */
    return r < 0 ? cupel_fail(err, r, "%s%s", option != NULL ? "--cgroup: " : "", why.text) : 0;
}

void cli_job_print_mends(const char *option, const struct cupel_cgroup_search *search,
                         const struct cupel_cgroup *cgroup, unsigned require, const char *cell)
{
    static struct doctor_report report; /* too large for the stack */
    const unsigned layer = 1U << CUPEL_LAYER_CGROUP;
    char cupel[PATH_MAX] = "cupel";

    if (names_path(option))
        require |= layer;
    if ((require & ~cupel_plan_layers(cgroup) & layer) == 0)
        return;
    if (readlink("/proc/self/exe", cupel, sizeof(cupel) - 1) < 0)
        return;
    report = (struct doctor_report){.cgroup_path = option, .search = *search};
    doctor_host_look(cupel, cell, &report.host);
    doctor_add_cgroup(&report);
    CUPEL_AUTO_FREE char *text = doctor_mends_text(&report);
    if (text != NULL)
        (void)fputs(text, stderr);
    doctor_report_clear(&report);
}
