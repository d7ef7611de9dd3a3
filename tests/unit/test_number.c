#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "random.h"
#include "score/number.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROUNDS       400000

static locale_t c_locale;

/* strtold(3) is in another locale than "C" only if somebody calls setlocale(3), which this test
 * does not. */
static void expect_value_of_strtold(const char *text, size_t n, long double value)
{
    char plain[64];

    assert_true(n < sizeof(plain));
    memcpy(plain, text, n);
    plain[n] = '\0';
    long double want = strtold(plain, NULL);
    if (value != want || signbit(value) != signbit(want))
        fail_msg("%s is %.21Lg, not %.21Lg", plain, want, value);
}

static void plain_decimals_end_where_they_end(void **state)
{
    static const struct {
        const char *text;
        size_t len; /* of the number; 0: it is not plain */
    } cases[] = {
        {"", 0},
        {"+", 0},
        {".", 0},
        {"-.", 0},
        {"e5", 0},
        {".e5", 0},
        {"1", 1},
        {"-1", 2},
        {"+1", 2},
        {"--1", 0},
        {"1 ", 1},
        {"1x", 1},
        {"0x10", 1},
        {"1.", 2},
        {".5", 2},
        {"-.5", 3},
        {"1.5.5", 3},
        {"1,5", 1},
        {"1e", 0},
        {"1e+", 0},
        {"1e+ 5", 0},
        {"1e5", 3},
        {"1E-5", 4},
        {"1.5e+05", 7},
        {"1e5.5", 3},
        {"1e027", 5},
        {"1e27", 4},
        {"1e28", 0},
        {"1e-27", 5},
        {"1e-28", 0},
        {"0.1e-26", 7},
        {"0.1e-27", 0},
        {"1e9999", 0},
        {"1e99999999999", 0},
        {"9999999999999999999", 19},
        {"99999999999999999999", 0},
        {"9999999999.999999999", 20},
        {"9999999999.9999999999", 0},
        {"9999999999999999999.", 20},
        {"9999999999999999999.9", 0},
        {".9999999999999999999", 20},
        {".99999999999999999999", 0},
        {"0000000000000000001", 19},
        {"00000000000000000001", 0},
        {"nan", 0},
        {"inf", 0},
        {"-inf", 0},
        {"\xb1", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        long double value = 0;
        size_t len = strlen(cases[i].text);
        size_t n = number_read_plain((const unsigned char *)cases[i].text, len, &value);
        if (n != cases[i].len)
            fail_msg("\"%s\": %zu", cases[i].text, n);
        if (n > 0)
            expect_value_of_strtold(cases[i].text, n, value);
    }
}

/* Each prefix is in memory of its own, so that ASan sees who reads on. */
static void nothing_behind_the_end_is_read(void **state)
{
    static const char text[] = "-12.75e+12";

    (void)state;
    for (size_t len = 1; len < sizeof(text); len++) {
        CUPEL_AUTO_FREE unsigned char *copy = malloc(len);
        long double value = 0;
        assert_non_null(copy);
        memcpy(copy, text, len);
        size_t n = number_read_plain(copy, len, &value);
        if (n > 0)
            expect_value_of_strtold(text, n, value);
        (void)number_has_nan(copy, len);
    }
}

static size_t make_number(uint64_t *seed, char text[static 64])
{
    size_t digits = 1 + random_draw(seed, 19);
    size_t point = random_draw(seed, 24);
    size_t at = 0;

    if (random_draw(seed, 3) == 0)
        text[at++] = random_draw(seed, 2) == 0 ? '-' : '+';
    for (size_t i = 0; i < digits; i++) {
        if (i == point)
            text[at++] = '.';
        text[at++] = (char)('0' + random_draw(seed, 10));
    }
    if (random_draw(seed, 2) == 0)
        at += (size_t)snprintf(text + at, 8, "e%d", (int)random_draw(seed, 60) - 30);
    text[at] = '\0';
    return at;
}

static void plain_decimals_have_the_value_of_strtold(void **state)
{
    uint64_t seed = 20260101;
    unsigned plain = 0;

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        char text[64];
        long double value = 0;
        size_t len = make_number(&seed, text);
        size_t n = number_read_plain((const unsigned char *)text, len, &value);
        if (n == 0)
            continue;
        assert_int_equal(n, len);
        expect_value_of_strtold(text, n, value);
        plain++;
    }
    assert_true(plain > ROUNDS / 2);
}

static void numbers_are_known_by_their_whole_text(void **state)
{
    static const struct {
        const char *text;
        bool number;
    } cases[] = {
        {"1", true},         {"-1.5e-400", true}, {"1e4000", true},
        {"1e5000", false},   {"1e-99999", true},  {"+Inf", true},
        {"-INFINITY", true}, {"nAn", true},       {"nan(1)", false},
        {"0x10", false},     {"0x1p3", false},    {"1e", false},
        {"1 ", false},       {" 1", false},       {"", false},
        {"-", false},        {"+-1", false},      {"123456789012345678901234567890", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        long double value = 0;
        size_t len = strlen(cases[i].text);
        if (number_parse(cases[i].text, len, c_locale, &value) != cases[i].number)
            fail_msg("\"%s\"", cases[i].text);
        assert_false(number_parse(cases[i].text, len + 1, c_locale, &value));
    }
}

static void nan_is_found_as_a_word(void **state)
{
    static const struct {
        const char *text;
        bool found;
    } cases[] = {
        {"", false},          {"na", false},        {"nan", true},   {"NaN", true},
        {"-nan", true},       {"+NAN", true},       {"a nan", true}, {"nan b", true},
        {"a\n-nan\nb", true}, {"banana", false},    {"nana", false}, {"anan", false},
        {"--nan", false},     {"1-nan", false},     {"nan.", false}, {"nannan", false},
        {"na n", false},      {"banana nan", true}, {"nan-", false}, {"\tnan\v", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (number_has_nan((const unsigned char *)cases[i].text, strlen(cases[i].text)) !=
            cases[i].found)
            fail_msg("\"%s\"", cases[i].text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_decimals_end_where_they_end),
        cmocka_unit_test(nothing_behind_the_end_is_read),
        cmocka_unit_test(plain_decimals_have_the_value_of_strtold),
        cmocka_unit_test(numbers_are_known_by_their_whole_text),
        cmocka_unit_test(nan_is_found_as_a_word),
    };

    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    freelocale(c_locale);
    return failures;
}
