#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/compare.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct cupel_tolerance none = {0, 0};

static struct cupel_compare *compare_of(const char *pattern)
{
    struct cupel_compare *compare = NULL;

    assert_int_equal(
        cupel_compare_new(CUPEL_COMPARE_REGEX, none, pattern, strlen(pattern), &compare), 0);
    return compare;
}

static bool compare(const char *pattern, const char *output, size_t len, size_t piece,
                    struct cupel_difference *ret)
{
    struct cupel_compare *comparison = compare_of(pattern);

    for (size_t i = 0; i < len; i += piece)
        cupel_compare_feed(comparison, output + i, piece < len - i ? piece : len - i);
    bool equal = cupel_compare_finish(comparison, ret);
    cupel_compare_free(comparison);
    return equal;
}

static void patterns_match_the_whole_output(void **state)
{
    static const struct {
        const char *pattern;
        const char *output;
        bool equal;
    } cases[] = {
        {"", "", true},
        {"", " \n\n", true},
        {"", "a", false},
        {"a+", "aaa", true},
        {"a+", "aaa\n", true},
        {"a+\n", "aaa", true}, /* as an editor ends a file */
        {"a+\r\n", "aaa", true},
        {"(\\d+\\n)+", "1\n22\n", true},
        {"(\\d+\\n)+", "1\n22", false},
        {"\\d+$", "12\n", true},
        {"b", "abc", false},
        {"b", "bc", false},
        {"b", "ab", false},
        {"a|ab", "ab", true},
        {"a.c", "a\nc", false},
        {"(?s)a.c", "a\nc", true},
        {"a.c", "a\u00E4c", true},
        {"a[\u00E4\u00F6]c", "a\u00F6c", true},
        {"a.*", "a\xE4", false}, /* Latin-1 */
        {"a.", "a\r", true},
        {"(?i)hello", "HeLLo", true},
        {"Seed: \\d+\\nRoll: [1-6]", "Seed: 815\nRoll: 4\n", true},
        {"Seed: \\d+\\nRoll: [1-6]", "Seed: 815\nRoll: 7\n", false},
        {"(a)(b)\\2\\1", "abba", true},
        {"(?m)^a$", "a\nb", false},
        {"(?m)^a$\\n^b$", "a\nb\n", true},
        {"a|b\n", "ac", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_difference difference;
        size_t len = strlen(cases[i].output);
        for (size_t piece = 1; piece < 100; piece *= 9) {
            if (compare(cases[i].pattern, cases[i].output, len, piece, &difference) !=
                cases[i].equal)
                fail_msg("case %zu, pieces of %zu", i, piece);
        }
    }
}

static void the_place_is_where_no_match_can_go_on(void **state)
{
    static const struct {
        const char *pattern;
        const char *output;
        uint64_t line;
        uint64_t column;
        const char *actual;
        bool ended;
    } cases[] = {
        {"Seed: \\d+\\nRoll: [1-6]", "Seed: 815\nRoll: 7\n", 2, 7, "Roll: 7", false},
        {"Seed: \\d+\\nRoll: [1-6]", "Seed: x\nRoll: 4\n", 1, 7, "Seed: x", false},
        {"Seed: \\d+\\nRoll: [1-6]", "Seed: 815\n", 2, 1, "", true},
        {"(\\d+\\n){3}", "1\n2\n", 3, 1, "", true},
        {"(\\d+\\n){3}", "1\n2", 2, 2, "", true},
        {"a", "b", 1, 1, "b", false},
        {"a", "", 1, 1, "", true},
        {"\u00E4\u00F6\u00FC", "\u00E4\u00F6u", 1, 5, "\u00E4\u00F6u", false},
        {"abc", "ab\xE4", 1, 3, "ab\xE4", false},
        {"a", "aa", 1, 2, "aa", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_difference d;
        assert_false(
            compare(cases[i].pattern, cases[i].output, strlen(cases[i].output), 3, &d));
        if (d.line != cases[i].line || d.column != cases[i].column ||
            d.actual_ended != cases[i].ended || !d.by_pattern || d.expected.len != 0 ||
            strcmp(d.actual.bytes, cases[i].actual) != 0)
            fail_msg("case %zu: line %ju, column %ju, \"%s\", ended %d", i, (uintmax_t)d.line,
                     (uintmax_t)d.column, d.actual.bytes, d.actual_ended);
    }
}

/* The pattern \Q…\E matches four bytes if and only if it is those four bytes. */
static void quoted_patterns_are_the_text(void **state)
{
    static const char alphabet[] = "ab\n .*(";
    unsigned seed = 5;
    unsigned equal_count = 0;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        char pattern[32] = "\\Q";
        char output[8] = "";
        struct cupel_difference d;
        for (size_t i = 0; i < 4; i++) {
            seed = seed * 1664525U + 1013904223U;
            pattern[2 + i] = alphabet[(seed >> 10) % 7];
            output[i] = seed >> 31 ? pattern[2 + i] : alphabet[(seed >> 20) % 7];
        }
        bool want = memcmp(pattern + 2, output, 4) == 0;
        strcpy(pattern + 6, "\\E");
        equal_count += want;
        if (compare(pattern, output, 4, 1 + round % 4, &d) != want)
            fail_msg("round %u: \"%s\", \"%s\"", round, pattern, output);
    }
    assert_in_range(equal_count, 500, 10000);
}

/* Exponential time, and groups without end: neither takes long, and neither is the learner's.
 */
static void too_many_steps_are_a_failure(void **state)
{
    static const char *const patterns[] = {"(a+)+b|c", "(a|aa)+c|\\d", "(?:(a)|b)*",
                                           "(?:(?=.*$)a)*+"};
    enum { LENGTH = 1 << 20 };
    CUPEL_AUTO_FREE char *output = malloc(LENGTH);

    (void)state;
    assert_non_null(output);
    memset(output, 'a', LENGTH);
    for (size_t i = 0; i < COUNT(patterns); i++) {
        struct cupel_compare *comparison = compare_of(patterns[i]);
        struct cupel_error err = {0};
        cupel_compare_feed(comparison, output, LENGTH);
        assert_false(cupel_compare_finish(comparison, NULL));
        int r = cupel_compare_failure(comparison, &err);
        if (r != -ELOOP || strstr(err.text, "cannot be compared with this output: ") == NULL)
            fail_msg("%s: %d, %s", patterns[i], r, err.text);
        cupel_compare_free(comparison);
    }
}

static void more_output_than_is_kept_is_a_failure(void **state)
{
    CUPEL_AUTO_FREE char *output = calloc(1, CUPEL_COMPARE_REGEX_OUTPUT_MAX);
    struct cupel_error err = {0};

    (void)state;
    assert_non_null(output);
    struct cupel_compare *fits = compare_of("\\x00*");
    cupel_compare_feed(fits, output, CUPEL_COMPARE_REGEX_OUTPUT_MAX);
    assert_true(cupel_compare_finish(fits, NULL));
    cupel_compare_free(fits);

    struct cupel_compare *more = compare_of("\\x00*");
    cupel_compare_feed(more, output, CUPEL_COMPARE_REGEX_OUTPUT_MAX);
    cupel_compare_feed(more, output, 1);
    assert_false(cupel_compare_finish(more, NULL));
    assert_int_equal(cupel_compare_failure(more, &err), -EFBIG);
    assert_non_null(strstr(err.text, "longer than 1024 KiB"));
    cupel_compare_free(more);
}

/* What a pattern of lines needs for an output of many. */
static void many_lines_are_within_the_bounds(void **state)
{
    enum { LENGTH = 200000 };
    CUPEL_AUTO_FREE char *output = malloc(LENGTH);
    struct cupel_difference difference;

    (void)state;
    assert_non_null(output);
    for (size_t i = 0; i < LENGTH; i++)
        output[i] = i % 4 == 3 ? '\n' : '7';
    assert_true(compare("(?:\\d+\\n)*", output, LENGTH, 1000, &difference));
    assert_true(compare("(\\d+|[a-z]+\\n?|\\n)*", output, LENGTH, 1000, &difference));
    output[LENGTH - 2] = 'x';
    assert_false(compare("(?:\\d+\\n)*", output, LENGTH, 1000, &difference));
    assert_int_equal(difference.line, LENGTH / 4);
    assert_int_equal(difference.column, 3);
}

static void a_difference_is_no_failure(void **state)
{
    struct cupel_compare *comparison = compare_of("a");
    struct cupel_error err = {0};

    (void)state;
    cupel_compare_feed(comparison, "b", 1);
    assert_false(cupel_compare_finish(comparison, NULL));
    assert_int_equal(cupel_compare_failure(comparison, &err), 0);
    cupel_compare_free(comparison);
}

static void wrong_patterns_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *pattern;
        size_t offset;
        const char *why;
    } cases[] = {
        {"ab(", 3, "missing closing parenthesis"},
        {"[z-a]", 3, "range out of order in character class"},
        {"a**+*", 2, "quantifier does not follow a repeatable item"},
        {"\xE4", 0, "UTF-8 error: "},
        {"a\\C", 3, "using \\C is disabled by the application"},
    };
    struct cupel_error err = {0};
    struct cupel_compare *compare = NULL;
    size_t offset = 99;

    (void)state;
    assert_int_equal(cupel_compare_check_pattern("a+", 2, &offset, &err), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = strlen(cases[i].pattern);
        int r = cupel_compare_check_pattern(cases[i].pattern, len, &offset, &err);
        if (r != -EINVAL || offset != cases[i].offset || strstr(err.text, cases[i].why) == NULL)
            fail_msg("case %zu: %d, byte %zu, %s", i, r, offset, err.text);
        assert_int_equal(
            cupel_compare_new(CUPEL_COMPARE_REGEX, none, cases[i].pattern, len, &compare),
            -EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_the_whole_output),
        cmocka_unit_test(the_place_is_where_no_match_can_go_on),
        cmocka_unit_test(quoted_patterns_are_the_text),
        cmocka_unit_test(too_many_steps_are_a_failure),
        cmocka_unit_test(more_output_than_is_kept_is_a_failure),
        cmocka_unit_test(many_lines_are_within_the_bounds),
        cmocka_unit_test(a_difference_is_no_failure),
        cmocka_unit_test(wrong_patterns_are_refused_with_their_place),
    };
    return cmocka_run_group_tests_name("compare_regex", tests, NULL, NULL);
}
