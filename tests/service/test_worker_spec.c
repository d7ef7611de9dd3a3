#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/worker_spec.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void a_submission_is_read(void **state)
{
    struct worker_submission submission = {.document = NULL};
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(
        worker_spec_submission(
            "{\"submission\":{\"sha256\":\"ab\",\"name\":\"fib.c\",\"form\":\"file\"}}",
            &submission, &err),
        0);
    assert_string_equal(submission.sha256, "ab");
    assert_string_equal(submission.name, "fib.c");
    assert_false(submission.is_tree);
    json_decref(submission.document);
}

static void what_names_no_submission_is_refused(void **state)
{
    static const char *const specs[] = {
        "",
        "[]",
        "{}",
        "{\"submission\":{}}",
        "{\"submission\":[\"ab\",\"fib.c\",\"file\"]}",
        "{\"submission\":{\"sha256\":\"ab\",\"name\":\"fib.c\",\"form\":\"pile\"}}",
        "{\"submission\":{\"sha256\":1,\"name\":\"fib.c\",\"form\":\"file\"}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(specs); i++) {
        struct worker_submission submission;
        struct cupel_error err = {0};
        assert_int_equal(worker_spec_submission(specs[i], &submission, &err), -EPROTO);
        assert_true(err.text[0] != '\0');
    }
}

static void a_run_becomes_arguments(void **state)
{
    static const char *const expected[] = {
        "--policy=native",
        "--environment=host",
        "--wall=2s",
        "--processes=8",
        "--cpus=0.5",
        "--",
        "sh",
        "-c",
        "echo --policy",
    };
    struct worker_arguments arguments = {.count = 0};
    struct worker_run run = {.document = NULL};
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(
        worker_spec_run("{\"command\":[\"sh\",\"-c\",\"echo --policy\"],\"policy\":\"native\","
                        "\"environment\":\"host\",\"limits\":{\"wall\":\"2s\",\"processes\":8,"
                        "\"cpus\":0.5},\"stdin\":\"ab\"}",
                        &run, &err),
        0);
    worker_spec_add_options(&run, &arguments);
    worker_spec_add_command(&run, &arguments);
    assert_int_equal(arguments.count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_string_equal(arguments.items[i], expected[i]);
    assert_null(arguments.items[arguments.count]);
    assert_string_equal(run.input, "ab");
    worker_arguments_clear(&arguments);
    json_decref(run.document);
}

static void what_is_no_run_is_refused(void **state)
{
    static const char *const specs[] = {
        "",
        "{}",
        "{\"command\":[]}",
        "{\"command\":\"sh\"}",
        "{\"command\":[1]}",
        "{\"command\":[\"sh\"],\"policy\":\"/etc/shadow\"}",
        "{\"command\":[\"sh\"],\"policy\":\"\"}",
        "{\"command\":[\"sh\"],\"policy\":7}",
        "{\"command\":[\"sh\"],\"environment\":7}",
        "{\"command\":[\"sh\"],\"stdin\":7}",
        "{\"command\":[\"sh\"],\"limits\":[]}",
        "{\"command\":[\"sh\"],\"limits\":{\"bind\":\"/etc\"}}",
        "{\"command\":[\"sh\"],\"limits\":{\"wall\":null}}",
        "{\"command\":[\"sh\"],\"command\":[\"sh\"]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(specs); i++) {
        struct worker_run run;
        struct cupel_error err = {0};
        if (worker_spec_run(specs[i], &run, &err) != -EPROTO)
            fail_msg("%s", specs[i]);
        assert_true(err.text[0] != '\0');
    }
}

static void a_name_is_one_of_a_file(void **state)
{
    static const char *const names[][2] = {
        {"fib.c", "fib.c"},           {"a/b/fib.c", "fib.c"}, {"../../etc/passwd", "passwd"},
        {"", "submission"},           {"a/", "submission"},   {".", "submission"},
        {"..", "submission"},         {"a\nb\x7f.c", "ab.c"}, {"--help", "--help"},
        {"\xc3\xa4.c", "\xc3\xa4.c"}, {"a\xff.c", "a"},
    };
    char name[WORKER_NAME_SIZE];
    char longest[2 * WORKER_NAME_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(worker_file_name(names[i][0], name), names[i][1]);
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(strlen(worker_file_name(longest, name)), WORKER_NAME_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_submission_is_read),
        cmocka_unit_test(what_names_no_submission_is_refused),
        cmocka_unit_test(a_run_becomes_arguments),
        cmocka_unit_test(what_is_no_run_is_refused),
        cmocka_unit_test(a_name_is_one_of_a_file),
    };

    return cmocka_run_group_tests_name("service.worker_spec", tests, NULL, NULL);
}
