/* Numbers in a stream: whatever way the output is cut, the answer is that of the reference,
 * which has both texts as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "compare_reference.h"
#include "cupel/cleanup.h"
#include "random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_MAX     16384

/* A word, and ways to spell what is equal to it or nearly so. The first of a row is the word's
 * own, and so is NULL. */
static const char *const words[][6] = {
    {"1", "1.0", "+1", "1e0", "01.", "10e-1"},
    {"-17", "-17.000", "-1.7e1", "-170e-1", "-17.5", "17"},
    {"0", "-0", "0.0", ".0e9", "0e-30", "0.5000001"},
    {"12345.6789", "1.23456789e4", "12345.67890", "12345.6788", "+12345.6789",
     "12345.678900001"},
    {"18446744073709551615", "18446744073709551615.0", "18446744073709551616", "1e19", NULL},
    {"1e400", "10e399", "1e401", "1e99999", "inf", NULL},
    {"inf", "+Infinity", "INF", "-inf", "nan", NULL},
    {"5cm", "5 cm", "5.0 cm", "5.0cm", "5.0", NULL},
    {"0x1f", "0X1F", "31", "0x1F", NULL},
    {"banana", "banan", "Banana", "bananas", "nan", NULL},
    {"1e", "1", "1e+", "1.e1", NULL},
    {"100", "110", "110.00001", "90", "89.99999", "1e2"},
};
static const char *const blanks[] = {" ", "\n", "\t", "  ", " \r\n", "\v\f ", "\n\n\n"};

struct texts {
    unsigned char expected[TEXT_MAX];
    unsigned char actual[TEXT_MAX];
    size_t expected_len;
    size_t actual_len;
};

static void add(unsigned char *text, size_t *len, const char *piece)
{
    size_t n = strlen(piece);

    assert_true(*len + n <= TEXT_MAX);
    memcpy(text + *len, piece, n);
    *len += n;
}

/* So many words, of which one in `often` is spelt in another way in the output, as are blanks.
 */
static void make_texts(uint64_t *seed, struct texts *texts, size_t count, unsigned often)
{
    *texts = (struct texts){.expected_len = 0};
    for (size_t i = 0; i < count; i++) {
        size_t row = random_draw(seed, COUNT(words));
        bool other = random_draw(seed, often) == 0;
        const char *spelt = other ? words[row][random_draw(seed, COUNT(words[row]))] : NULL;
        const char *blank = blanks[random_draw(seed, COUNT(blanks))];
        add(texts->expected, &texts->expected_len, words[row][0]);
        add(texts->expected, &texts->expected_len, blank);
        add(texts->actual, &texts->actual_len, spelt != NULL ? spelt : words[row][0]);
        add(texts->actual, &texts->actual_len,
            random_draw(seed, often) == 0 ? blanks[random_draw(seed, COUNT(blanks))] : blank);
    }
    /* Whether a text ends with blanks, or is cut within a word. */
    texts->expected_len -= random_draw(seed, 4) == 0 && texts->expected_len > 0;
    texts->actual_len -= random_draw(seed, 4) == 0 && texts->actual_len > 0;
}

/* Cut so often: the answer, which may have nothing to do with the way of cutting. */
static bool compare_texts(const struct texts *texts, const struct cupel_tolerance *tolerance,
                          const size_t *pieces, size_t count, unsigned seed)
{
    bool want = reference_equal(CUPEL_COMPARE_NUMBERS, tolerance, texts->expected,
                                texts->expected_len, texts->actual, texts->actual_len);
    struct cupel_difference first;

    for (size_t i = 0; i < count; i++) {
        struct cupel_difference difference;
        bool equal = compare_in_pieces(CUPEL_COMPARE_NUMBERS, tolerance, texts->expected,
                                       texts->expected_len, texts->actual, texts->actual_len,
                                       pieces[i], seed, &difference);
        if (equal != want)
            fail_msg("seed %u, pieces of %zu: %d\n%.*s\n---\n%.*s", seed, pieces[i], equal,
                     (int)texts->expected_len, texts->expected, (int)texts->actual_len,
                     texts->actual);
        if (i == 0)
            first = difference;
        else if (!equal && !same_difference(&first, &difference))
            fail_msg("seed %u, pieces of %zu: another difference", seed, pieces[i]);
    }
    return want;
}

static const struct cupel_tolerance tolerances[] = {{0, 0}, {0.5, 0}, {0, 0.1}, {0.001, 1e-9}};

static void short_texts_are_compared_as_the_reference_does(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 7, 1000};
    uint64_t seed = 20260101;
    unsigned equal = 0;
    struct texts texts;

    (void)state;
    for (unsigned round = 0; round < 4000; round++) {
        make_texts(&seed, &texts, random_draw(&seed, 6), 1 + random_draw(&seed, 4));
        equal += compare_texts(&texts, &tolerances[round % COUNT(tolerances)], pieces,
                               COUNT(pieces), round);
    }
    assert_in_range(equal, 600, 3400); /* or the texts are not worth comparing */
}

/* Longer than what is looked at in one go, and than the longest word that may be a number. */
static void long_texts_are_compared_as_the_reference_does(void **state)
{
    static const size_t pieces[] = {1, 61, 5000, TEXT_MAX};
    uint64_t seed = 4;
    unsigned equal = 0;
    struct texts texts;

    (void)state;
    for (unsigned round = 0; round < 16; round++) {
        make_texts(&seed, &texts, 900, 100 + random_draw(&seed, 2000));
        equal += compare_texts(&texts, &tolerances[round % COUNT(tolerances)], pieces,
                               COUNT(pieces), round);
    }
    assert_in_range(equal, 2, 14);
}

/* Where what is the same is looked at in parts, a word across their border is seen as a whole.
 */
static void a_nan_differs_wherever_it_stands(void **state)
{
    static const size_t pieces[] = {4096, TEXT_MAX};
    struct texts texts = {.expected_len = 0};

    (void)state;
    for (size_t at = 4080; at < 4112; at++) {
        memset(texts.expected, '1', sizeof(texts.expected));
        for (size_t i = 0; i < at; i += 8)
            texts.expected[i] = ' ';
        memcpy(texts.expected + at - 1, " -nan ", 6);
        texts.expected_len = 5000;
        memcpy(texts.actual, texts.expected, sizeof(texts.actual));
        texts.actual_len = texts.expected_len;
        assert_false(compare_texts(&texts, &tolerances[1], pieces, COUNT(pieces), 1));
        texts.expected[at] = texts.actual[at] = 'x';
        assert_true(compare_texts(&texts, &tolerances[1], pieces, COUNT(pieces), 1));
    }
}

static double seconds_of(const char *expected, const char *actual, size_t bytes)
{
    CUPEL_AUTO_FREE unsigned char *a = malloc(bytes);
    CUPEL_AUTO_FREE unsigned char *b = malloc(bytes);
    struct cupel_difference difference;
    struct timespec from;
    struct timespec to;

    assert_non_null(a);
    assert_non_null(b);
    for (size_t i = 0; i < bytes; i++) {
        a[i] = (unsigned char)expected[i % strlen(expected)];
        b[i] = (unsigned char)actual[i % strlen(actual)];
    }
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    (void)compare_in_pieces(CUPEL_COMPARE_NUMBERS, &tolerances[0], a, bytes, b, bytes, bytes, 1,
                            &difference);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* What was looked at in vain is not looked at again and again, whoever wrote it. */
static void no_output_takes_more_than_linear_time(void **state)
{
    static const struct {
        const char *expected;
        const char *actual;
    } cases[] = {
        {"1 1", " "},           {" ", "1 1"},
        {"banana ", "banana "}, {"nanx nan- ", "nanx nan- "},
        {"aaaa", "aaaa"},       {"1 x ", "1\nx\n"},
        {"1.0 ", "1.0\t"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        double seconds = seconds_of(cases[i].expected, cases[i].actual, 4U << 20);
        if (seconds > 8)
            fail_msg("case %zu: %.1f s for 4 MiB", i, seconds);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_texts_are_compared_as_the_reference_does),
        cmocka_unit_test(long_texts_are_compared_as_the_reference_does),
        cmocka_unit_test(a_nan_differs_wherever_it_stands),
        cmocka_unit_test(no_output_takes_more_than_linear_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
