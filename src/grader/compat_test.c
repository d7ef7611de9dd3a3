/* A test of another system's result file as a test of a result. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "grader/compat.h"
#include "grader/copies.h"

#define ID_MAX 180 /* without the number that makes it unique */

static enum cupel_visibility visibility_of(enum cupel_foreign_visibility visibility)
{
    switch (visibility) {
    case CUPEL_FOREIGN_VISIBLE:
        return CUPEL_VISIBLE;
    case CUPEL_FOREIGN_AFTER_DUE_DATE:
        return CUPEL_AFTER_DUE_DATE;
    case CUPEL_FOREIGN_AFTER_PUBLISHED:
        return CUPEL_AFTER_PUBLISHED;
    case CUPEL_FOREIGN_HIDDEN:
        break;
    }
    return CUPEL_HIDDEN;
}

/* On one line, and cut at a character's end. */
static char *short_text(const char *text)
{
    size_t len = strlen(text);

    for (size_t used = len < ID_MAX ? len : ID_MAX; used > 0; used--) {
        if (!cupel_text_is_utf8(text, used))
            continue;
        char *copy = strndup(text, used);
        for (char *p = copy; copy != NULL && (p = strpbrk(p, "\n\t")) != NULL;)
            *p = ' ';
        return copy;
    }
    return strdup("");
}

/* The name where learners may read it, else the place among the tests. NULL: no memory. */
static char *propose_id(const struct cupel_foreign_test *from, size_t index)
{
    const char *name = from->name != NULL ? from->name : from->number;
    char *text = NULL;

    if (from->visibility == CUPEL_FOREIGN_VISIBLE && name != NULL && name[0] != '\0')
        return short_text(name);
    return asprintf(&text, "test-%zu", index + 1) < 0 ? NULL : text;
}

/* What is not unique has a number behind it: its place, and where that is taken as well, more
 * than any other test would try. */
static int make_id(const struct cupel_foreign_test *from, size_t index, json_t *seen,
                   char **ret)
{
    CUPEL_AUTO_FREE char *proposed = propose_id(from, index);
    size_t number = index + 1;

    if (proposed == NULL)
        return -ENOMEM;
    char *id = strdup(proposed);
    for (; id != NULL && json_object_get(seen, id) != NULL; number += CUPEL_FOREIGN_TESTS_MAX) {
        free(id);
        if (asprintf(&id, "%s #%zu", proposed, number) < 0)
            id = NULL;
    }
    *ret = id;
    return id != NULL && json_object_set_new(seen, id, json_true()) == 0 ? 0 : -ENOMEM;
}

static int make_title(const struct cupel_foreign_test *from, char **ret)
{
    if (from->title != NULL)
        return cupel_copy_text(from->title, ret);
    if (from->name == NULL || from->number == NULL)
        return cupel_copy_text(from->name, ret);
    return asprintf(ret, "%s %s", from->number, from->name) < 0 ? -ENOMEM : 0;
}

static enum cupel_verdict verdict_of(const struct cupel_foreign_test *from, double max_score)
{
    double score = isnan(from->score) ? 0 : from->score;

    if (from->status == CUPEL_FOREIGN_PASSED)
        return CUPEL_VERDICT_PASSED;
    if (from->status == CUPEL_FOREIGN_NO_STATUS && score >= max_score)
        return CUPEL_VERDICT_PASSED;
    return score > 0 ? CUPEL_VERDICT_PARTIAL : CUPEL_VERDICT_FAILED;
}

/* Put a line in front of *text, or behind it, and take line over; NULL: memory ran out. */
static int join(char *line, bool in_front, char **text)
{
    char *joined = NULL;

    if (line == NULL)
        return -ENOMEM;
    if (*text == NULL) {
        *text = line;
        return 0;
    }
    int n = asprintf(&joined, "%s\n%s", in_front ? line : *text, in_front ? *text : line);
    free(line);
    if (n < 0)
        return -ENOMEM;
    free(*text);
    *text = joined;
    return 0;
}

static char *format_points(double points)
{
    char *text = NULL;

    return asprintf(&text, "%.10g points", points) < 0 ? NULL : text;
}

static char *format_images(size_t count)
{
    char *text = NULL;

    return asprintf(&text, "images that are not shown: %zu", count) < 0 ? NULL : text;
}

/* With what the fields cannot hold: points below 0 and above a maximum, and pictures. */
static int make_message(const struct cupel_foreign_test *from, enum cupel_verdict verdict,
                        char **ret)
{
    bool beyond = from->score < 0 || (from->max_score > 0 && from->score > from->max_score);

    int r = cupel_copy_text(from->message, ret);
    if (r == 0 && beyond)
        r = join(format_points(from->score), true, ret);
    if (r == 0 && from->images > 0)
        r = join(format_images(from->images), false, ret);
    if (r == 0 && *ret == NULL && verdict != CUPEL_VERDICT_PASSED)
        r = cupel_copy_text("rejected by the autograder", ret);
    return r;
}

static void fill_points(const struct cupel_foreign_test *from, struct cupel_test_result *test)
{
    double score = from->score > 0 ? from->score : 0;

    /* Points without a maximum are how Gradescope gives extra credit. */
    test->bonus = !(from->max_score > 0) && score > 0;
    test->max_score = test->bonus ? score : from->max_score > 0 ? from->max_score : 0;
    test->score = score < test->max_score ? score : test->max_score;
    test->verdict = verdict_of(from, test->max_score);
    if (test->verdict != CUPEL_VERDICT_PASSED)
        test->reason = CUPEL_REASON_CHECKER_REJECTED;
}

int compat_start_test(struct cupel_test_result *test)
{
    test->in_process = true;
    return cupel_copy_text(CUPEL_COMPAT_ID, &test->harness);
}

int compat_fill_test(const struct cupel_foreign_test *from, size_t index, json_t *seen,
                     struct cupel_test_result *test)
{

    test->visibility = visibility_of(from->visibility);
    fill_points(from, test);
    int r = compat_start_test(test);
    if (r == 0)
        r = make_id(from, index, seen, &test->id);
    if (r == 0)
        r = make_title(from, &test->title);
    if (r == 0)
        r = make_message(from, test->verdict, &test->message);
    if (r == 0)
        r = cupel_copy_text(from->output, &test->output);
    return r;
}
