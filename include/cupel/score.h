/* From outcomes to verdicts, and from verdicts to points. Pure. */
#ifndef CUPEL_SCORE_H
#define CUPEL_SCORE_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/compare.h"
#include "cupel/outcome.h"
#include "cupel/result.h"

enum cupel_group_rule {
    CUPEL_GROUP_SUM, /* the sum of its tests' scores, scaled to the group's points */
    CUPEL_GROUP_ALL, /* the group's points if all its tests passed, else 0 */
    CUPEL_GROUP_MIN, /* the smallest fraction of its tests, times the group's points */
};

extern const char *const cupel_group_rule_names[]; /* NULL-terminated */

/* What a test expects of a run. */
struct cupel_expectation {
    bool any_exit_code;
    int exit_code;
    bool checks_stdout;
};

/*
 * Fill verdict, reason, score and message of test (whose max_score is set) from test->run.
 * equal: what the comparison said; difference: where it differs, used when it is not equal.
 * A sandbox error becomes CUPEL_VERDICT_ERROR with the error as message; a limit, a signal
 * (SIGSYS: denied_syscall), a wrong exit code and wrong output come in this order. Returns 0 or
 * -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_score_test(struct cupel_test_result *test,
                                      const struct cupel_expectation *expectation, bool equal,
                                      const struct cupel_difference *difference);

/* The sentence of a run that did not end well, "stopped at 1.00 s of CPU time; the limit is 1
 * s"; NULL in *ret if it exited by itself. The caller frees. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_score_explain(const struct cupel_outcome *run, char **ret);

/* Add to a sentence, "exited with 159", which of its processes was killed for which call, if
 * one was. Returns 0, or -ENOMEM, and *text is as it was. */
CUPEL_MUST_CHECK int cupel_score_add_killed(const struct cupel_outcome *run, char **text);

/* Score of one group (points: its max_score) from its tests, all of result->tests whose id it
 * lists. */
void cupel_score_group(const struct cupel_result *result, enum cupel_group_rule rule,
                       struct cupel_group_result *group);

/* Sum the groups and the tests outside of groups into result->score and result->max_score.
 * Scores are rounded to 1e-6 and never NaN, negative or above the maximum. */
void cupel_score_total(struct cupel_result *result);

#endif
