#include "grader/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/submission.h"

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The box holds the submission and what the build makes of it; what a test writes goes
 * elsewhere. */
static void plan_box(const struct cupel_grader *grader, struct cupel_plan *plan)
{
    const struct cupel_policy *unpack;
    const struct cupel_filters *filters;

    cupel_grader_unpack_policy(grader, &unpack, &filters);
    const struct cupel_limits unpacking = cupel_submission_limits(unpack, &grader->intake);
    plan->cell.box_bytes = unpacking.disk_bytes;
    plan->cell.box_inodes = unpacking.inodes;
    for (size_t i = 0; i < grader->build_count; i++) {
        const struct cupel_limits *limits = &grader->builds[i].limits;
        plan->cell.box_bytes = larger(plan->cell.box_bytes, limits->disk_bytes);
        plan->cell.box_inodes = larger(plan->cell.box_inodes, limits->inodes);
    }
}

static unsigned plan_lanes(size_t tests, unsigned jobs)
{
    size_t lanes = tests < jobs ? tests : jobs;

    if (lanes > CUPEL_CELL_LANES_MAX)
        return CUPEL_CELL_LANES_MAX;
    return lanes > 0 ? (unsigned)lanes : 1;
}

unsigned cupel_plan_require(const struct cupel_grader *grader, unsigned require)
{
    for (size_t i = 0; i < grader->policy_count; i++)
        require |= grader->policies[i]->require;
    return require;
}

int cupel_plan_make(const struct cupel_grader *grader,
                    const struct cupel_grade_options *options, struct cupel_plan *plan)
{
    plan->require = cupel_plan_require(grader, options->require);
    plan->cell.unpack_path = options->unpack_path;
    plan->cell.cgroup = options->cgroup;
    plan->cell.lanes = plan_lanes(grader->test_count, options->jobs);
    plan->cell.network = CUPEL_NETWORK_NONE;
    for (size_t i = 0; i < grader->policy_count; i++) {
        if (grader->policies[i]->network == CUPEL_NETWORK_LOOPBACK)
            plan->cell.network = CUPEL_NETWORK_LOOPBACK;
    }
    plan_box(grader, plan);
    int r = cupel_cell_mounts(grader->policies, grader->policy_count, 0, &plan->mounts,
                              &plan->cell.mount_count);
    plan->cell.mounts = plan->mounts;
    return r;
}

void cupel_plan_clear(struct cupel_plan *plan)
{
    free(plan->mounts);
}

unsigned cupel_plan_layers(const struct cupel_cgroup *cgroup)
{
    const unsigned needed = CUPEL_CGROUP_MEMORY | CUPEL_CGROUP_PIDS;
    unsigned layers = 1U << CUPEL_LAYER_USER_NAMESPACE | 1U << CUPEL_LAYER_SECCOMP |
                      1U << CUPEL_LAYER_NO_NEW_PRIVS;

    if (cgroup != NULL && (cupel_cgroup_controllers(cgroup) & needed) == needed)
        layers |= 1U << CUPEL_LAYER_CGROUP;
    return layers;
}

int cupel_plan_check_layers(unsigned require, unsigned available, struct cupel_error *err)
{
    char names[128] = "";
    size_t used = 0;

    for (unsigned layer = 0; layer < CUPEL_LAYER_COUNT; layer++) {
        if ((require & ~available & 1U << layer) == 0 || used >= sizeof(names))
            continue;
        int n = snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
                         cupel_layer_names[layer]);
        used += n > 0 ? (size_t)n : 0;
    }
    if (used == 0)
        return 0;
    return cupel_fail(err, -ENOTSUP,
                      "this host cannot enforce what is required: %s; see `cupel doctor`",
                      names);
}
