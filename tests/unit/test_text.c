#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/text.h"

#define BYTES(literal) literal, sizeof(literal) - 1
#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))

static void is_utf8_follows_the_table(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool valid;
    } cases[] = {
        {BYTES(""), true},
        {BYTES("plain"), true},
        {BYTES("nul\0inside"), true},
        {BYTES("\xC3\xA9"), true},
        {BYTES("\xE2\x82\xAC"), true},
        {BYTES("\xF0\x9F\x98\x80"), true},
        {BYTES("\xF4\x8F\xBF\xBF"), true},
        {BYTES("\xC3"), false},             /* cut */
        {BYTES("\x80"), false},             /* a continuation alone */
        {BYTES("\xC0\xAF"), false},         /* overlong '/' */
        {BYTES("\xE0\x80\xAF"), false},     /* overlong '/' */
        {BYTES("\xF0\x80\x80\xAF"), false}, /* overlong '/' */
        {BYTES("\xED\xA0\x80"), false},     /* a surrogate */
        {BYTES("\xF4\x90\x80\x80"), false}, /* past U+10FFFF */
        {BYTES("\xF5\x80\x80\x80"), false},
        {BYTES("\xE2\x28\xA1"), false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (cupel_text_is_utf8(cases[i].bytes, cases[i].len) != cases[i].valid)
            fail_msg("case %zu", i);
    }
}

static void clean_follows_the_table(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        size_t max;
        const char *expected;
    } cases[] = {
        {BYTES(""), 10, ""},
        {BYTES("a\tb\n"), 10, "a\tb\n"},
        {BYTES("a\rb"), 10, "a\\x0db"},
        {BYTES("\0"), 10, "\\x00"},
        {BYTES("\x1b[31m"), 10, "\\x1b[31m"},
        {BYTES("\x7f"), 10, "\\x7f"},
        {BYTES("\xC2\x9B"), 10, "\\x9b"},
        {BYTES("\xE2\x80\xAE"), 10, "\\u{202E}"},
        {BYTES("\xE2\x81\xA6"), 10, "\\u{2066}"},
        {BYTES("\xFFz"), 10, "\xEF\xBF\xBDz"},
        {BYTES("\xE2\x82"), 10, "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {BYTES("caf\xC3\xA9"), 5, "caf\xC3\xA9"},
        {BYTES("caf\xC3\xA9"), 4, "caf\n[… cut: 5 bytes in all]\n"},
        {BYTES("abc"), 0, "\n[… cut: 3 bytes in all]\n"},
        {BYTES("a\x01"), 4, "a\n[… cut: 2 bytes in all]\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = NULL;
        assert_int_equal(cupel_text_clean(cases[i].bytes, cases[i].len, cases[i].max, &text),
                         0);
        assert_string_equal(text, cases[i].expected);
        free(text);
    }
}

static void clean_gives_utf8_for_all_pairs_of_bytes(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        unsigned char bytes[] = {(unsigned char)(pair >> 8), (unsigned char)pair};
        char *text = NULL;
        assert_int_equal(cupel_text_clean(bytes, sizeof(bytes), SIZE_MAX, &text), 0);
        assert_true(cupel_text_is_utf8(text, strlen(text)));
        free(text);
    }
}

static void excerpt_is_one_line_and_says_that_it_was_cut(void **state)
{
    char buf[CUPEL_TEXT_EXCERPT_SIZE];

    (void)state;
    assert_string_equal(cupel_text_excerpt("a\nb\x1b", buf), "a b\\x1b");
    assert_string_equal(
        cupel_text_excerpt("0123456789012345678901234567890123456789012345678901234567890",
                           buf),
        "012345678901234567890123456789012345678901234567890123456789…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_utf8_follows_the_table),
        cmocka_unit_test(clean_follows_the_table),
        cmocka_unit_test(clean_gives_utf8_for_all_pairs_of_bytes),
        cmocka_unit_test(excerpt_is_one_line_and_says_that_it_was_cut),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
