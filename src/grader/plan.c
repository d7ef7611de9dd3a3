#include "grader/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/submission.h"

const struct cupel_intake cupel_plan_judge_intake = {.max_size_bytes = 256ULL << 20,
                                                     .max_files = 10000};

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The policies of the runs in one cell, each once; the policy of unpacking is the first. */
struct policies {
    struct cupel_policy **items;
    size_t count;
};

static void add_policy(struct policies *policies, const struct cupel_grader *grader,
                       const struct cupel_policy *policy)
{
    for (size_t i = 0; i < policies->count; i++) {
        if (policies->items[i] == policy)
            return;
    }
    for (size_t i = 0; i < grader->policy_count; i++) {
        if (grader->policies[i] == policy)
            policies->items[policies->count++] = grader->policies[i];
    }
}

static void add_builds(struct policies *policies, const struct cupel_grader *grader,
                       const struct cupel_step *builds, size_t count)
{
    add_policy(policies, grader, grader->policies[0]);
    for (size_t i = 0; i < count; i++)
        add_policy(policies, grader, builds[i].policy);
}

static void add_learners(struct policies *policies, const struct cupel_grader *grader)
{
    add_builds(policies, grader, grader->builds, grader->build_count);
    for (size_t i = 0; i < grader->test_count; i++)
        add_policy(policies, grader, grader->tests[i].step.policy);
    for (size_t i = 0; i < grader->harness_count; i++) {
        const struct cupel_grader_harness *harness = &grader->harnesses[i];
        add_policy(policies, grader,
                   harness->in_process ? harness->step.policy : harness->call.policy);
    }
}

static void add_judges(struct policies *policies, const struct cupel_grader *grader)
{
    add_builds(policies, grader, grader->judge_builds, grader->judge_build_count);
    for (size_t i = 0; i < grader->test_count; i++)
        add_policy(policies, grader, grader->tests[i].judge.policy);
    for (size_t i = 0; i < grader->harness_count; i++) {
        if (!grader->harnesses[i].in_process)
            add_policy(policies, grader, grader->harnesses[i].step.policy);
    }
}

/* The box holds what was handed in and what the build makes of it; what a test writes goes
 * elsewhere. */
static void plan_box(const struct cupel_grader *grader, const struct cupel_intake *intake,
                     const struct cupel_step *builds, size_t build_count,
                     struct cupel_cell_options *cell)
{
    const struct cupel_limits unpacking = cupel_submission_limits(grader->policies[0], intake);

    cell->box_bytes = unpacking.disk_bytes;
    cell->box_inodes = unpacking.inodes;
    for (size_t i = 0; i < build_count; i++) {
        cell->box_bytes = larger(cell->box_bytes, builds[i].limits.disk_bytes);
        cell->box_inodes = larger(cell->box_inodes, builds[i].limits.inodes);
    }
}

static int plan_view(const struct policies *policies, struct cupel_cell_plan *plan)
{
    plan->options.network = CUPEL_NETWORK_NONE;
    for (size_t i = 0; i < policies->count; i++) {
        if (policies->items[i]->network == CUPEL_NETWORK_LOOPBACK)
            plan->options.network = CUPEL_NETWORK_LOOPBACK;
    }
    int r = cupel_cell_mounts(policies->items, policies->count, 0, &plan->mounts,
                              &plan->options.mount_count);
    plan->options.mounts = plan->mounts;
    return r;
}

static unsigned plan_jobs(size_t tests, unsigned jobs, unsigned calls)
{
    size_t most = tests < jobs ? tests : jobs;

    if (most > CUPEL_CELL_LANES_MAX - calls)
        return CUPEL_CELL_LANES_MAX - calls;
    return most > 0 ? (unsigned)most : 1;
}

unsigned cupel_plan_require(const struct cupel_grader *grader, unsigned require)
{
    for (size_t i = 0; i < grader->policy_count; i++)
        require |= grader->policies[i]->require;
    return require;
}

static bool has_judge(const struct cupel_grader *grader)
{
    for (size_t i = 0; i < grader->test_count; i++) {
        const struct cupel_grader_test *test = &grader->tests[i];
        if (test->judging == CUPEL_JUDGED_BY_CHECKER ||
            test->judging == CUPEL_JUDGED_BY_INTERACTOR ||
            (test->judging == CUPEL_JUDGED_BY_HARNESS &&
             !grader->harnesses[test->harness].in_process))
            return true;
    }
    return false;
}

static bool has_calls(const struct cupel_grader *grader)
{
    for (size_t i = 0; i < grader->harness_count; i++) {
        if (!grader->harnesses[i].in_process)
            return true;
    }
    return false;
}

int cupel_plan_make(const struct cupel_grader *grader,
                    const struct cupel_grade_options *options, struct cupel_plan *plan)
{
    struct cupel_cell_options *learner = &plan->learner.options;
    struct cupel_cell_options *judge = &plan->judge.options;
    unsigned calls = has_calls(grader) ? CUPEL_PLAN_CALLS : 0;
    struct policies policies = {
        .items = calloc(grader->policy_count, sizeof(struct cupel_policy *))};

    if (policies.items == NULL)
        return -ENOMEM;
    plan->require = cupel_plan_require(grader, options->require);
    learner->unpack_path = options->unpack_path;
    learner->cgroup = options->cgroup;
    *judge = *learner;
    plan->jobs = plan_jobs(grader->test_count, options->jobs, calls);
    learner->lanes = plan->jobs + calls;
    plan_box(grader, &grader->intake, grader->builds, grader->build_count, learner);
    add_learners(&policies, grader);
    int r = plan_view(&policies, &plan->learner);

    plan->has_judge = has_judge(grader);
    judge->exec_path = calls > 0 ? options->exec_path : NULL;
    judge->lanes = plan->jobs;
    plan_box(grader, &cupel_plan_judge_intake, grader->judge_builds, grader->judge_build_count,
             judge);
    policies.count = 0;
    add_judges(&policies, grader);
    if (r == 0 && plan->has_judge)
        r = plan_view(&policies, &plan->judge);
    free(policies.items);
    return r;
}

void cupel_plan_clear(struct cupel_plan *plan)
{
    free(plan->learner.mounts);
    free(plan->judge.mounts);
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
