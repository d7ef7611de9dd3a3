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
#define STDIN        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

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
        "--memory=1048576",
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
                        "\"cpus\":0.5},\"stdin\":\"" STDIN "\"}",
                        &run, &err),
        0);
    worker_spec_add_options(&run, 1048576, &arguments);
    worker_spec_add_command(&run, &arguments);
    assert_int_equal(arguments.count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_string_equal(arguments.items[i], expected[i]);
    assert_null(arguments.items[arguments.count]);
    assert_string_equal(run.input, STDIN);
    worker_arguments_clear(&arguments);
    json_decref(run.document);
}

/* The option --memory that a run job with that limit is given; it asks for 1 MiB. */
static const char *memory_option(const char *limits, char ret[static 64])
{
    struct worker_arguments arguments = {.count = 0};
    struct worker_run run = {.document = NULL};
    struct cupel_error err = {0};
    char spec[128];

    (void)snprintf(spec, sizeof(spec), "{\"command\":[\"sh\"],\"limits\":%s}", limits);
    assert_int_equal(worker_spec_run(spec, &run, &err), 0);
    worker_spec_add_options(&run, 1048576, &arguments);
    assert_int_equal(arguments.count, 1);
    (void)snprintf(ret, 64, "%s", arguments.items[0]);
    worker_arguments_clear(&arguments);
    json_decref(run.document);
    return ret;
}

static void a_run_has_no_more_memory_than_its_job_asks_for(void **state)
{
    static const struct {
        const char *limit;
        uint64_t memory_bytes;
        int r;
    } cases[] = {
        {"\"1 MiB\"", 1048576, 0},     {"1048576", 1048576, 0}, {"\"1 MiB\"", 1048575, -EINVAL},
        {"1048577", 1048576, -EINVAL}, {"1", 0, -EINVAL},
    };
    struct cupel_error err = {0};
    char text[64];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        (void)snprintf(text, sizeof(text), "{\"limits\":{\"memory\":%s}}", cases[i].limit);
        json_t *spec = json_loads(text, 0, NULL);
        if (worker_spec_check_memory(spec, cases[i].memory_bytes, &err) != cases[i].r)
            fail_msg("%s of %ju", text, (uintmax_t)cases[i].memory_bytes);
        json_decref(spec);
    }
    assert_string_equal(memory_option("{}", text), "--memory=1048576");
    assert_string_equal(memory_option("{\"memory\":\"9 KiB\"}", text), "--memory=9 KiB");
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
        "{\"command\":[\"sh\"],\"policy\":\"mine.json\"}",
        "{\"command\":[\"sh\"],\"policy\":7}",
        "{\"command\":[\"sh\"],\"environment\":7}",
        "{\"command\":[\"sh\"],\"stdin\":7}",
        "{\"command\":[\"sh\"],\"limits\":[]}",
        "{\"command\":[\"sh\"],\"limits\":{\"bind\":\"/etc\"}}",
        "{\"command\":[\"sh\"],\"limits\":{\"wall\":null}}",
        "{\"command\":[\"sh\"],\"limits\":{\"wall\":5}}",
        "{\"command\":[\"sh\"],\"limits\":{\"cpu\":\"banana\"}}",
        "{\"command\":[\"sh\"],\"limits\":{\"memory\":-1}}",
        "{\"command\":[\"sh\"],\"limits\":{\"disk\":0}}",
        "{\"command\":[\"sh\"],\"limits\":{\"processes\":0}}",
        "{\"command\":[\"sh\"],\"limits\":{\"processes\":1.5}}",
        "{\"command\":[\"sh\"],\"limits\":{\"open-files\":\"1e3\"}}",
        "{\"command\":[\"sh\"],\"limits\":{\"open-files\":1000001}}",
        "{\"command\":[\"sh\"],\"limits\":{\"cpus\":0.001}}",
        "{\"command\":[\"sh\"],\"limits\":{\"cpus\":\"\"}}",
        "{\"command\":[\"sh\"],\"environment\":\"debian\"}",
        "{\"command\":[\"sh\"],\"stdin\":\"zz\"}",
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
        cmocka_unit_test(a_run_has_no_more_memory_than_its_job_asks_for),
        cmocka_unit_test(what_is_no_run_is_refused),
        cmocka_unit_test(a_name_is_one_of_a_file),
    };

    return cmocka_run_group_tests_name("service.worker_spec", tests, NULL, NULL);
}
