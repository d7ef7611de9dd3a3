#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/compare.h"
#include "cupel/text.h"
#include "score/show.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *shown(enum cupel_compare_kind kind, const char *expected, const char *actual,
                   size_t len)
{
    struct cupel_compare *compare;
    struct cupel_difference difference = {0};

    assert_int_equal(cupel_compare_new(kind, (struct cupel_tolerance){0, 0}, expected,
                                       strlen(expected), &compare),
                     0);
    for (size_t i = 0; i < len; i += 3)
        cupel_compare_feed(compare, actual + i, len - i < 3 ? len - i : 3);
    assert_false(cupel_compare_finish(compare, &difference));
    cupel_compare_free(compare);
    char *text = score_show(&difference);
    assert_non_null(text);
    return text;
}

static void differences_are_shown_with_their_lines(void **state)
{
    static const struct {
        enum cupel_compare_kind kind;
        const char *expected;
        const char *actual;
        const char *shown;
    } cases[] = {
        {CUPEL_COMPARE_LINES, "a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nX\t\ne\nf\ng\n",
         "expected:\n    2 | \"b\"\n    3 | \"c\"\n  > 4 | \"d\"\n    5 | \"e\"\n    6 | "
         "\"f\"\n"
         "found:\n    2 | \"b\"\n    3 | \"c\"\n  > 4 | \"X\"\n    5 | \"e\"\n    6 | \"f\"\n"},
        {CUPEL_COMPARE_EXACT, "a\nb\n", "a\nb",
         "expected:\n    1 | \"a\"\n  > 2 | \"b\\n\"\nfound:\n    1 | \"a\"\n  > 2 | \"b\"\n"},
        {CUPEL_COMPARE_EXACT, "a\nb\n", "a \r\nb\n",
         "expected:\n  > 1 | \"a\\n\"\n    2 | \"b\"\n"
         "found:\n  > 1 | \"a \\r\\n\"\n    2 | \"b\"\n"},
        {CUPEL_COMPARE_LINES, "a\nb\nc\n", "a\nb\n",
         "expected:\n    1 | \"a\"\n    2 | \"b\"\n  > 3 | \"c\"\n"
         "found:\n    1 | \"a\"\n    2 | \"b\"\n  > 3 | (the output ends)\n"},
        {CUPEL_COMPARE_LINES, "a\nb\nc\n", "a\nb",
         "expected:\n    1 | \"a\"\n    2 | \"b\"\n  > 3 | \"c\"\n"
         "found:\n    1 | \"a\"\n    2 | \"b\"\n  > 3 | (the output ends)\n"},
        {CUPEL_COMPARE_LINES, "a\n", "a\nb\n\nc\nd\n",
         "expected:\n    1 | \"a\"\n  > 2 | (nothing more)\n"
         "found:\n    1 | \"a\"\n  > 2 | \"b\"\n    3 | \"\"\n    4 | \"c\"\n"},
        {CUPEL_COMPARE_LINES, "a\n", "",
         "expected:\n  > 1 | \"a\"\nfound:\n  > 1 | (the output ends)\n"},
        {CUPEL_COMPARE_TOKENS, "1 2\n3 4\n", "1\n2 3\n5",
         "expected:\n    1 | \"1 2\"\n  > 2 | \"3 4\"\n"
         "found:\n    1 | \"1\"\n    2 | \"2 3\"\n  > 3 | \"5\"\n"},
        {CUPEL_COMPARE_NUMBERS, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
         "1\n2\n3\n4\n5\n6\n7\n8.5\n9\n10\n",
         "expected:\n     6 | \"6\"\n     7 | \"7\"\n  >  8 | \"8\"\n     9 | \"9\"\n    10 | "
         "\"10\"\n"
         "found:\n     6 | \"6\"\n     7 | \"7\"\n  >  8 | \"8.5\"\n     9 | \"9\"\n    10 | "
         "\"10\"\n"},
        {CUPEL_COMPARE_REGEX, "a\\nb\\nc", "a\nX\nc\n",
         "found:\n    1 | \"a\"\n  > 2 | \"X\"\n    3 | \"c\"\n"},
        {CUPEL_COMPARE_LINES, "x\ny", "\x1b[31m\u202Ex\n\xFFy",
         "expected:\n  > 1 | \"x\"\n    2 | \"y\"\n"
         "found:\n  > 1 | \"\\x1b[31m\\u{202E}x\"\n    2 | \"\\xffy\"\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        CUPEL_AUTO_FREE char *text =
            shown(cases[i].kind, cases[i].expected, cases[i].actual, strlen(cases[i].actual));
        if (strcmp(text, cases[i].shown) != 0)
            fail_msg("case %zu: %s", i, text);
    }
}

/* Whatever the lengths of lines: at most twelve lines, each of them short. */
static void what_is_shown_is_bounded(void **state)
{
    enum { LENGTH = 100000 };
    CUPEL_AUTO_FREE char *expected = malloc(LENGTH + 1);
    CUPEL_AUTO_FREE char *actual = malloc(LENGTH);

    (void)state;
    assert_non_null(expected);
    assert_non_null(actual);
    for (size_t every = 1; every < LENGTH; every *= 3) {
        size_t lines = 0;
        for (size_t i = 0; i < LENGTH; i++)
            actual[i] = i % every == every - 1 ? '\n' : (char)(1 + i % 255);
        memcpy(expected, actual, LENGTH);
        expected[LENGTH] = '\0';
        expected[LENGTH / 2] = actual[LENGTH / 2] == 'x' ? 'y' : 'x';
        CUPEL_AUTO_FREE char *text = shown(CUPEL_COMPARE_EXACT, expected, actual, LENGTH);
        assert_true(cupel_text_is_utf8(text, strlen(text)));
        for (const char *line = text; *line != '\0'; lines++) {
            size_t len = strcspn(line, "\n");
            assert_true(len < 900);
            line += len + (line[len] == '\n');
        }
        assert_in_range(lines, 4, 12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_shown_with_their_lines),
        cmocka_unit_test(what_is_shown_is_bounded),
    };
    return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
