#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grader/capture.h"

static struct cupel_capture out; /* too large for the stack */
static struct cupel_capture err;

static int reset(void **state)
{
    (void)state;
    cupel_capture_reset(&out);
    cupel_capture_reset(&err);
    return 0;
}

static void fill(struct cupel_capture *capture, char c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cupel_capture_add(capture, &c, 1);
}

static void assert_text(const char *expected)
{
    char *text = NULL;

    assert_int_equal(cupel_capture_text(&out, &err, &text), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void add_keeps_the_start_and_drops_the_rest(void **state)
{
    (void)state;
    fill(&out, 'a', CUPEL_CAPTURE_MAX - 1);
    cupel_capture_add(&out, "bcd", 3);
    cupel_capture_add(&out, "e", 1);
    assert_int_equal(out.len, CUPEL_CAPTURE_MAX);
    assert_int_equal(out.bytes[CUPEL_CAPTURE_MAX - 1], 'b');
}

static void text_of_nothing_is_empty(void **state)
{
    (void)state;
    assert_text("");
}

static void text_begins_errors_on_a_line_of_their_own(void **state)
{
    (void)state;
    cupel_capture_add(&out, "42", 2);
    cupel_capture_add(&err, "oops\n", 5);
    assert_text("42\noops\n");
}

static void text_adds_no_line_where_one_has_ended(void **state)
{
    (void)state;
    cupel_capture_add(&out, "42\n", 3);
    cupel_capture_add(&err, "oops", 4);
    assert_text("42\noops");
}

static void text_escapes_what_a_terminal_would_obey(void **state)
{
    (void)state;
    cupel_capture_add(&out, "\033[2J", 4);
    assert_text("\\x1b[2J");
}

static void text_gives_both_streams_room(void **state)
{
    char *text = NULL;

    (void)state;
    fill(&out, 'a', CUPEL_CAPTURE_MAX);
    cupel_capture_add(&err, "Traceback", 9);
    assert_int_equal(cupel_capture_text(&out, &err, &text), 0);
    assert_non_null(strstr(text, "cut"));
    assert_non_null(strstr(text, "Traceback"));
    assert_true(strlen(text) < CUPEL_CAPTURE_TEXT_MAX);
    free(text);
}

static void text_gives_one_stream_all_the_room(void **state)
{
    char *text = NULL;

    (void)state;
    fill(&err, 'a', CUPEL_CAPTURE_TEXT_MAX);
    assert_int_equal(cupel_capture_text(&out, &err, &text), 0);
    assert_int_equal(strlen(text), CUPEL_CAPTURE_TEXT_MAX);
    free(text);
}

static void text_tells_how_much_there_was(void **state)
{
    char *text = NULL;

    (void)state;
    fill(&out, 'a', 3 * CUPEL_CAPTURE_MAX);
    assert_int_equal(cupel_capture_text(&out, &err, &text), 0);
    assert_non_null(strstr(text, "[… cut: 196608 bytes in all]"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(add_keeps_the_start_and_drops_the_rest, reset),
        cmocka_unit_test_setup(text_of_nothing_is_empty, reset),
        cmocka_unit_test_setup(text_begins_errors_on_a_line_of_their_own, reset),
        cmocka_unit_test_setup(text_adds_no_line_where_one_has_ended, reset),
        cmocka_unit_test_setup(text_escapes_what_a_terminal_would_obey, reset),
        cmocka_unit_test_setup(text_gives_both_streams_room, reset),
        cmocka_unit_test_setup(text_gives_one_stream_all_the_room, reset),
        cmocka_unit_test_setup(text_tells_how_much_there_was, reset),
    };
    return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
