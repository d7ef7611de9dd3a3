#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "compare_reference.h"
#include "cupel/cleanup.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define E CUPEL_COMPARE_EXACT
#define L CUPEL_COMPARE_LINES
#define T CUPEL_COMPARE_TOKENS
#define N CUPEL_COMPARE_NUMBERS

static const unsigned char *bytes_of(const char *text)
{
    return (const unsigned char *)text;
}

static const struct cupel_tolerance none = {0, 0};

static void modes_follow_the_table(void **state)
{
    static const struct {
        const char *expected;
        const char *actual;
        const char *equal_in; /* of exact, lines, tokens, numbers */
    } cases[] = {
        {"", "", "eltn"},
        {"a\n", "a\n", "eltn"},
        {"a\n", "a", "ltn"},
        {"a", "a\n\n \n", "ltn"},
        {"a\nb", "a \t\r\nb\r\n", "ltn"},
        {"a\n\nb", "a\n \nb", "ltn"},
        {"a\n\nb", "a\nb", "tn"},
        {"a b", "a  b", "tn"},
        {"a b", "a\tb", "tn"},
        {"a b", "a\nb", "tn"},
        {" a", "a", "tn"},
        {"a\vb", "a\fb", "tn"},
        {"a\f", "a", "tn"},
        {"", " \n\t\n", "ltn"},
        {"a", "", ""},
        {"", "a", ""},
        {"a b", "ab", ""},
        {"ab", "a b", ""},
        {"ab", "a", ""},
        {"a", "ab", ""},
        {"1", "1.0", "n"},
        {"1e3", "+1000.", "n"},
        {".5", "0.50", "n"},
        {"Infinity", "inf", "n"},
        {"inf", "-inf", ""},
        {"nan", "nan", "elt"},
        {"-NaN 1", "-NaN 1", "elt"},
        {"0x10", "16", ""},
        {"0x10", "0x10", "eltn"},
        {"0x10", "0X10", ""},
        {"1e", "1e", "eltn"},
        {"1e", "1", ""},
        {".", "0", ""},
        {"1,5", "1.5", ""},
        {"0x1p3", "8", ""},
        {"1e400", "10.0e399", "n"},
        {"1e400", "1e401", ""},
        {"1e400", "inf", ""},
        {"1e99999", "2e99999", ""},
        {"2880067194370816120", "2880067194370816121", ""},
    };
    static const char letters[] = "eltn";

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const unsigned char *expected = bytes_of(cases[i].expected);
        const unsigned char *actual = bytes_of(cases[i].actual);
        for (enum cupel_compare_kind kind = E; kind <= CUPEL_COMPARE_NUMBERS; kind++) {
            struct cupel_difference difference;
            bool want = strchr(cases[i].equal_in, letters[kind]) != NULL;
            bool equal =
                compare_in_pieces(kind, &none, expected, strlen(cases[i].expected), actual,
                                  strlen(cases[i].actual), 100, 1, &difference);
            if (equal != want)
                fail_msg("case %zu, %s: %d", i, cupel_compare_names[kind], equal);
            if (reference_equal(kind, &none, expected, strlen(cases[i].expected), actual,
                                strlen(cases[i].actual)) != want)
                fail_msg("case %zu, %s: the reference disagrees", i, cupel_compare_names[kind]);
        }
    }
}

static void numbers_follow_the_tolerance(void **state)
{
    static const struct {
        const char *expected;
        const char *actual;
        struct cupel_tolerance tolerance;
        bool equal;
    } cases[] = {
        {"1.0", "1.5", {0.5, 0}, true},     {"1.0", "1.5000001", {0.5, 0}, false},
        {"-1.0", "-1.5", {0.5, 0}, true},   {"100", "101", {0, 0.01}, true},
        {"100", "98.9", {0, 0.01}, false},  {"-100", "-101", {0, 0.01}, true},
        {"0", "1e-300", {0, 1}, false},     {"0", "1e-300", {1e-9, 1}, true},
        {"inf", "1e300", {1, 1}, false},    {"1e300", "inf", {1, 1}, false},
        {"inf", "inf", {0, 0}, true},       {"nan", "nan", {1, 1}, false},
        {"1", "nan", {1, 1}, false},        {"x1", "x1.0", {1, 1}, false},
        {"x 1", "x 1.5 ", {1, 0}, true},    {"x 1", "y 1", {1, 0}, false},
        {"1 2", "1", {1, 0}, false},        {"1", "1 2", {1, 0}, false},
        {"1e5000", "1e5000", {1, 1}, true}, {"1", "1.5", {NAN, NAN}, false},
        {"1", "1.0", {-1, -1}, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_difference difference;
        bool equal = compare_in_pieces(CUPEL_COMPARE_NUMBERS, &cases[i].tolerance,
                                       bytes_of(cases[i].expected), strlen(cases[i].expected),
                                       bytes_of(cases[i].actual), strlen(cases[i].actual), 1, 1,
                                       &difference);
        if (equal != cases[i].equal)
            fail_msg("case %zu: %d", i, equal);
    }
}

/* A long token is not a number: 1.0 and 1.00 with 5000 noughts are different texts. */
static void a_token_past_the_cap_is_text(void **state)
{
    static const size_t lengths[] = {4095, 4096, 4097, 5000};

    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        CUPEL_AUTO_FREE unsigned char *longer = malloc(lengths[i] + 2);
        CUPEL_AUTO_FREE unsigned char *text = malloc(lengths[i] + 2);
        struct cupel_difference difference;
        assert_non_null(longer);
        assert_non_null(text);
        memset(longer, '0', lengths[i] + 2);
        memcpy(longer, "1.", 2);
        memcpy(text, longer, lengths[i] + 2);

        bool number = compare_in_pieces(N, &none, bytes_of("1.0"), 3, longer, lengths[i], 7, 3,
                                        &difference);
        assert_int_equal(number, lengths[i] <= 4096);
        assert_true(compare_in_pieces(N, &none, text, lengths[i], longer, lengths[i], 7, 3,
                                      &difference));
        text[lengths[i] - 1] = 'x';
        assert_false(compare_in_pieces(N, &none, text, lengths[i], longer, lengths[i], 7, 3,
                                       &difference));
        assert_int_equal(compare_in_pieces(N, &none, longer, lengths[i] + 1, longer, lengths[i],
                                           7, 3, &difference),
                         lengths[i] < 4096);
    }
}

/* Two texts out of few characters, so that they often agree, and often nearly. */
static size_t make_text(unsigned *seed, unsigned char *text, size_t max)
{
    static const char alphabet[] = "ab1 \t\n\n\r.0e-\0";

    *seed = *seed * 1664525U + 1013904223U;
    size_t len = (*seed >> 10) % (max + 1);
    for (size_t i = 0; i < len; i++) {
        *seed = *seed * 1664525U + 1013904223U;
        text[i] = (unsigned char)alphabet[(*seed >> 10) % (sizeof(alphabet) - 1)];
    }
    return len;
}

/* The second text is the first with an edit or two. */
static size_t edit_text(unsigned *seed, const unsigned char *from, size_t len,
                        unsigned char *text)
{
    unsigned char piece[4];
    size_t n = make_text(seed, piece, sizeof(piece));
    size_t at = len > 0 ? (*seed >> 5) % len : 0;
    size_t drop = (*seed >> 20) % 3;

    if (drop > len - at)
        drop = len - at;
    memcpy(text, from, at);
    memcpy(text + at, piece, n);
    memcpy(text + at + n, from + at + drop, len - at - drop);
    return len + n - drop;
}

static void any_split_gives_the_answer_of_the_reference(void **state)
{
    static const struct cupel_tolerance tolerance = {0.5, 0.1};
    unsigned seed = 20260101;
    unsigned equal_count = 0;

    (void)state;
    for (unsigned round = 0; round < 60000; round++) {
        unsigned char expected[20];
        unsigned char actual[30];
        enum cupel_compare_kind kind = round % 4;
        size_t expected_len = make_text(&seed, expected, sizeof(expected));
        size_t actual_len = round % 8 < 4 ? make_text(&seed, actual, 12)
                                          : edit_text(&seed, expected, expected_len, actual);
        struct cupel_difference first;
        bool want =
            reference_equal(kind, &tolerance, expected, expected_len, actual, actual_len);
        equal_count += want;
        for (size_t piece = 1; piece < 40; piece = piece * 2 + 1) {
            struct cupel_difference difference;
            bool equal = compare_in_pieces(kind, &tolerance, expected, expected_len, actual,
                                           actual_len, piece, round, &difference);
            if (equal != want)
                fail_msg("round %u, pieces of %zu: %d", round, piece, equal);
            if (piece == 1)
                first = difference;
            else if (!equal && !same_difference(&first, &difference))
                fail_msg("round %u, pieces of %zu: another difference", round, piece);
        }
    }
    assert_in_range(equal_count, 3000, 57000); /* or the texts are not worth comparing */
}

struct difference_case {
    enum cupel_compare_kind kind;
    const char *expected;
    const char *actual;
    uint64_t line;
    uint64_t column;
    const char *expected_excerpt;
    const char *actual_excerpt;
    char ended; /* e: the expected text, a: the output */
};

static void check_difference(size_t i, const struct difference_case *c, size_t piece)
{
    struct cupel_difference d;
    if (compare_in_pieces(c->kind, &none, bytes_of(c->expected), strlen(c->expected),
                          bytes_of(c->actual), strlen(c->actual), piece, 5, &d))
        fail_msg("case %zu: equal", i);
    if (d.line != c->line || d.column != c->column || d.expected_ended != (c->ended == 'e') ||
        d.actual_ended != (c->ended == 'a') ||
        strcmp(d.expected.bytes, c->expected_excerpt) != 0 ||
        strcmp(d.actual.bytes, c->actual_excerpt) != 0)
        fail_msg("case %zu: line %ju, column %ju, \"%s\", \"%s\", ended %d %d", i,
                 (uintmax_t)d.line, (uintmax_t)d.column, d.expected.bytes, d.actual.bytes,
                 d.expected_ended, d.actual_ended);
}

static void differences_follow_the_table(void **state)
{
    static const struct difference_case cases[] = {
        {E, "a\n55\nc\n", "a\n54\nc\n", 2, 2, "55", "54", 0},
        {E, "a\nb\n", "a\nb", 2, 2, "b\n", "b", 0},
        {E, "a\nb", "a\nb\n", 2, 2, "b", "b\n", 0},
        {E, "a\nb\n", "a\nb\r\n", 2, 2, "b\n", "b\r\n", 0},
        {E, "a\nb\n", "a\n", 2, 1, "b", "", 'a'},
        {E, "a\n", "a\nb\nc\n", 2, 1, "", "b", 'e'},
        {E, "", "b\n", 1, 1, "", "b", 'e'},
        {E, "b\n", "", 1, 1, "b", "", 'a'},
        {L, "a\n55 \nc\n", "a\n54\t\nc\n", 2, 2, "55", "54", 0},
        {L, "a\nbc", "a\nb", 2, 2, "bc", "b", 0},
        {L, "a\nb", "a\nbc", 2, 2, "b", "bc", 0},
        {L, "a b", "a  b", 1, 4, "a b", "a  b", 0},
        {L, "a\n\nb", "a\nb", 2, 1, "", "b", 0},
        {L, "a\n\n\nb\n", "a", 2, 1, "b", "", 'a'},
        {L, "a\n\n\nb\n", "a\n", 2, 1, "b", "", 'a'},
        {L, "a\n  b\n", "a\n ", 2, 2, "  b", "", 'a'},
        {L, "a\n", "a\n\n b\n", 3, 2, "", " b", 'e'},
        {L, "", "\n b\n", 2, 2, "", " b", 'e'},
        {T, "1 2\n3 4\n", "1\n2 3\n5", 3, 1, "3 4", "5", 0},
        {T, "1 2 3\n", "1\n2\n", 3, 1, "3", "", 'a'},
        {T, "1 2\n", "1 2 3 \n", 1, 5, "", "3", 'e'},
        {T, "12 3", "1 23", 1, 2, "12 3", "1 23", 0},
        {N, "1 2\n3 4\n", "1.0\n2 3\n5", 3, 2, "3 4", "5", 0},
        {N, "1 2\n", "1 2 3 \n", 1, 5, "", "3", 'e'},
        {N, "1 2 3\n", "1\n2\n", 3, 1, "3", "", 'a'},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_difference(i, &cases[i], 100);
        check_difference(i, &cases[i], 1);
    }
}

static void a_difference_far_into_a_line_is_shown(void **state)
{
    enum { FAR = 100000, AT = 70001 };
    CUPEL_AUTO_FREE unsigned char *expected = malloc(FAR);
    CUPEL_AUTO_FREE unsigned char *actual = malloc(FAR);

    (void)state;
    assert_non_null(expected);
    assert_non_null(actual);
    for (size_t i = 0; i < FAR; i++)
        expected[i] = (unsigned char)('a' + i % 23);
    memcpy(expected, "first\n", 6);
    memcpy(actual, expected, FAR);
    actual[AT] = 'X';
    for (size_t piece = 1; piece < 70000; piece = piece * 7) {
        struct cupel_difference d;
        assert_false(compare_in_pieces(E, &none, expected, FAR, actual, FAR, piece, 1, &d));
        assert_int_equal(d.line, 2);
        assert_int_equal(d.column, AT - 6 + 1);
        assert_int_equal(d.actual.len, 95);
        assert_true(d.actual.cut);
        assert_int_equal(d.actual.skipped, AT - 6 - 32);
        assert_int_equal(d.expected.skipped, d.actual.skipped);
        assert_memory_equal(d.actual.bytes, actual + AT - 32, 95);
        assert_memory_equal(d.expected.bytes, expected + AT - 32, 95);
    }
}

/* More blanks than any buffer holds: trailing they are nothing, before a word they count. */
static void blanks_without_end_are_counted(void **state)
{
    enum { BLANKS = 3000000 };
    CUPEL_AUTO_FREE char *blanks = malloc(BLANKS);
    struct cupel_compare *compare;
    struct cupel_difference d;

    (void)state;
    assert_non_null(blanks);
    memset(blanks, ' ', BLANKS);
    assert_int_equal(cupel_compare_new(L, none, "a  b\nc", 6, &compare), 0);
    cupel_compare_feed(compare, "a  b", 4);
    cupel_compare_feed(compare, blanks, BLANKS);
    cupel_compare_feed(compare, "\nc", 2);
    cupel_compare_feed(compare, blanks, BLANKS);
    assert_true(cupel_compare_finish(compare, NULL));
    cupel_compare_free(compare);

    assert_int_equal(cupel_compare_new(L, none, "a  b\nc", 6, &compare), 0);
    cupel_compare_feed(compare, "a", 1);
    cupel_compare_feed(compare, blanks, BLANKS);
    cupel_compare_feed(compare, "b\nc", 3);
    assert_false(cupel_compare_finish(compare, &d));
    assert_int_equal(d.line, 1);
    assert_int_equal(d.column, BLANKS + 2);
    assert_int_equal(d.actual.skipped, BLANKS + 1 - 32);
    assert_string_equal(d.expected.bytes, "a  b");
    cupel_compare_free(compare);
}

static void nul_bytes_are_ordinary(void **state)
{
    static const unsigned char expected[] = "a\0b\n";
    static const unsigned char other[] = "a\0c\n";
    struct cupel_difference d;

    (void)state;
    for (enum cupel_compare_kind kind = E; kind <= CUPEL_COMPARE_NUMBERS; kind++) {
        assert_true(compare_in_pieces(kind, &none, expected, 4, expected, 4, 2, 1, &d));
        assert_false(compare_in_pieces(kind, &none, expected, 4, other, 4, 2, 1, &d));
        assert_int_equal(d.actual.len, 3);
        assert_memory_equal(d.actual.bytes, "a\0c", 3);
    }
    assert_false(
        compare_in_pieces(N, &none, bytes_of("1\0002"), 3, bytes_of("1"), 1, 2, 1, &d));
}

static void freeing_nothing_is_allowed(void **state)
{
    (void)state;
    cupel_compare_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_follow_the_table),
        cmocka_unit_test(numbers_follow_the_tolerance),
        cmocka_unit_test(a_token_past_the_cap_is_text),
        cmocka_unit_test(any_split_gives_the_answer_of_the_reference),
        cmocka_unit_test(differences_follow_the_table),
        cmocka_unit_test(a_difference_far_into_a_line_is_shown),
        cmocka_unit_test(blanks_without_end_are_counted),
        cmocka_unit_test(nul_bytes_are_ordinary),
        cmocka_unit_test(freeing_nothing_is_allowed),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
