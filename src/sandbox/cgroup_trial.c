#include "sandbox/cgroup_trial.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int cgroup_trial_fail(struct cupel_cgroup_trial *trial, enum cupel_cgroup_obstacle obstacle,
                      const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(trial->text, sizeof(trial->text), fmt, ap);
    va_end(ap);
    trial->obstacle = obstacle;
    return -ENOTSUP;
}
