/* The cgroup of a command's job, by option --cgroup. */
#ifndef CUPEL_CLI_JOB_H
#define CUPEL_CLI_JOB_H

#include "cupel/cgroup.h"
#include "cupel/error.h"

/*
 * option: NULL, to take what there is; "none"; or a path, which has to serve. scope: the
 * executable cupel-scope. Returns 0, with *ret NULL where there is no cgroup; -ENOTSUP or
 * -errno with err. *ret_search is filled in any case.
 */
CUPEL_MUST_CHECK int cli_job_cgroup(const char *option, const char *scope,
                                    struct cupel_cgroup_search *ret_search,
                                    struct cupel_cgroup **ret, struct cupel_error *err);

/*
 * Print what mends it on standard error, where a job has no cgroup that limits memory and
 * processes, and option or require (1U << enum cupel_layer) asks for one. cell: the executable
 * cupel-cell.
 */
void cli_job_print_mends(const char *option, const struct cupel_cgroup_search *search,
                         const struct cupel_cgroup *cgroup, unsigned require, const char *cell);

#endif
