/* Why a source of cgroups does not serve. */
#ifndef CUPEL_SANDBOX_CGROUP_TRIAL_H
#define CUPEL_SANDBOX_CGROUP_TRIAL_H

#include "cupel/cgroup.h"

/* Fill trial and return -ENOTSUP. */
int cgroup_trial_fail(struct cupel_cgroup_trial *trial, enum cupel_cgroup_obstacle obstacle,
                      const char *fmt, ...) CUPEL_PRINTF(3, 4);

#endif
