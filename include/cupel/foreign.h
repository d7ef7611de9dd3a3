/*
 * Result files of other systems' autograders, as they are: what becomes of their scores is the
 * caller's to say. Pure parsers of hostile text, on jansson; docs/compatibility.md says what
 * each field becomes.
 */
#ifndef CUPEL_FOREIGN_H
#define CUPEL_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/error.h"

enum cupel_foreign_kind {
    CUPEL_FOREIGN_GRADESCOPE,   /* results/results.json */
    CUPEL_FOREIGN_COURSERA,     /* feedback.json */
    CUPEL_FOREIGN_PRAIRIELEARN, /* results/results.json */
};

extern const char *const cupel_foreign_kind_names[]; /* indexed by the enum, NULL-terminated */

/* What is longer is cut, as cupel_text_clean() does it. */
#define CUPEL_FOREIGN_NAME_MAX 1024
#define CUPEL_FOREIGN_TEXT_MAX (64U << 10)

/* What is more, makes the file invalid. */
#define CUPEL_FOREIGN_BYTES_MAX              ((size_t)16 << 20)
#define CUPEL_FOREIGN_PRAIRIELEARN_BYTES_MAX ((size_t)1 << 20)
#define CUPEL_FOREIGN_TESTS_MAX              10000
#define CUPEL_FOREIGN_ENTRIES_MAX            1000 /* of a leaderboard, of format_errors */
#define CUPEL_FOREIGN_POINTS_MAX             1e6  /* also below 0 */

enum cupel_foreign_visibility {
    CUPEL_FOREIGN_VISIBLE,
    CUPEL_FOREIGN_HIDDEN,
    CUPEL_FOREIGN_AFTER_DUE_DATE,
    CUPEL_FOREIGN_AFTER_PUBLISHED,
};

enum cupel_foreign_status {
    CUPEL_FOREIGN_NO_STATUS,
    CUPEL_FOREIGN_PASSED,
    CUPEL_FOREIGN_FAILED
};

/* Strings are owned and clean text, NULL where there is none; numbers are NaN where there is
 * none. Points may be negative, or above their maximum. */
struct cupel_foreign_test {
    char *name;
    char *number; /* Gradescope's, such as "1.2" */
    char *title;  /* PrairieLearn's description */
    double score;
    double max_score; /* not negative */
    enum cupel_foreign_status status;
    enum cupel_foreign_visibility visibility; /* its own, or the file's */
    char *message;
    char *output; /* of any format: the source of HTML and Markdown */
    size_t images;
};

struct cupel_foreign_entry {
    char *name;
    double value; /* NaN: its value is a text that is no number */
    bool descending;
};

/* Whose matter the submission is now. */
enum cupel_foreign_outcome {
    CUPEL_FOREIGN_GRADED,
    CUPEL_FOREIGN_NOT_GRADABLE, /* the learner's: message tells why */
    CUPEL_FOREIGN_BROKEN,       /* the autograder's, as it says itself */
};

/* Where Coursera's feedback goes on. */
enum cupel_foreign_more {
    CUPEL_FOREIGN_NO_MORE,
    CUPEL_FOREIGN_MORE_HTML,
    CUPEL_FOREIGN_MORE_TXT
};

struct cupel_foreign {
    enum cupel_foreign_outcome outcome;
    double score; /* Gradescope: points, NaN if the tests' are to be summed; others: 0 to 1, NaN
                     if not graded */
    double seconds; /* NaN: unknown */
    char *message;
    char *output;
    enum cupel_foreign_visibility visibility;        /* of output */
    enum cupel_foreign_visibility stdout_visibility; /* of what the autograder printed */
    enum cupel_foreign_more more;
    size_t images;
    struct cupel_foreign_test *tests;
    size_t test_count;
    struct cupel_foreign_entry *leaderboard;
    size_t leaderboard_count;
};

/*
 * Read len bytes of text. ret: zero-initialised, filled on success only, released with
 * cupel_foreign_clear(). Returns 0; -ENOMEM; -EINVAL if the text is not what the kind's system
 * takes, or beyond the limits above, with err->text "LINE:COLUMN: what was expected".
 */
CUPEL_MUST_CHECK int cupel_foreign_read(enum cupel_foreign_kind kind, const char *text,
                                        size_t len, struct cupel_foreign *ret,
                                        struct cupel_error *err);

/* Zero-initialised is empty and may be cleared. */
void cupel_foreign_clear(struct cupel_foreign *foreign);

#endif
