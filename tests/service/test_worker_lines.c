#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/worker_lines.h"

static void add(struct worker_lines *lines, const char *text)
{
    worker_lines_add(lines, text, strlen(text));
}

static void a_line_is_whole_when_it_has_ended(void **state)
{
    struct worker_lines lines = {.bytes = NULL};

    (void)state;
    add(&lines, "one\ntw");
    assert_int_equal(lines.whole, 4);
    add(&lines, "o\n");
    assert_int_equal(lines.whole, 8);
    assert_string_equal(lines.bytes, "one\ntwo\n");
    worker_lines_drop(&lines, 4);
    assert_string_equal(lines.bytes, "two\n");
    assert_int_equal(lines.whole, 4);
    worker_lines_clear(&lines);
}

static void what_does_not_fit_is_left_out_line_by_line(void **state)
{
    const size_t half = WORKER_LINES_MAX / 2;
    struct worker_lines lines = {.bytes = NULL};
    char *text = malloc(half);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', half);
    add(&lines, "first\n");
    worker_lines_add(&lines, text, half); /* begins to fit */
    worker_lines_add(&lines, text, half);
    assert_int_equal(lines.len, 6);
    add(&lines, "its end\nnext\nun");
    assert_int_equal(lines.whole, 11);
    add(&lines, "ended\n");
    assert_string_equal(lines.bytes, "first\nnext\nunended\n");
    free(text);
    worker_lines_clear(&lines);
}

static void a_full_one_is_emptied_and_goes_on(void **state)
{
    struct worker_lines lines = {.bytes = NULL};

    (void)state;
    for (size_t i = 0; i < WORKER_LINES_MAX / 8 + 10; i++)
        add(&lines, "1234567\n");
    assert_int_equal(lines.whole, WORKER_LINES_MAX);
    worker_lines_drop(&lines, lines.whole);
    assert_int_equal(lines.len, 0);
    add(&lines, "more\n");
    assert_string_equal(lines.bytes, "more\n");
    worker_lines_clear(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_whole_when_it_has_ended),
        cmocka_unit_test(what_does_not_fit_is_left_out_line_by_line),
        cmocka_unit_test(a_full_one_is_emptied_and_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
