/* Which cases are as expected, and what is written where they are not. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/test.h"
#include "cupel/cleanup.h"
#include "grader/cheats.h"

#define SCORES_EQUAL 1e-9

int test_worse(int code, int other)
{
    static const int order[] = {CUPEL_EXIT_PLATFORM, CUPEL_EXIT_CANNOT_ENFORCE,
                                CUPEL_EXIT_USAGE, CUPEL_EXIT_DIFFERENT};

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (code == order[i] || other == order[i])
            return order[i];
    }
    return CUPEL_EXIT_OK;
}

static void fail(struct test_case *test, const char *fmt, ...) CUPEL_PRINTF(2, 3);

static void fail(struct test_case *test, const char *fmt, ...)
{
    va_list ap;

    test->passed = false;
    va_start(ap, fmt);
    if (vasprintf(&test->why, fmt, ap) < 0)
        test->why = NULL;
    va_end(ap);
}

static int write_expected(const struct test_options *options, struct test_case *test,
                          json_t *expected)
{
    struct cupel_error err = {0};
    CUPEL_AUTO_FREE char *text = expected != NULL ? cupel_subset_text(expected) : NULL;

    json_decref(expected);
    if (text == NULL)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "out of memory");
    if (cupel_cli_write(test->sample->expected_path, text, &err) < 0)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    test->updated = true;
    test->passed = true;
    return CUPEL_EXIT_OK;
}

static int judge_sample(const struct test_options *options, struct test_case *test)
{
    json_t *expected = test->sample->expected;

    if (expected == NULL && options->update && test->exit_code != CUPEL_EXIT_GRADER)
        return write_expected(options, test, cupel_subset_default(test->result));
    if (expected == NULL) {
        fail(test, "there is no expected.json; %s",
             options->update ? "it is not written, since the grader is at fault"
                             : "--update writes it");
        return CUPEL_EXIT_DIFFERENT;
    }
    if (cupel_subset_compare(expected, test->result, &test->differences) < 0)
        return cupel_cli_fail(options->command, CUPEL_EXIT_PLATFORM, "out of memory");
    test->passed = test->differences.count == 0;
    if (test->passed)
        return CUPEL_EXIT_OK;
    if (!options->update)
        return CUPEL_EXIT_DIFFERENT;
    return write_expected(options, test, cupel_subset_update(expected, test->result));
}

/* The path after the mark in a text of the tests or harnesses of a result; NULL if none has it.
 * The caller frees. */
static char *find_mark(const json_t *result)
{
    static const char *const lists[] = {"tests", "harnesses"};
    static const char *const keys[] = {"output", "message"};

    for (size_t i = 0; i < 4; i++) {
        const json_t *list = json_object_get(result, lists[i / 2]);
        for (size_t j = 0; j < json_array_size(list); j++) {
            const char *text =
                json_string_value(json_object_get(json_array_get(list, j), keys[i % 2]));
            const char *mark = text != NULL ? strstr(text, CUPEL_CHEAT_MARK) : NULL;
            if (mark == NULL)
                continue;
            mark += strlen(CUPEL_CHEAT_MARK);
            return strndup(mark, strcspn(mark, "\n"));
        }
    }
    return NULL;
}

static void blame_cheat(const struct cupel_grader *grader, struct test_case *test, double score)
{
    double allowed = grader->cheat_points[test->cheat];

    if (test->by_right > 0)
        fail(test,
             "its score is %.10g, and %.10g without the cheat; \"cheats\" of grader.json lets "
             "it "
             "earn %.10g",
             score, test->by_right, allowed);
    else
        fail(test, "its score is %.10g; \"cheats\" of grader.json lets it earn %.10g", score,
             allowed);
}

static void judge_cheat(const struct cupel_grader *grader, struct test_case *test)
{
    const json_t *result = test->result;
    const char *message = json_string_value(json_object_get(result, "message"));
    double score = json_number_value(json_object_get(result, "score"));
    double allowed = grader->cheat_points[test->cheat];

    test->passed = true;
    if (test->exit_code == CUPEL_EXIT_GRADER) {
        fail(test, "a submission makes the grader fail: %s", message != NULL ? message : "");
        return;
    }
    if (score > (allowed > test->by_right ? allowed : test->by_right) + SCORES_EQUAL) {
        blame_cheat(grader, test, score);
        return;
    }
    if (test->cheat != CUPEL_CHEAT_HIDDEN_DATA)
        return;
    CUPEL_AUTO_FREE char *path = find_mark(result);
    if (path != NULL)
        fail(test, "a submission can read the grader's file %s", path);
}

/* What `cupel grade` said, where it could not grade. */
static int pass_on(struct test_case *test)
{
    int code = test->exit_code;

    if (test->complaint != NULL && test->complaint[0] != '\0')
        fail(test, "%.*s", (int)strlen(test->complaint) - 1, test->complaint);
    else
        fail(test, "cupel grade ended with %d and no result", code);
    return code == CUPEL_EXIT_USAGE || code == CUPEL_EXIT_CANNOT_ENFORCE ? code
                                                                         : CUPEL_EXIT_PLATFORM;
}

static int judge_case(const struct test_options *options, const struct cupel_grader *grader,
                      struct test_case *test)
{
    if (!test->tried)
        return CUPEL_EXIT_OK;
    test->graded = test->result != NULL && (test->exit_code == CUPEL_EXIT_OK ||
                                            test->exit_code == CUPEL_EXIT_REJECTED ||
                                            test->exit_code == CUPEL_EXIT_GRADER);
    if (!test->graded)
        return pass_on(test);
    if (test->sample != NULL)
        return judge_sample(options, test);
    judge_cheat(grader, test);
    return test->passed ? CUPEL_EXIT_OK : CUPEL_EXIT_DIFFERENT;
}

int test_judge(const struct test_options *options, struct test_round *round)
{
    int code = CUPEL_EXIT_OK;

    for (size_t i = 0; i < round->count; i++)
        code = test_worse(code, judge_case(options, round->grader, &round->cases[i]));
    return code;
}
