/* results.json of PrairieLearn. Source:
 * https://prairielearn.readthedocs.io/en/latest/externalGrading/#grading-results */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "report/foreign.h"

static bool read_test(const struct cupel_field *field, struct cupel_foreign_test *ret)
{
    ret->score = NAN;
    ret->max_score = NAN;
    return cupel_field_is_object(field) &&
           foreign_read_number(field, "points", -CUPEL_FOREIGN_POINTS_MAX,
                               CUPEL_FOREIGN_POINTS_MAX, &ret->score) &&
           foreign_read_number(field, "max_points", 0, CUPEL_FOREIGN_POINTS_MAX,
                               &ret->max_score) &&
           foreign_read_text(field, "name", CUPEL_FOREIGN_NAME_MAX, &ret->name) &&
           foreign_read_text(field, "description", CUPEL_FOREIGN_NAME_MAX, &ret->title) &&
           foreign_read_text(field, "message", CUPEL_FOREIGN_TEXT_MAX, &ret->message) &&
           foreign_read_text(field, "output", CUPEL_FOREIGN_TEXT_MAX, &ret->output) &&
           foreign_count_images(field, &ret->images);
}

static bool read_tests(const struct cupel_field *root, struct cupel_foreign *ret)
{
    struct cupel_field array;
    size_t count;

    if (!foreign_read_array(root, "tests", CUPEL_FOREIGN_TESTS_MAX, &array, &count))
        return false;
    ret->tests = calloc(count + 1, sizeof(*ret->tests));
    if (ret->tests == NULL)
        return false;
    while (ret->test_count < count) {
        const struct cupel_field field = cupel_field_at(&array, ret->test_count);
        if (!read_test(&field, &ret->tests[ret->test_count++]))
            return false;
    }
    return true;
}

/* Put text behind *lines, which may be NULL. */
static bool add_line(const char *text, char **lines)
{
    char *joined = NULL;
    char *clean = NULL;

    if (asprintf(&joined, "%s%s%s", *lines != NULL ? *lines : "", *lines != NULL ? "\n" : "",
                 text) < 0)
        return false;
    bool fits = cupel_text_clean(joined, strlen(joined), CUPEL_FOREIGN_TEXT_MAX, &clean) == 0;
    free(joined);
    if (!fits)
        return false;
    free(*lines);
    *lines = clean;
    return true;
}

/* A string, or a list of strings. They take the place of the message. */
static bool read_format_errors(const struct cupel_field *root, char **ret)
{
    CUPEL_AUTO_FREE char *lines = NULL;
    struct cupel_field field;
    const char *text;
    size_t count;

    if (!foreign_has(root, "format_errors", &field))
        return true;
    if (json_is_string(field.json))
        return foreign_read_text(root, "format_errors", CUPEL_FOREIGN_TEXT_MAX, ret);
    if (!foreign_read_array(root, "format_errors", CUPEL_FOREIGN_ENTRIES_MAX, &field, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct cupel_field item = cupel_field_at(&field, i);
        if (!cupel_field_string(&item, &text) || !add_line(text, &lines))
            return false;
    }
    if (lines != NULL) {
        free(*ret);
        *ret = lines;
        lines = NULL;
    }
    return true;
}

/* A score that is not to be counted need not be right. */
static bool read_score(const struct cupel_field *root, struct cupel_foreign *ret)
{
    bool gradable = true;
    bool succeeded = true;
    struct cupel_field score;

    if (!foreign_read_bool(root, "gradable", &gradable) ||
        !foreign_read_bool(root, "succeeded", &succeeded))
        return false;
    if (!succeeded)
        ret->outcome = CUPEL_FOREIGN_BROKEN;
    else if (!gradable)
        ret->outcome = CUPEL_FOREIGN_NOT_GRADABLE;
    if (ret->outcome != CUPEL_FOREIGN_GRADED)
        return true;
    return cupel_field_require(root, "score", &score) &&
           foreign_number(&score, 0, 1, &ret->score);
}

bool foreign_read_prairielearn(const struct cupel_field *root, struct cupel_foreign *ret)
{
    ret->stdout_visibility = CUPEL_FOREIGN_HIDDEN;
    return read_score(root, ret) &&
           foreign_read_text(root, "message", CUPEL_FOREIGN_TEXT_MAX, &ret->message) &&
           foreign_read_text(root, "output", CUPEL_FOREIGN_TEXT_MAX, &ret->output) &&
           read_format_errors(root, &ret->message) &&
           foreign_count_images(root, &ret->images) && read_tests(root, ret);
}
