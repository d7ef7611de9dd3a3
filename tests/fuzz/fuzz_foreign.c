/*
 * Whatever an autograder writes is no result file, or one whose texts are clean and whose
 * numbers are in their bounds. The first byte chooses the system.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/foreign.h"
#include "cupel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    if (text != NULL &&
        (!cupel_text_is_utf8(text, strlen(text)) || strchr(text, '\x1b') != NULL))
        abort();
}

static void check_points(double points)
{
    if (!isnan(points) && !(fabs(points) <= CUPEL_FOREIGN_POINTS_MAX))
        abort();
}

static void check_test(const struct cupel_foreign_test *test)
{
    check_text(test->name);
    check_text(test->number);
    check_text(test->title);
    check_text(test->message);
    check_text(test->output);
    check_points(test->score);
    check_points(test->max_score);
    if (test->max_score < 0)
        abort();
}

static void check(enum cupel_foreign_kind kind, const struct cupel_foreign *foreign)
{
    check_text(foreign->message);
    check_text(foreign->output);
    check_points(foreign->score);
    if (kind != CUPEL_FOREIGN_GRADESCOPE && foreign->outcome == CUPEL_FOREIGN_GRADED &&
        !(foreign->score >= 0 && foreign->score <= 1))
        abort();
    for (size_t i = 0; i < foreign->test_count; i++)
        check_test(&foreign->tests[i]);
    for (size_t i = 0; i < foreign->leaderboard_count; i++)
        check_text(foreign->leaderboard[i].name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_foreign foreign = {0};
    struct cupel_error err = {0};

    if (size == 0)
        return 0;
    enum cupel_foreign_kind kind = (enum cupel_foreign_kind)(data[0] % 3);
    if (cupel_foreign_read(kind, (const char *)data + 1, size - 1, &foreign, &err) == 0)
        check(kind, &foreign);
    cupel_foreign_clear(&foreign);
    return 0;
}
