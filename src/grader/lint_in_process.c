/*
 * Harnesses that run beside the learner's code. Staff who let the cheat that always works earn
 * points know of it: then these are notes.
 */
#include <string.h>

#include "grader/lint.h"

static void check_harness(const struct cupel_field *harness, enum cupel_severity severity)
{
    struct cupel_field separation;
    struct cupel_field file;

    if (!cupel_field_get(harness, "separation", &separation) ||
        strcmp(json_string_value(separation.json), "in-process") != 0)
        return;
    cupel_field_remark(&separation, severity,
                       "learners' code runs beside these tests: it can read them, replace the "
                       "functions that decide, and pass; \"judge\" keeps them apart, with "
                       "tests that start the learner's program by /cupel/exec");
    if (cupel_field_get(harness, "file", &file))
        cupel_field_remark(
            &file, severity,
            "in-process, learners' code can write this report and exit with 0; "
            "without \"file\", what runs the tests, as /tmp/cupel/harness/run.py "
            "does, must end its report on descriptor 3 with a token");
}

void cupel_lint_in_process(const struct cupel_field *root, const struct cupel_grader *grader)
{
    bool known = grader->cheat_points[CUPEL_CHEAT_PATCHED_HARNESS] > 0;
    struct cupel_field tests;
    struct cupel_field harness;

    if (!cupel_field_get(root, "tests", &tests))
        return;
    for (size_t i = 0; i < cupel_field_count(&tests); i++) {
        struct cupel_field element = cupel_field_at(&tests, i);
        if (cupel_field_get(&element, "harness", &harness))
            check_harness(&harness, known ? CUPEL_SEVERITY_NOTE : CUPEL_SEVERITY_WARNING);
    }
}
