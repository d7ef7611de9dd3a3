/* What a grading needs of its host and of its cells. Pure. Internal to src/grader. */
#ifndef CUPEL_GRADER_PLAN_H
#define CUPEL_GRADER_PLAN_H

#include "cupel/cell.h"
#include "cupel/error.h"
#include "cupel/grade.h"

/* Calls of harnesses at the same time, beside the tests that run side by side. */
#define CUPEL_PLAN_CALLS 8

struct cupel_cell_plan {
    struct cupel_cell_options options; /* mounts point to the one below */
    struct cupel_cell_mount *mounts;
};

struct cupel_plan {
    struct cupel_cell_plan learner;
    bool has_judge; /* a checker, an interactor, or a harness that is not in-process */
    struct cupel_cell_plan judge;
    unsigned jobs;    /* tests at the same time; each cell has a lane for each */
    unsigned require; /* layers of all policies and of the options: 1U << enum cupel_layer */
};

/* What of the grader's folder may be in the judge's cell, in the terms of a submission. */
extern const struct cupel_intake cupel_plan_judge_intake;

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
