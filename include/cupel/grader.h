/* Graders: the definition in grader.json, loaded and checked. */
#ifndef CUPEL_GRADER_H
#define CUPEL_GRADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/checker.h"
#include "cupel/compare.h"
#include "cupel/document.h"
#include "cupel/error.h"
#include "cupel/filters.h"
#include "cupel/foreign.h"
#include "cupel/limits.h"
#include "cupel/policy.h"
#include "cupel/report.h"
#include "cupel/result.h"
#include "cupel/run.h"
#include "cupel/score.h"

/* Limits of a step as far as they are given there: applied over the policy's by
 * cupel_grader_limits. */
struct cupel_step {
    char *id;
    char *title;        /* NULL: none */
    char **argv;        /* NULL-terminated */
    char **environment; /* "K=V", NULL-terminated; added to the base environment */
    const struct cupel_policy *policy;   /* borrowed from the grader */
    const struct cupel_filters *filters; /* borrowed from the grader */
    struct cupel_limits
        limits; /* the policy's, with the grader's defaults and its own over them */
};

/* What must have passed before: a test, or all tests of a group. */
struct cupel_need {
    bool is_group;
    size_t index; /* in tests or groups of the grader */
};

struct cupel_needs {
    struct cupel_need *items;
    size_t count;
};

#define CUPEL_NO_GROUP   SIZE_MAX
#define CUPEL_NO_HARNESS SIZE_MAX

/* Who decides on a test. */
enum cupel_judging {
    CUPEL_JUDGED_BY_COMPARISON, /* of output and exit code with the expected ones */
    CUPEL_JUDGED_BY_CHECKER,    /* a command that reads what the test's has written */
    CUPEL_JUDGED_BY_INTERACTOR, /* a command that talks with the test's */
    CUPEL_JUDGED_BY_HARNESS,    /* a report; the test has no command of its own */
};

struct cupel_grader_test {
    struct cupel_step step; /* with CUPEL_JUDGED_BY_HARNESS: id and title, nothing else */
    enum cupel_judging judging;
    size_t harness;               /* that reports on it, or CUPEL_NO_HARNESS */
    struct cupel_step judge;      /* the checker or interactor, without id and title */
    enum cupel_protocol protocol; /* of the judge */
    double points;
    bool bonus;               /* its points come on top of the maximum */
    struct cupel_needs needs; /* never in a circle; of a harness's test: the harness's own */
    size_t group;             /* that it is in, or CUPEL_NO_GROUP */
    enum cupel_visibility visibility;
    char *stdin_bytes; /* owned; NULL: empty; an interactor reads it in the test's place */
    size_t stdin_len;
    struct cupel_expectation expectation;
    enum cupel_compare_kind compare;
    struct cupel_tolerance tolerance;
    char *expected; /* owned; with expectation.checks_stdout, or for the judge; or NULL */
    size_t expected_len;
};

/* A program that writes a report on several tests. */
struct cupel_grader_harness {
    struct cupel_step step; /* in the judge's cell, or else with the learner's code */
    struct cupel_step call; /* policy, limits and environment of the learner's commands that it
                               starts; not in-process; no argv */
    enum cupel_report_kind report;
    char *file; /* of the report, below /box; NULL: standard output */
    bool in_process;
    struct cupel_run_file *files; /* of the grader's, put into the box; in-process only; owned
                                   * with their paths and bytes */
    size_t file_count;
    size_t first_test; /* its tests stand side by side in the grader's */
    size_t test_count;
    struct cupel_needs needs;
    unsigned visibilities; /* of its tests: 1U << enum cupel_visibility */
};

struct cupel_grader_group {
    char *id;
    char *title; /* NULL: none */
    enum cupel_group_rule rule;
    double points; /* default: the sum of its tests' */
    bool bonus;
    struct cupel_needs needs; /* of each of its tests */
    unsigned visibilities;    /* of its tests: 1U << enum cupel_visibility */
    char **tests;             /* ids, NULL-terminated */
};

/* Taken off if one of the tests ran and has not passed. */
struct cupel_grader_penalty {
    char *id;
    bool is_percent;
    double amount; /* points, or percent of what was earned */
    char **tests;  /* ids, NULL-terminated */
};

struct cupel_grader_ranking {
    char *name;
    size_t test;
    enum cupel_measure measure;
    bool descending;
};

/* What may be handed in. */
struct cupel_intake {
    char **files; /* patterns (fnmatch(3), FNM_PATHNAME) each of which a file must match */
    char *
        *optional; /* patterns of further files that are kept; others are left out of the box */
    uint64_t max_size_bytes; /* of all files together, unpacked; default 10 MiB */
    uint64_t max_files;      /* default 1000 */
    bool strip_root;         /* default true */
    const char *folder;      /* of the box, where it is unpacked; NULL: the box itself */
};

/* An autograder of another system, that is run as it is, beside the learner's code. */
struct cupel_grader_compat {
    enum cupel_foreign_kind kind;
    char *autograder; /* its folder or archive, below the grader's folder */
    struct cupel_step step;
    bool sets_up;         /* Gradescope's setup.sh is run before, where there is one */
    char *metadata_bytes; /* what it may read of submission and assignment; NULL: what we say */
    size_t metadata_len;
    char *part; /* Coursera's partId */
};

/* Submissions that `cupel test` makes to see whether they earn something. */
enum cupel_cheat {
    CUPEL_CHEAT_EMPTY,
    CUPEL_CHEAT_EMPTY_FILES,
    CUPEL_CHEAT_EARLY_EXIT,
    CUPEL_CHEAT_FORGED_RESULT,
    CUPEL_CHEAT_ENDLESS_OUTPUT,
    CUPEL_CHEAT_HIDDEN_DATA,
    /* Against harnesses only: */
    CUPEL_CHEAT_FORGED_REPORT,
    CUPEL_CHEAT_OVERWRITTEN_REPORT,
    CUPEL_CHEAT_PATCHED_HARNESS,
    CUPEL_CHEATS,
};

/* "empty", "early-exit", …: indexed by the enum above, NULL-terminated. */
extern const char *const cupel_cheat_names[];

struct cupel_grader {
    char *folder; /* as given */
    int folder_fd;
    char *name;
    char *title;
    char *version;
    char sha256[CUPEL_SHA256_HEX_SIZE]; /* of all files of the folder but samples/, and the
                                           policies */
    struct cupel_intake intake;
    struct cupel_step *builds;
    size_t build_count;
    struct cupel_step *judge_builds; /* in the judge's cell, on the grader's files */
    size_t judge_build_count;
    struct cupel_grader_compat *compat; /* then there are no tests of ours; NULL: none */
    struct cupel_grader_test *tests;
    size_t test_count;
    struct cupel_grader_harness *harnesses;
    size_t harness_count;
    struct cupel_grader_group *groups;
    size_t group_count;
    struct cupel_scoring scoring;
    struct cupel_grader_penalty *penalties;
    size_t penalty_count;
    struct cupel_grader_ranking *leaderboard;
    size_t leaderboard_count;
    double cheat_points[CUPEL_CHEATS]; /* that staff let each of them earn; default 0 */
    struct cupel_policy *
        *policies; /* each policy that a step names, and `unpack`; with its filters */
    struct cupel_filters *filters;
    size_t policy_count;
};

/*
 * Load GRADER (a folder, or the path of its grader.json) and everything that it names: policies
 * from policy_folder or below the grader's folder (their filters from filter_cache, as for
 * cupel_filters_get()), data files. All errors are added to
 * diagnostics. Returns 0 and sets *ret (cupel_grader_free()); -EINVAL if diagnostics were
 * added; -errno with err where the folder cannot be read.
 */
CUPEL_MUST_CHECK int cupel_grader_load(const char *path, const char *policy_folder,
                                       const char *filter_cache,
                                       struct cupel_diagnostics *diagnostics,
                                       struct cupel_grader **ret, struct cupel_error *err);
void cupel_grader_free(struct cupel_grader *grader);

/* What a grading with one lane may take of the machine's memory at once, besides cupel itself:
 * the largest sum of limits of what runs at the same time. */
uint64_t cupel_grader_memory_bytes(const struct cupel_grader *grader);

/* Policy `unpack`, which is always loaded, and its filters. */
void cupel_grader_unpack_policy(const struct cupel_grader *grader,
                                const struct cupel_policy **ret_policy,
                                const struct cupel_filters **ret_filters);

#endif
