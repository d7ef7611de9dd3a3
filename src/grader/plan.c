#include "grader/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Folders of the packed tree need inodes too, though max_files counts files. */
#define SPARE_INODES 1024

/* Whether path is folder or lies below it. */
static bool is_within(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 &&
           (path[length] == '\0' || path[length] == '/' || strcmp(folder, "/") == 0);
}

/* Paths that the cell makes itself, so that the host's must not come in their place. */
static bool is_provided(const char *path)
{
    static const char *const folders[] = {
        "/box", "/tmp", "/proc", "/dev", "/cupel", "/etc/alternatives", "/etc/ssl"};
    static const char *const exactly[] = {"/",
                                          "/etc",
                                          "/etc/passwd",
                                          "/etc/group",
                                          "/etc/hosts",
                                          "/etc/nsswitch.conf",
                                          "/etc/ld.so.cache"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (is_within(path, folders[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof(exactly) / sizeof(exactly[0]); i++) {
        if (strcmp(path, exactly[i]) == 0)
            return true;
    }
    return false;
}

/* Put path among the mounts, unless one of them shows it already; it takes the place of those
 * that lie below it. */
static void add_mount(struct cupel_plan *plan, const char *path)
{
    size_t kept = 0;

    for (size_t i = 0; i < plan->cell.mount_count; i++) {
        if (is_within(path, plan->mounts[i].source))
            return;
    }
    for (size_t i = 0; i < plan->cell.mount_count; i++) {
        if (!is_within(plan->mounts[i].source, path))
            plan->mounts[kept++] = plan->mounts[i];
    }
    plan->mounts[kept++] =
        (struct cupel_cell_mount){.source = path, .destination = path, .optional = true};
    plan->cell.mount_count = kept;
}

static size_t count_paths(const struct cupel_grader *grader)
{
    size_t count = 0;

    for (size_t i = 0; i < grader->policy_count; i++) {
        for (char **path = grader->policies[i]->read_only; path != NULL && *path != NULL;
             path++)
            count++;
    }
    return count;
}

static int plan_mounts(const struct cupel_grader *grader, struct cupel_plan *plan)
{
    plan->cell.mount_count = 0;
    plan->mounts = calloc(count_paths(grader) + 1, sizeof(*plan->mounts));
    if (plan->mounts == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < grader->policy_count; i++) {
        for (char **path = grader->policies[i]->read_only; path != NULL && *path != NULL;
             path++) {
            if (!is_provided(*path))
                add_mount(plan, *path);
        }
    }
    plan->cell.mounts = plan->mounts;
    return 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The box holds the submission and what the build makes of it; what a test writes goes
 * elsewhere. */
static void plan_box(const struct cupel_grader *grader, struct cupel_plan *plan)
{
    const struct cupel_policy *unpack;
    const struct cupel_filter *filter;

    cupel_grader_unpack_policy(grader, &unpack, &filter);
    plan->cell.box_bytes = larger(unpack->limits.disk_bytes, grader->intake.max_size_bytes);
    plan->cell.box_inodes =
        larger(unpack->limits.inodes, grader->intake.max_files + SPARE_INODES);
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

int cupel_plan_make(const struct cupel_grader *grader,
                    const struct cupel_grade_options *options, struct cupel_plan *plan)
{
    plan->require = options->require;
    plan->cell.cell_path = options->cell_path;
    plan->cell.unpack_path = options->unpack_path;
    plan->cell.lanes = plan_lanes(grader->test_count, options->jobs);
    plan->cell.network = CUPEL_NETWORK_NONE;
    for (size_t i = 0; i < grader->policy_count; i++) {
        plan->require |= grader->policies[i]->require;
        if (grader->policies[i]->network == CUPEL_NETWORK_LOOPBACK)
            plan->cell.network = CUPEL_NETWORK_LOOPBACK;
    }
    plan_box(grader, plan);
    return plan_mounts(grader, plan);
}

void cupel_plan_clear(struct cupel_plan *plan)
{
    free(plan->mounts);
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
