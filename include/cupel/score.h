/*
 * From outcomes to verdicts, and from verdicts to points. Pure.
 *
 * Points are counted in whole millionths, so that their sum does not depend on its order. The
 * score is rounded once, at the end: to the decimals that the grader asks for, half away from
 * zero. What is not a number, negative or above its maximum counts as 0, 0 and the maximum.
 */
#ifndef CUPEL_SCORE_H
#define CUPEL_SCORE_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/compare.h"
#include "cupel/outcome.h"
#include "cupel/report_test.h"
#include "cupel/result.h"

#define CUPEL_DECIMALS_MAX 6

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
 * Fill verdict, reason, score, message and difference of test (whose max_score is set) from
 * test->run.
 * equal: what the comparison said; difference: where it differs, used when it is not equal.
 * A sandbox error becomes CUPEL_VERDICT_ERROR with the error as message; a limit, a signal
 * (SIGSYS: denied_syscall), a wrong exit code and wrong output come in this order. Returns 0 or
 * -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_score_test(struct cupel_test_result *test,
                                      const struct cupel_expectation *expectation, bool equal,
                                      const struct cupel_difference *difference);

/*
 * Fill verdict, reason, score, message, output and ran of the tests that a harness declares
 * (zero but for id, title and max_score) from its report. One that is reported more than once
 * is worth the worst of what is said of it; one that is not there has failed. ran is false for
 * the skipped alone. The tests that the report has beyond them go to *ret, *ret_count, each id
 * once, in the report's order; the caller frees the ids and the list. Returns 0 or -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_score_harness(const struct cupel_report *report,
                                         struct cupel_test_result *const declared[],
                                         size_t count, struct cupel_undeclared_test **ret,
                                         size_t *ret_count);

/* Fill verdict and score from the part of its points that the test has earned: passed at 1 or
 * more, failed at 0, less or NaN, else partial. */
void cupel_score_fraction(struct cupel_test_result *test, double fraction);

/* The sentence of a run that did not end well, "stopped at 1.00 s of CPU time; the limit is 1
 * s"; NULL in *ret if it exited by itself. The caller frees. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_score_explain(const struct cupel_outcome *run, char **ret);

/*
 * What len bytes of standard error say of a crash: the first report of AddressSanitizer,
 * LeakSanitizer or UBSan, else the first backtrace of glibc's or panic of Go or Rust.
 * "AddressSanitizer: heap-buffer-overflow in sum (sum.c:3), called by main (sum.c:4)", at most
 * four frames, as clean text. NULL in *ret if there is none; the caller frees. Returns 0 or
 * -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_score_crash(const char *text, size_t len, char **ret);

/* Add to a sentence, "exited with 159", which of its processes was killed for which call, if
 * one was. Returns 0, or -ENOMEM, and *text is as it was. */
CUPEL_MUST_CHECK int cupel_score_add_killed(const struct cupel_outcome *run, char **text);

/* Score of one group (points: its max_score) from its tests, all of result->tests whose id it
 * lists, and whether it is withheld from learners. A group passes if all its tests do. */
void cupel_score_group(const struct cupel_result *result, enum cupel_group_rule rule,
                       struct cupel_group_result *group);

/*
 * Sum the groups and the tests outside of groups, scale, take the penalties off and round: into
 * the totals of result and the points of its penalties, for each view. A penalty is taken if
 * one of its tests ran and has not passed. Scores are never NaN or negative, and above the
 * maximum only by bonus. The learner's count only what the learner sees, unless
 * scoring.shows_hidden_totals.
 */
void cupel_score_total(struct cupel_result *result);

/* Points to so many decimals: half away from zero, at least 0, at most 1e9; 0 for NaN. */
double cupel_score_round(double points, unsigned decimals);

/* A leaderboard's figure of a test; NaN if it is unknown, or not that of a test that passed.
 * Points count whatever the verdict, if the test ran. */
double cupel_score_measure(const struct cupel_test_result *test, enum cupel_measure measure);

#endif
