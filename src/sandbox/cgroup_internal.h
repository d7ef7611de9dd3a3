/* The job's cgroup as the files of this module see it. */
#ifndef CUPEL_SANDBOX_CGROUP_INTERNAL_H
#define CUPEL_SANDBOX_CGROUP_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/cgroup.h"

#define CGROUP_NAME_MAX 48

/* A folder, locked by its file cgroup.kill, which nobody can open but its owner. */
struct cgroup_job {
    int base_fd;
    int fd;
    int lock_fd;
    unsigned controllers;       /* that its leaves can be limited by */
    unsigned added;             /* those of them that the base did not pass on before */
    char name[CGROUP_NAME_MAX]; /* below the base */
};

struct cupel_cgroup {
    enum cupel_cgroup_source source;
    struct cgroup_job job;
    int home_fd;        /* where this process was before */
    uint64_t run_count; /* leaves made so far */
};

/* cgroup_job.c */

/* Kill and remove the jobs in a base whose owners have ended. What cannot be removed stays. */
void cgroup_job_sweep(int base_fd);

/*
 * Make a job below base_fd (taken over), move this process, which is in home_fd, into it, and
 * pass on what controllers there are. Returns 0; -errno with err, and all is as it was.
 */
CUPEL_MUST_CHECK int cgroup_job_enter(int base_fd, int home_fd, struct cgroup_job *ret,
                                      struct cupel_error *err);

/* Move this process back to home_fd, remove the job, and close it. */
void cgroup_job_leave(struct cgroup_job *job, int home_fd);

/* Make a cgroup below the job into which its cells can put commands. Returns a descriptor of
 * its folder or -errno. */
CUPEL_MUST_CHECK int cgroup_job_make_leaf(const struct cgroup_job *job, const char *name);

/* Bits of the controllers that a cgroup has. Returns them or -errno. */
CUPEL_MUST_CHECK int cgroup_job_controllers(int folder_fd);

/* Whether a folder's name is that of a job. Pure. */
bool cgroup_job_is_name(const char *name);

#endif
