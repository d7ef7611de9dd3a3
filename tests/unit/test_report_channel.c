#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <signal.h>

#include <cmocka.h>

#include "grader/report_channel.h"

static void only_the_token_as_the_last_line_ends_a_report(void **state)
{
    static const struct {
        const char *bytes;
        enum cupel_report_end end;
        size_t len;
        const char *why;
    } cases[] = {
        {"", CUPEL_REPORT_EARLY, 0, "no report"},
        {"{}\ncupel 12ab\n", CUPEL_REPORT_WHOLE, 3, NULL},
        {"{}\ncupel 12ab", CUPEL_REPORT_WHOLE, 3, NULL},
        {"cupel 12ab\n", CUPEL_REPORT_WHOLE, 0, NULL},
        {"x.py:1: what\ncupel 12ab fault\n", CUPEL_REPORT_FAULT, 13, NULL},
        {"{}\n", CUPEL_REPORT_EARLY, 0, "does not end"},
        {"{}cupel 12ab\n", CUPEL_REPORT_EARLY, 0, "does not end"},
        {"{}\ncupel 12a\n", CUPEL_REPORT_EARLY, 0, "does not end"},
        {"{}\ncupel 12ac\n", CUPEL_REPORT_EARLY, 0, "does not end"},
        {"{}\ncupel \n", CUPEL_REPORT_EARLY, 0, "does not end"},
        {"{}\ncupel 12ab\n\n", CUPEL_REPORT_EARLY, 0, "does not end"},
        {"{}\ncupel 12ab\nmore", CUPEL_REPORT_EARLY, 0, "does not end"},
        {"{}\ncupel 12abc\n", CUPEL_REPORT_EARLY, 0, "behind the token"},
        {"{}\ncupel 12ab faults\n", CUPEL_REPORT_EARLY, 0, "behind the token"},
        {"\n", CUPEL_REPORT_EARLY, 0, "does not end"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *why = "";
        size_t len = 1;
        assert_int_equal(cupel_report_channel_read(cases[i].bytes, strlen(cases[i].bytes),
                                                   "12ab", &len, &why),
                         cases[i].end);
        assert_int_equal(len, cases[i].len);
        if (cases[i].why == NULL)
            assert_null(why);
        else
            assert_non_null(strstr(why, cases[i].why));
    }
}

struct fixture {
    struct cupel_loop *loop;
    struct cupel_report_channel *channel;
};

static int open_channel(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct cupel_error err = {0};

    if (fixture == NULL || cupel_loop_new(&fixture->loop, &err) < 0 ||
        cupel_report_channel_open(fixture->loop, &fixture->channel, &err) < 0)
        return -1;
    *state = fixture;
    return 0;
}

static int close_channel(void **state)
{
    struct fixture *fixture = *state;

    cupel_report_channel_free(fixture->channel);
    cupel_loop_free(fixture->loop);
    free(fixture);
    return 0;
}

static void write_all(const struct fixture *fixture, const char *text)
{
    ssize_t len = (ssize_t)strlen(text);

    assert_int_equal(write(cupel_report_channel_fd(fixture->channel), text, (size_t)len), len);
}

static void what_was_written_comes_out_whole(void **state)
{
    struct fixture *fixture = *state;
    const char *input = cupel_report_channel_input(fixture->channel);
    struct cupel_error err = {0};
    enum cupel_report_end end;
    const char *text = NULL;
    const char *why = NULL;
    size_t len = 0;

    assert_int_equal(strlen(input), CUPEL_REPORT_CHANNEL_TOKEN);
    assert_int_equal(strspn(input, "0123456789abcdef"), CUPEL_REPORT_CHANNEL_TOKEN - 1);
    write_all(fixture, "first, ");
    assert_int_equal(cupel_loop_once(fixture->loop, 1000, &err), 0);
    write_all(fixture, "second\ncupel ");
    write_all(fixture, input);
    assert_int_equal(cupel_report_channel_end(fixture->channel, &end, &text, &len, &why), 0);
    assert_int_equal(end, CUPEL_REPORT_WHOLE);
    assert_int_equal(len, strlen("first, second\n"));
    assert_memory_equal(text, "first, second\n", len);
}

static void tokens_are_not_given_twice(void **state)
{
    const struct fixture *fixture = *state;
    struct cupel_report_channel *other = NULL;
    struct cupel_error err = {0};

    assert_int_equal(cupel_report_channel_open(fixture->loop, &other, &err), 0);
    assert_string_not_equal(cupel_report_channel_input(fixture->channel),
                            cupel_report_channel_input(other));
    cupel_report_channel_free(other);
}

static void a_flood_ends_the_report_and_is_not_kept(void **state)
{
    static char chunk[65536];
    struct fixture *fixture = *state;
    struct cupel_error err = {0};
    enum cupel_report_end end;
    const char *text = NULL;
    const char *why = NULL;
    size_t written = 0;
    size_t len = 0;

    (void)signal(SIGPIPE, SIG_IGN);
    memset(chunk, 'x', sizeof(chunk));
    while (written < 2 * CUPEL_REPORT_CHANNEL_MAX) {
        ssize_t n = write(cupel_report_channel_fd(fixture->channel), chunk, sizeof(chunk));
        if (n < 0)
            break;
        written += (size_t)n;
        assert_int_equal(cupel_loop_once(fixture->loop, 1000, &err), 0);
    }
    assert_in_range(written, CUPEL_REPORT_CHANNEL_MAX,
                    CUPEL_REPORT_CHANNEL_MAX + 2 * sizeof(chunk));
    assert_int_equal(cupel_report_channel_end(fixture->channel, &end, &text, &len, &why), 0);
    assert_int_equal(end, CUPEL_REPORT_EARLY);
    assert_non_null(strstr(why, "8 MiB"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_token_as_the_last_line_ends_a_report),
        cmocka_unit_test_setup_teardown(what_was_written_comes_out_whole, open_channel,
                                        close_channel),
        cmocka_unit_test_setup_teardown(tokens_are_not_given_twice, open_channel,
                                        close_channel),
        cmocka_unit_test_setup_teardown(a_flood_ends_the_report_and_is_not_kept, open_channel,
                                        close_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
