/* Grading: one submission by one grader, from unpacking to the result. */
#ifndef CUPEL_GRADE_H
#define CUPEL_GRADE_H

#include <stddef.h>

#include "cupel/cgroup.h"
#include "cupel/error.h"
#include "cupel/grader.h"
#include "cupel/result.h"

struct cupel_grade_options {
    const char *cell_path;       /* the executable cupel-cell */
    const char *unpack_path;     /* the executable cupel-unpack */
    const char *exec_path;       /* the executable cupel-exec */
    const char *submission;      /* path, or "-" */
    int input_fd;                /* read for "-" */
    unsigned jobs;               /* tests at the same time, 1 to CUPEL_CELL_LANES_MAX */
    unsigned require;            /* layers, bit set of 1U << enum cupel_layer */
    struct cupel_cgroup *cgroup; /* for all runs; NULL: none */
    /* The text of a cupel.run/1 document, which is freed; NULL: no memory. For harnesses that
     * ask how a command of theirs has ended. */
    char *(*report_run)(const struct cupel_outcome *outcome);
    const char *cache; /* folder for what is made once, see cupel/cache.h; NULL: none */
    const char *keep;  /* NULL, or a folder (made if need be) that gets box and outputs */
    /* Told of each step that ends: id, its result or NULL for a build step. May be NULL. */
    void (*progress)(void *owner, size_t done, size_t total, const char *id,
                     const struct cupel_test_result *test);
    void *owner;
};

/*
 * Grade. Returns 0 and fills *ret (cupel_result_clear()) also for rejected submissions and
 * failures, which its status and message tell; -ENOTSUP, with the layers in err, if this host
 * cannot enforce what a policy or options->require asks for (nothing was run then).
 */
CUPEL_MUST_CHECK int cupel_grade(const struct cupel_grader *grader,
                                 const struct cupel_grade_options *options,
                                 struct cupel_result *ret, struct cupel_error *err);

#endif
