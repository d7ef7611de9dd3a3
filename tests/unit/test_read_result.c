#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "render_samples.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { FORMATS = 7 };

static json_t *document_of(const struct cupel_result *result)
{
    json_t *json = cupel_render_result(result, CUPEL_VIEW_STAFF);

    assert_non_null(json);
    return json;
}

static struct cupel_result read_back(const json_t *document)
{
    struct cupel_error err = {0};
    struct cupel_result result = {0};

    if (cupel_render_read_result(document, &result, &err) != 0)
        fail_msg("%s", err.text);
    return result;
}

/* As it is kept: text, and that parsed again. */
static json_t *stored(const struct cupel_result *result)
{
    json_t *json = document_of(result);
    CUPEL_AUTO_FREE char *text = cupel_render_json_text(json);

    json_decref(json);
    assert_non_null(text);
    json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    return json;
}

/* One of all that is made of a result; NULL where there is no such document of it. */
static char *format(const struct cupel_result *result, enum cupel_view view, int which)
{
    char *text = NULL;

    if (which == 0) {
        json_t *json = cupel_render_result(result, view);
        text = cupel_render_json_text(json);
        json_decref(json);
    } else if (which == 1) {
        text = cupel_render_result_text(result, view, true);
    } else if (which == 2) {
        text = cupel_render_result_html(result, view);
    } else {
        assert_int_equal(
            cupel_render_foreign((enum cupel_foreign_format)(which - 3), result, view, &text),
            0);
    }
    return text;
}

static void assert_same(const struct cupel_result *result, const struct cupel_result *again,
                        enum cupel_view view)
{
    for (int i = 0; i < FORMATS; i++) {
        CUPEL_AUTO_FREE char *expected = format(result, view, i);
        CUPEL_AUTO_FREE char *text = format(again, view, i);
        assert_int_equal(expected == NULL, text == NULL);
        if (expected != NULL)
            assert_string_equal(text, expected);
    }
}

/* With calls that were denied. */
static struct cupel_result sample_full(void)
{
    struct cupel_result result = sample_judged();

    sample_denied(&result.tests[0].run);
    sample_denied(&result.builds[0].run);
    result.builds[0].run.denied.others = 0;
    result.harnesses[0].run.knows_denied = true;
    result.tests[2].run.status = CUPEL_RUN_SIGNALED;
    result.tests[2].run.signal = SIGSEGV;
    result.tests[2].run.limits.cpus_milli = 1500;
    result.tests[2].run.enforcement.cgroup = "scope";
    return result;
}

static struct cupel_result sample_empty(void)
{
    return (struct cupel_result){.status = CUPEL_STATUS_GRADER_ERROR};
}

static struct cupel_result (*const samples[])(void) = {
    sample_full,     sample_graded,         sample_not_built,
    sample_rejected, sample_platform_error, sample_empty,
};

static void every_document_of_what_is_read_is_as_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++) {
        struct cupel_result result = samples[i]();
        json_t *json = stored(&result);
        struct cupel_result again = read_back(json);
        assert_same(&result, &again, CUPEL_VIEW_STAFF);
        assert_same(&result, &again, CUPEL_VIEW_LEARNER);
        json_decref(json);
        cupel_result_clear(&again);
        cupel_result_clear(&result);
    }
}

static void tests_of_groups_are_in_a_group(void **state)
{
    struct cupel_result result = sample_full();
    json_t *json = document_of(&result);
    struct cupel_result again = read_back(json);

    (void)state;
    assert_true(again.tests[0].in_group);
    assert_false(again.tests[3].in_group);
    json_decref(json);
    cupel_result_clear(&again);
    cupel_result_clear(&result);
}

static void null_is_not_measured(void **state)
{
    struct cupel_result result = sample_platform_error();
    result.submission_sha256[0] = '\0';
    json_t *json = document_of(&result);
    struct cupel_result again = read_back(json);
    const struct cupel_outcome *run = &again.tests[0].run;

    (void)state;
    assert_true(isnan(again.score));
    assert_true(again.submission_files == CUPEL_UNKNOWN);
    assert_true(again.submission_bytes == CUPEL_UNKNOWN);
    assert_true(run->wall_ns == CUPEL_UNKNOWN);
    assert_true(run->user_ns == CUPEL_UNKNOWN);
    assert_true(run->memory_peak_bytes == CUPEL_UNKNOWN);
    assert_true(run->stdout_bytes == CUPEL_UNKNOWN);
    assert_true(run->limits.inodes == CUPEL_UNKNOWN);
    assert_false(run->knows_denied);
    assert_null(again.tests[0].title);
    json_decref(json);
    cupel_result_clear(&again);
    cupel_result_clear(&result);
}

/* However the parts of CPU time were rounded, their sum is told as it was. */
static void cpu_time_is_what_it_was(void **state)
{
    static const uint64_t parts_ns[][2] = {{1400, 1400}, {1600, 1600}, {500, 499}, {0, 499},
                                           {0, 500},     {2499, 2501}, {1, 1},     {499, 1}};

    (void)state;
    for (size_t i = 0; i < COUNT(parts_ns); i++) {
        struct cupel_result result = sample_full();
        result.tests[0].run.user_ns = parts_ns[i][0];
        result.tests[0].run.system_ns = parts_ns[i][1];
        json_t *json = stored(&result);
        struct cupel_result again = read_back(json);
        assert_same(&result, &again, CUPEL_VIEW_STAFF);
        json_decref(json);
        cupel_result_clear(&again);
        cupel_result_clear(&result);
    }
}

static void errors_without_a_name_are_numbers(void **state)
{
    struct cupel_result result = sample_full();
    result.tests[0].run.denied.calls[1].error_number = 1000;
    json_t *json = stored(&result);
    struct cupel_result again = read_back(json);

    (void)state;
    assert_int_equal(again.tests[0].run.denied.calls[1].error_number, 1000);
    assert_same(&result, &again, CUPEL_VIEW_STAFF);
    json_decref(json);
    cupel_result_clear(&again);
    cupel_result_clear(&result);
}

/* Bytes that were cut in a character are told as U+FFFD, which takes more room. */
static void a_long_error_is_cut_at_a_character(void **state)
{
    struct cupel_result result = sample_platform_error();
    char *error = result.tests[0].run.error;
    memset(error, 'x', sizeof(result.tests[0].run.error) - 1);
    error[sizeof(result.tests[0].run.error) - 2] = (char)0xE2;
    json_t *json = document_of(&result);
    struct cupel_result again = read_back(json);

    (void)state;
    assert_int_equal(strlen(again.tests[0].run.error), sizeof(result.tests[0].run.error) - 2);
    json_decref(json);
    cupel_result_clear(&again);
    cupel_result_clear(&result);
}

static void keys_of_later_versions_are_skipped(void **state)
{
    struct cupel_result result = sample_full();
    json_t *json = document_of(&result);
    assert_int_equal(json_object_set_new(json, "later", json_integer(1)), 0);
    struct cupel_result again = read_back(json);

    (void)state;
    assert_same(&result, &again, CUPEL_VIEW_STAFF);
    json_decref(json);
    cupel_result_clear(&again);
    cupel_result_clear(&result);
}

/* What is at a path such as "tests/0/run"; the last part of it in *ret_last. */
static json_t *parent_at(json_t *json, const char *path, const char **ret_last)
{
    char part[64];

    for (const char *slash; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
        size_t len = (size_t)(slash - path);
        assert_in_range(len, 1, sizeof(part) - 1);
        memcpy(part, path, len);
        part[len] = '\0';
        json = json_is_array(json) ? json_array_get(json, (size_t)strtoul(part, NULL, 10))
                                   : json_object_get(json, part);
    }
    *ret_last = path;
    return json;
}

/* value: JSON; NULL: the key is left out. */
static void spoil(json_t *json, const char *path, const char *value)
{
    const char *last = NULL;
    json_t *parent = parent_at(json, path, &last);

    assert_non_null(parent);
    if (value == NULL) {
        assert_int_equal(json_object_del(parent, last), 0);
        return;
    }
    json_t *spoiled = json_loads(value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_non_null(spoiled);
    if (json_is_array(parent))
        assert_int_equal(json_array_set_new(parent, strtoul(last, NULL, 10), spoiled), 0);
    else
        assert_int_equal(json_object_set_new(parent, last, spoiled), 0);
}

static void check_spoiled(const char *path, const char *value, const char *expected)
{
    struct cupel_result result = sample_full();
    struct cupel_result untouched = {.wall_ns = 1};
    struct cupel_error err = {0};
    json_t *json = document_of(&result);

    spoil(json, path, value);
    assert_int_equal(cupel_render_read_result(json, &untouched, &err), -EPROTO);
    assert_string_equal(err.text, expected);
    assert_int_equal(err.code, -EPROTO);
    assert_int_equal(untouched.wall_ns, 1);
    json_decref(json);
    cupel_result_clear(&result);
}

static void a_wrong_key_is_named_with_its_place(void **state)
{
    static const struct {
        const char *path;
        const char *value;
        const char *expected;
    } cases[] = {
        {"schema", "\"cupel.run/1\"", "schema: expected cupel.result/1, found \"cupel.run/1\""},
        {"status", NULL, "key \"status\" is missing"},
        {"status", "\"done\"",
         "status: expected one of graded, rejected, grader_error, platform_error, found "
         "\"done\""},
        {"grader", "[]", "grader: expected an object, found a list"},
        {"grader/name", "3", "grader.name: expected a string or null, found 3"},
        {"grader/sha256", "\"CC\"",
         "grader.sha256: expected 64 hexadecimal digits or null, found \"CC\""},
        {"submission/files", "-1",
         "submission.files: expected a whole number of at least 0 or null, found -1"},
        {"submission/files", "1.5",
         "submission.files: expected a whole number of at least 0 or null, found 1.5"},
        {"submission/warnings", "null", "submission.warnings: expected a list, found null"},
        {"submission/warnings/0", "null",
         "submission.warnings[0]: expected a string, found null"},
        {"score", "null", "score: expected a number from 0 to 1e15, found null"},
        {"score", "-1", "score: expected a number from 0 to 1e15, found -1"},
        {"learner_score", "null",
         "learner_score: expected a number from 0 to 1e15, found null"},
        {"groups/0/withheld", "null", "groups[0].withheld: expected true or false, found null"},
        {"max_score", "1e16", "max_score: expected a number from 0 to 1e15, found 1e+16"},
        {"build", "{}", "build: expected a list, found an object"},
        {"build/0/id", "\"a\\u0000b\"", "build[0].id: expected text, found a NUL in it"},
        {"build/0/passed", "1", "build[0].passed: expected true or false, found 1"},
        {"tests/3", "7", "tests[3]: expected an object, found 7"},
        {"tests/3/title", NULL, "tests[3]: key \"title\" is missing"},
        {"tests/3/verdict", "\"won\"",
         "tests[3].verdict: expected one of passed, partial, failed, skipped, error, found "
         "\"won\""},
        {"tests/3/reason", "\"none\"",
         "tests[3].reason: expected one of wrong_output, wrong_exit_code, runtime_error, "
         "time_limit, cpu_limit, memory_limit, output_limit, process_limit, disk_limit, "
         "denied_syscall, … or null, found \"none\""},
        {"tests/3/separation", "null",
         "tests[3].separation: expected one of judge, in-process, found null"},
        {"tests/0/judge/run", "null", "tests[0].judge.run: expected an object, found null"},
        {"tests/0/run/status", "\"limit\"",
         "tests[0].run.exit_code: expected null, as the status is \"limit\""},
        {"tests/0/run/status", "\"sandbox_error\"",
         "tests[0].run.exit_code: expected null, as the status is \"sandbox_error\""},
        {"tests/0/run/exit_code", "256",
         "tests[0].run.exit_code: expected a whole number from 0 to 255, found 256"},
        {"tests/0/run/signal", "9",
         "tests[0].run.signal: expected null, as the status is \"exited\""},
        {"tests/0/run/limit", "\"memory\"",
         "tests[0].run.limit: expected null, as the status is \"exited\""},
        {"tests/0/run/wall_seconds", "1e10",
         "tests[0].run.wall_seconds: expected a number from 0 to 1e9 or null, found "
         "10000000000"},
        {"tests/0/run/cpu_seconds", "3",
         "tests[0].run.cpu_seconds: expected user_seconds and system_seconds together or "
         "null, found 3"},
        {"tests/0/run/denied_syscalls/0/action", "\"errno EFOO\"",
         "tests[0].run.denied_syscalls[0].action: expected \"kill\" or an error such as "
         "\"errno EPERM\", found \"errno EFOO\""},
        {"tests/0/run/denied_syscalls/0/arguments", "[]",
         "tests[0].run.denied_syscalls[0].arguments: expected a list of 6 arguments"},
        {"tests/0/run/denied_syscalls/0/arguments/1", "\"0x12345678901234567\"",
         "tests[0].run.denied_syscalls[0].arguments[1]: expected a number such as \"0x1f\", "
         "found \"0x12345678901234567\""},
        {"tests/0/run/denied_syscalls/2/count", "\"7\"",
         "tests[0].run.denied_syscalls[2].count: expected a whole number of at least 0, found "
         "\"7\""},
        {"tests/0/run/limits/cpus", "1024",
         "tests[0].run.limits.cpus: expected a number from 0 to 1023.999 or null, found "
         "1024"},
        {"tests/0/run/enforcement/memory", "\"none\"",
         "tests[0].run.enforcement.memory: expected one of cgroup, watchdog, rlimit, rusage or "
         "null, found \"none\""},
        {"tests/0/run/enforcement/cgroup", "\"docker\"",
         "tests[0].run.enforcement.cgroup: expected one of delegated, scope, path, found "
         "\"docker\""},
        {"tests/0/run/enforcement/capabilities", "\"all\"",
         "tests[0].run.enforcement.capabilities: expected \"none\" or null, found \"all\""},
        {"tests/0/run/enforcement/policy",
         "\"0123456789012345678901234567890123456789012345678901234567890123\"",
         "tests[0].run.enforcement.policy: expected at most 63 bytes, found 64"},
        {"harnesses/1/undeclared/0/id", "null",
         "harnesses[1].undeclared[0].id: expected a string, found null"},
        {"groups/0/tests/1", "2", "groups[0].tests[1]: expected a string, found 2"},
        {"penalties/1/points", "\"7\"",
         "penalties[1].points: expected a number from 0 to 1e15, found \"7\""},
        {"leaderboard/0/order", "\"up\"",
         "leaderboard[0].order: expected one of asc, desc, found \"up\""},
        {"started_at", "\"2026-02-30T00:00:00Z\"",
         "started_at: expected an instant such as \"2026-01-01T00:00:00Z\", found "
         "\"2026-02-30T00:00:00Z\""},
        {"wall_seconds", "null", "wall_seconds: expected a number from 0 to 1e9, found null"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check_spoiled(cases[i].path, cases[i].value, cases[i].expected);
}

static void what_is_no_document_at_all_is_refused(void **state)
{
    struct cupel_result result = {0};
    struct cupel_error err = {0};
    json_t *list = json_array();

    (void)state;
    assert_int_equal(cupel_render_read_result(NULL, &result, &err), -EPROTO);
    assert_string_equal(err.text, "expected an object, found nothing");
    assert_int_equal(cupel_render_read_result(list, &result, &err), -EPROTO);
    assert_string_equal(err.text, "expected an object, found a list");
    json_decref(list);
}

static void what_learners_see_is_no_document_for_staff(void **state)
{
    struct cupel_result result = sample_graded();
    struct cupel_result again = {0};
    struct cupel_error err = {0};
    json_t *json = cupel_render_result(&result, CUPEL_VIEW_LEARNER);

    (void)state;
    assert_int_equal(cupel_render_read_result(json, &again, &err), -EPROTO);
    assert_string_equal(err.text, "tests[2]: key \"title\" is missing");
    json_decref(json);
    cupel_result_clear(&result);
}

static void lists_have_an_end(void **state)
{
    struct cupel_result result = sample_full();
    struct cupel_result again = {0};
    struct cupel_error err = {0};
    json_t *json = document_of(&result);
    json_t *tests = json_object_get(json, "tests");
    json_t *calls =
        json_object_get(json_object_get(json_array_get(tests, 0), "run"), "denied_syscalls");

    (void)state;
    for (int i = 0; i < 31; i++)
        assert_int_equal(json_array_insert(calls, 0, json_array_get(calls, 0)), 0);
    assert_int_equal(cupel_render_read_result(json, &again, &err), -EPROTO);
    assert_string_equal(err.text,
                        "tests[0].run.denied_syscalls: expected at most 32 calls, found 33");
    for (int i = 0; i < 100000; i++)
        assert_int_equal(json_array_append_new(tests, json_null()), 0);
    assert_int_equal(cupel_render_read_result(json, &again, &err), -EPROTO);
    assert_string_equal(err.text, "tests: expected at most 100000 items, found 100004");
    json_decref(json);
    cupel_result_clear(&result);
}

static size_t allocations_left = SIZE_MAX;

static bool has_memory(void)
{
    if (allocations_left == 0)
        return false;
    allocations_left--;
    return true;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

void *__wrap_calloc(size_t count, size_t size)
{
    return has_memory() ? __real_calloc(count, size) : NULL;
}

char *__wrap_strdup(const char *text)
{
    return has_memory() ? __real_strdup(text) : NULL;
}

static void *scarce_malloc(size_t size)
{
    return has_memory() ? malloc(size) : NULL;
}

/* Whichever allocation fails, nothing leaks. */
static void want_of_memory_is_told(void **state)
{
    struct cupel_result result = sample_full();
    json_t *json = document_of(&result);
    struct cupel_result again = {0};
    struct cupel_error err = {0};
    int r = -ENOMEM;
    size_t allowed = 0;

    (void)state;
    json_set_alloc_funcs(scarce_malloc, free);
    for (; r == -ENOMEM && allowed < 10000; allowed++) {
        allocations_left = allowed;
        r = cupel_render_read_result(json, &again, &err);
    }
    allocations_left = SIZE_MAX;
    json_set_alloc_funcs(malloc, free);
    assert_int_equal(r, 0);
    assert_in_range(allowed, 50, 9999);
    assert_same(&result, &again, CUPEL_VIEW_STAFF);
    cupel_result_clear(&again);
    json_decref(json);
    cupel_result_clear(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_document_of_what_is_read_is_as_it_was),
        cmocka_unit_test(tests_of_groups_are_in_a_group),
        cmocka_unit_test(null_is_not_measured),
        cmocka_unit_test(cpu_time_is_what_it_was),
        cmocka_unit_test(errors_without_a_name_are_numbers),
        cmocka_unit_test(a_long_error_is_cut_at_a_character),
        cmocka_unit_test(keys_of_later_versions_are_skipped),
        cmocka_unit_test(a_wrong_key_is_named_with_its_place),
        cmocka_unit_test(what_is_no_document_at_all_is_refused),
        cmocka_unit_test(what_learners_see_is_no_document_for_staff),
        cmocka_unit_test(lists_have_an_end),
        cmocka_unit_test(want_of_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
