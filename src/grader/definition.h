/*
 * Reading grader.json: from its document to a struct cupel_grader. Internal to src/grader.
 *
 * The reader is pure: policies and data files come from its sources. What is wrong with the
 * definition becomes a diagnostic at its place and reading goes on, so that all errors of the
 * file are told at once.
 */
#ifndef CUPEL_GRADER_DEFINITION_H
#define CUPEL_GRADER_DEFINITION_H

#include <jansson.h>

#include "cupel/document.h"
#include "cupel/error.h"
#include "cupel/grader.h"

#define CUPEL_DEFINITION_BUILDS_MAX 64
#define CUPEL_DEFINITION_TESTS_MAX  10000
#define CUPEL_DEFINITION_NEEDS_MAX  1000
#define CUPEL_DEFINITION_POINTS_MAX 1e6

/* Where a definition gets what it names. */
struct cupel_definition_sources {
    /* A policy and its filter, borrowed from owner. Returns 0; -EINVAL with an empty err->text
     * if its own diagnostics were added; -errno with err. */
    int (*policy)(void *owner, const char *name, const struct cupel_policy **ret_policy,
                  const struct cupel_filters **ret_filters, struct cupel_error *err);
    /* The content of a data file, freed by the caller. Returns 0, or -errno with err. */
    int (*file)(void *owner, const char *path, char **ret, size_t *ret_len,
                struct cupel_error *err);
    /* The file at path, or all files of the folder there, by their paths below the grader's
     * folder; at most max. The caller frees them with cupel_definition_free_files(). As above.
     */
    int (*files)(void *owner, const char *path, size_t max, struct cupel_run_file **ret,
                 size_t *ret_count, struct cupel_error *err);
    /* Whether there is a file or folder at path: 0, or -errno with err. NULL: not asked. */
    int (*exists)(void *owner, const char *path, struct cupel_error *err);
    void *owner;
};

/*
 * Fill name, title, version, intake, builds, tests, harnesses, groups, scoring, penalties and
 * leaderboard of grader (zero-initialised but for the parts that are its sources'). Returns 0
 * also if diagnostics were added: the caller counts them, and must not use grader then;
 * -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_definition_read(struct cupel_document *document,
                                           const struct cupel_definition_sources *sources,
                                           struct cupel_grader *grader);

/* Free what cupel_definition_read() filled. */
void cupel_definition_clear(struct cupel_grader *grader);
void cupel_definition_free_files(struct cupel_run_file *files, size_t count);

/* The rest is shared by the files definition*.c only. */

struct definition_defaults {
    bool names_policy;
    const struct cupel_policy *policy; /* NULL: not named, or named and wrong */
    const struct cupel_filters *filters;
    bool gives_limits;
    struct cupel_field limits;
    char **environment; /* or NULL */
};

struct definition {
    const struct cupel_definition_sources *sources;
    struct cupel_grader *grader;
    struct definition_defaults defaults;
    json_t *test_ids; /* id: index in grader->tests; of a harness: true */
    json_t *groups;   /* id: index in grader->groups */
    int failure;      /* 0, or -ENOMEM: not the definition's fault */
};

/* false, for `return cupel_definition_out_of_memory(…)`. */
bool cupel_definition_out_of_memory(struct definition *definition);

/* Put a copy of text in the place of *ret, which is freed. */
bool cupel_definition_copy_text(struct definition *definition, const char *text, char **ret);

/* [A-Za-z0-9._-]{1,64}, and neither "." nor "..": ids become names of files. */
bool cupel_definition_read_id(struct definition *definition, const struct cupel_field *object,
                              const char *key, char **ret);
/* id, as above, that is not a key of seen yet; it is added there with value (stolen). what: of
 * what it is the id, for messages. */
bool cupel_definition_read_unique_id(struct definition *definition,
                                     const struct cupel_field *object, const char *what,
                                     json_t *seen, json_t *value, char **ret);
/* Add the id of object to seen, or tell that it is there, as above. */
bool cupel_definition_remember_id(struct definition *definition,
                                  const struct cupel_field *object, const char *what,
                                  json_t *seen, json_t *value, const char *id);
/* The test that a string at field names; false with a diagnostic at field, or without one if no
 * test is known, which was told already. */
bool cupel_definition_find_test(struct definition *definition, const struct cupel_field *field,
                                const char *id, size_t *ret);
/* "tests": the ids of tests, at least one, which the caller looks up. */
bool cupel_definition_read_test_ids(const struct cupel_field *object,
                                    struct cupel_field *ret_array, char ***ret);
/* Room, zeroed, for the elements of an array that may be absent: then, or with a diagnostic, or
 * if memory ran out, *ret_count is 0. The caller frees. */
void *cupel_definition_read_array(struct definition *definition,
                                  const struct cupel_field *object, const char *key,
                                  size_t size, struct cupel_field *ret_array,
                                  size_t *ret_count);
/* A member that may be absent: *ret is copied, or untouched. */
bool cupel_definition_read_text(struct definition *definition, const struct cupel_field *object,
                                const char *key, char **ret);
/* "env": an object of strings, put over base (or NULL). */
bool cupel_definition_read_environment(struct definition *definition,
                                       const struct cupel_field *object, char **base,
                                       char ***ret);
/* Resolve a policy's name; a diagnostic is added at field. */
bool cupel_definition_find_policy(struct definition *definition,
                                  const struct cupel_field *field, const char *name,
                                  const struct cupel_policy **ret_policy,
                                  const struct cupel_filters **ret_filters);

/* Defaults of the judge's steps: the grader's are for what learners handed in. */
extern const struct definition_defaults cupel_definition_no_defaults;

/* Title, command, policy, limits and environment; the id is its owner's. */
void cupel_definition_read_step(struct definition *definition, const struct cupel_field *field,
                                const struct definition_defaults *defaults,
                                const char *default_policy, struct cupel_step *step);
/* "run" alone. */
void cupel_definition_read_command(struct definition *definition,
                                   const struct cupel_field *object, char ***ret);
/* The same without title and command. */
void cupel_definition_read_terms(struct definition *definition, const struct cupel_field *field,
                                 const struct definition_defaults *defaults,
                                 const char *default_policy, struct cupel_step *step);
void cupel_definition_clear_step(struct cupel_step *step);

/* The array "build" of object, which may be absent. */
void cupel_definition_read_builds(struct definition *definition,
                                  const struct cupel_field *object,
                                  const struct definition_defaults *defaults,
                                  const char *default_policy, struct cupel_step **ret,
                                  size_t *ret_count);
void cupel_definition_read_judge(struct definition *definition, const struct cupel_field *root);
/* The members of a grader with a "kind", which is another system's autograder. */
extern const char *const cupel_definition_compat_keys[];
void cupel_definition_read_compat(struct definition *definition, const struct cupel_field *root,
                                  const struct cupel_field *kind);
void cupel_definition_clear_compat(struct cupel_grader_compat *compat);
void cupel_definition_read_tests(struct definition *definition, const struct cupel_field *root);
/* Points, bonus and visibility. */
void cupel_definition_read_worth(const struct cupel_field *object,
                                 struct cupel_grader_test *test);
/* "check" or "interact" of a test, if it has one: into its judging, judge and protocol. */
void cupel_definition_read_decider(struct definition *definition,
                                   const struct cupel_field *object,
                                   struct cupel_grader_test *test);
/* A program that waits for another must outlive it, or that one's silence would be its fault.
 */
void cupel_definition_check_patience(const struct cupel_field *field,
                                     const struct cupel_step *waiting,
                                     const struct cupel_step *awaited);
/* What the judge of a test is given fits into its run, and it has the time that it needs. */
void cupel_definition_check_decider(const struct cupel_field *object,
                                    const struct cupel_grader_test *test);
/* Whether an element of "tests" is a harness, and how many tests the element is. */
bool cupel_definition_is_harness(const struct cupel_field *object);
size_t cupel_definition_count_tests(const struct cupel_field *object);
/* A harness, with its tests from index first_test on, for which there is room. */
void cupel_definition_read_harness(struct definition *definition,
                                   const struct cupel_field *object, size_t first_test,
                                   struct cupel_grader_harness *harness);
/* Its "files". */
void cupel_definition_read_harness_files(struct definition *definition,
                                         const struct cupel_field *object,
                                         struct cupel_grader_harness *harness);
void cupel_definition_clear_harness(struct cupel_grader_harness *harness);
void cupel_definition_read_groups(struct definition *definition,
                                  const struct cupel_field *root);
/* These come last, since they name tests and groups. */
void cupel_definition_read_needs(struct definition *definition, const struct cupel_field *root);
void cupel_definition_read_scoring(struct definition *definition,
                                   const struct cupel_field *root);

#endif
