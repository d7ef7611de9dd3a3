#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unpack/crc32.h"
#include "unpack/fold.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool same(const char *a, const char *b)
{
    char *folded_a = NULL;
    char *folded_b = NULL;

    assert_int_equal(cupel_fold(a, &folded_a), 0);
    assert_int_equal(cupel_fold(b, &folded_b), 0);
    bool equal = strcmp(folded_a, folded_b) == 0;
    free(folded_a);
    free(folded_b);
    return equal;
}

static void names_that_some_file_system_confuses_are_one(void **state)
{
    static const char *const pairs[][2] = {
        {"Makefile", "mAKEFILE"},
        {"\u00C4", "\u00E4"}, /* Ä, ä */
        {"\u03A3", "\u03C2"}, /* sigma and its final form */
        {"\u00C9x", "\u00E9X"},
        {"\u0416", "\u0436"}, /* Cyrillic */
        {"\u212A", "k"},      /* the sign of kelvin */
        {"a.", "a"},
        {"a . ", "a"},
        {"d. /b", "D/B"},
        {"\U00010400", "\U00010428"}, /* Deseret, beyond the basic plane */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        if (!same(pairs[i][0], pairs[i][1]))
            fail_msg("pair %zu", i);
    }
}

static void names_that_differ_stay_apart(void **state)
{
    static const char *const pairs[][2] = {
        {"a", "b"},    {"e", "\u00E9"},      {"a.c", "ac"},        {"a/b", "ab"},
        {"...", ".."}, {" ", "  "},          {"a b", "ab"},        {".a", "a"},
        {"d/.", "d"},  {"\u4E00", "\u4E8C"}, {"\uAC00", "\uAC01"}, {"1", "\u00B9"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        if (same(pairs[i][0], pairs[i][1]))
            fail_msg("pair %zu", i);
    }
}

static void what_is_not_utf_8_is_refused(void **state)
{
    char *folded = NULL;

    (void)state;
    assert_int_equal(cupel_fold("a\xFF", &folded), -EILSEQ);
    assert_null(folded);
}

static void crc32_is_that_of_gzip(void **state)
{
    (void)state;
    assert_int_equal(cupel_crc32(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(cupel_crc32(cupel_crc32(0, "1234", 4), "56789", 5), 0xCBF43926);
    assert_int_equal(cupel_crc32(0, "", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_some_file_system_confuses_are_one),
        cmocka_unit_test(names_that_differ_stay_apart),
        cmocka_unit_test(what_is_not_utf_8_is_refused),
        cmocka_unit_test(crc32_is_that_of_gzip),
    };
    return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
