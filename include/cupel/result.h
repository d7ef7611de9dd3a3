/* The result of one grading: the in-memory form of cupel.result/1 (design section 6). */
#ifndef CUPEL_RESULT_H
#define CUPEL_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "cupel/outcome.h"

enum cupel_status {
    CUPEL_STATUS_GRADED,
    CUPEL_STATUS_REJECTED,     /* the learner's fault: nothing to grade in what was handed in */
    CUPEL_STATUS_GRADER_ERROR, /* staff's mistake */
    CUPEL_STATUS_PLATFORM_ERROR, /* host or cupel; nothing is known of the submission */
};

enum cupel_verdict {
    CUPEL_VERDICT_PASSED,
    CUPEL_VERDICT_PARTIAL,
    CUPEL_VERDICT_FAILED,
    CUPEL_VERDICT_SKIPPED,
    CUPEL_VERDICT_ERROR, /* the grader's or platform's fault */
};

enum cupel_reason {
    CUPEL_REASON_NONE,
    CUPEL_REASON_WRONG_OUTPUT,
    CUPEL_REASON_WRONG_EXIT_CODE,
    CUPEL_REASON_RUNTIME_ERROR,
    CUPEL_REASON_TIME_LIMIT,
    CUPEL_REASON_CPU_LIMIT,
    CUPEL_REASON_MEMORY_LIMIT,
    CUPEL_REASON_OUTPUT_LIMIT,
    CUPEL_REASON_PROCESS_LIMIT,
    CUPEL_REASON_DISK_LIMIT, /* also file_size and open_files */
    CUPEL_REASON_DENIED_SYSCALL,
    CUPEL_REASON_BUILD_FAILED,
    CUPEL_REASON_NEEDS_FAILED,        /* not run: a test that it needs has not passed */
    CUPEL_REASON_MISSING_FROM_REPORT, /* the harness says nothing of it */
    CUPEL_REASON_CHECKER_REJECTED,    /* a checker, interactor or harness says so */
    CUPEL_REASON_HARNESS_FAILED,      /* it broke in the harness, or with it */
};

enum cupel_visibility {
    CUPEL_VISIBLE,
    CUPEL_HIDDEN,
    CUPEL_AFTER_DUE_DATE,
    CUPEL_AFTER_PUBLISHED,
};

/* Who reads a result. The learner sees nothing of a test that is not visible but its id and the
 * points that it has to give, and no figure from which its result could be computed. */
enum cupel_view {
    CUPEL_VIEW_STAFF,
    CUPEL_VIEW_LEARNER,
};

/* What a leaderboard ranks. */
enum cupel_measure {
    CUPEL_MEASURE_SCORE,  /* points of the test */
    CUPEL_MEASURE_CPU,    /* seconds of CPU time */
    CUPEL_MEASURE_WALL,   /* seconds of real time */
    CUPEL_MEASURE_MEMORY, /* bytes, at the peak */
};

/* Indexed by the enums above, NULL-terminated; cupel_reason_names[CUPEL_REASON_NONE] is "none".
 */
extern const char *const cupel_status_names[];
extern const char *const cupel_verdict_names[];
extern const char *const cupel_reason_names[];
extern const char *const cupel_visibility_names[];
extern const char *const cupel_measure_names[];

/* How the points of tests and groups become a score. */
struct cupel_scoring {
    bool scaled;
    double points;     /* if scaled: what all points that are no bonus come to together */
    unsigned decimals; /* of the score, at most CUPEL_DECIMALS_MAX */
    bool shows_hidden_totals; /* learners' totals count what they do not see as well */
};

/* Strings are owned by the result and valid UTF-8 (cupel_text_clean()); NULL where there is
 * none. */
struct cupel_build_result {
    char *id;
    bool passed;
    bool ran;      /* false: an earlier step failed; run is then meaningless */
    char *output;  /* standard output and standard error in the order they came, cut */
    char *message; /* why it did not pass, in a sentence with the figures; NULL if it did */
    struct cupel_outcome run;
};

struct cupel_test_result {
    char *id;
    char *title; /* NULL: none */
    enum cupel_verdict verdict;
    enum cupel_reason reason;
    double score;
    double max_score;
    bool bonus; /* its points come on top of the maximum */
    enum cupel_visibility visibility;
    bool in_group;    /* its points are counted by its group */
    bool by_platform; /* with CUPEL_VERDICT_ERROR: it is not the grader's fault */
    bool ran;         /* false: skipped; run is then meaningless */
    char *harness;    /* id of the one that reports it: run is meaningless then too; or NULL */
    bool in_process;  /* its judge has run beside learner's code */
    char *output;     /* standard output and standard error, cut */
    char *message;
    char *difference; /* of wrong output: its lines and the expected ones, some; NULL if none */
    struct cupel_outcome run;
    bool judge_ran;     /* a checker or interactor, of which staff alone see what follows */
    char *judge_output; /* its standard error, and of a checker its standard output, cut */
    struct cupel_outcome judge_run;
};

/* A test that a harness reports, and that its grader does not declare: it earns nothing. */
struct cupel_undeclared_test {
    char *id;
    enum cupel_verdict verdict;
};

/* A program that reports on several tests. */
struct cupel_harness_result {
    char *id;
    bool in_process;
    bool passed;      /* it came to its end, and its report could be read */
    bool ran;         /* as of a test */
    bool withheld;    /* one of its tests is not visible, of which its output may tell */
    bool by_platform; /* not passed: it is not the grader's fault */
    char *output;
    char *message; /* why it has not passed */
    struct cupel_outcome run;
    struct cupel_undeclared_test *undeclared;
    size_t undeclared_count;
};

struct cupel_group_result {
    char *id;
    char *title; /* NULL: none */
    double score;
    double max_score;
    bool bonus;    /* as of a test */
    bool withheld; /* its score would tell learners of a test that they do not see */
    char **tests;  /* ids, NULL-terminated */
};

struct cupel_penalty_result {
    char *id;
    bool is_percent;
    double amount;         /* points, or percent of what was earned */
    double points;         /* what it takes: 0 if all its tests passed or did not run */
    double learner_points; /* the same of what the learner sees */
    bool withheld;         /* as of a group */
    char **tests;          /* as above */
};

struct cupel_leaderboard_entry {
    char *name;
    double value; /* NaN: unknown, as of a test that did not pass */
    bool descending;
    bool withheld; /* of a test that learners do not see */
};

struct cupel_result {
    enum cupel_status status;
    char *message; /* why the status is not graded; NULL otherwise */
    char *grader_name;
    char *grader_version;
    char grader_sha256[CUPEL_SHA256_HEX_SIZE];     /* "" if unknown */
    char submission_sha256[CUPEL_SHA256_HEX_SIZE]; /* "" if unknown: rejected before it was read
                                                    */
    uint64_t submission_files;                     /* CUPEL_UNKNOWN as above */
    uint64_t submission_bytes;
    char **warnings; /* about the submission, NULL-terminated, or NULL */
    struct cupel_scoring scoring;
    double score;
    double max_score;
    double learner_score; /* the same for CUPEL_VIEW_LEARNER */
    double learner_max_score;
    struct cupel_build_result *builds;
    size_t build_count;
    struct cupel_build_result *judge_builds; /* of the judge's cell, for staff */
    size_t judge_build_count;
    struct cupel_test_result *tests;
    size_t test_count;
    struct cupel_harness_result *harnesses;
    size_t harness_count;
    struct cupel_group_result *groups;
    size_t group_count;
    struct cupel_penalty_result *penalties;
    size_t penalty_count;
    struct cupel_leaderboard_entry *leaderboard;
    size_t leaderboard_count;
    struct timespec started_at; /* CLOCK_REALTIME */
    uint64_t wall_ns;
};

/* Zero-initialised is empty and may be cleared. */
void cupel_result_clear(struct cupel_result *result);

#endif
