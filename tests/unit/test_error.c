#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/error.h"
#include "cupel/text.h"

static void a_text_is_cut_between_characters(void **state)
{
    static const char *const letters[] = {"x", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    struct cupel_error err;
    char text[2 * sizeof(err.text)];

    (void)state;
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        for (size_t start = 0; start < 4; start++) {
            size_t len = strlen(letters[i]);
            memset(text, '.', start);
            for (size_t at = start; at < sizeof(text); at++)
                text[at] = letters[i][(at - start) % len];
            text[sizeof(text) - 1] = '\0';
            assert_int_equal(cupel_fail(&err, -EIO, "%s", text), -EIO);
            size_t cut = strlen(err.text);
            assert_true(cupel_text_is_utf8(err.text, cut));
            assert_in_range(cut, sizeof(err.text) - len, sizeof(err.text) - 1);
            assert_memory_equal(err.text, text, cut);
        }
    }
}

static void bytes_that_are_no_text_are_left_as_they_are(void **state)
{
    struct cupel_error err;

    (void)state;
    (void)cupel_fail(&err, -EINVAL, "%s is gone", "a\xff\xc3");
    assert_string_equal(err.text, "a\xff\xc3 is gone");
    (void)cupel_fail(&err, -EINVAL, "%s", "a\xc3");
    assert_string_equal(err.text, "a\xc3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_cut_between_characters),
        cmocka_unit_test(bytes_that_are_no_text_are_left_as_they_are),
    };

    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
