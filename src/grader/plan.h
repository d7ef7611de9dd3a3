/* What a grading needs of its host and of its cell. Pure. Internal to src/grader. */
#ifndef CUPEL_GRADER_PLAN_H
#define CUPEL_GRADER_PLAN_H

#include "cupel/cell.h"
#include "cupel/error.h"
#include "cupel/grade.h"

struct cupel_plan {
    struct cupel_cell_options cell; /* mounts point to the one below */
    struct cupel_cell_mount *mounts;
    unsigned require; /* layers of all policies and of the options: 1U << enum cupel_layer */
};

/* Zero-initialise plan. Paths in it are borrowed from grader and options. 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_plan_make(const struct cupel_grader *grader,
                                     const struct cupel_grade_options *options,
                                     struct cupel_plan *plan);
void cupel_plan_clear(struct cupel_plan *plan);

/*
 * Layers that there are before a cell is: those without which none starts, and the cgroup
 * (NULL: there is none), if it limits memory and processes.
 */
unsigned cupel_plan_layers(const struct cupel_cgroup *cgroup);

/* The layers that a grader's policies require, and those of require: 1U << enum cupel_layer. */
unsigned cupel_plan_require(const struct cupel_grader *grader, unsigned require);

/* 0 if available holds all of require; else -ENOTSUP, and err names what is missing. */
CUPEL_MUST_CHECK int cupel_plan_check_layers(unsigned require, unsigned available,
                                             struct cupel_error *err);

#endif
