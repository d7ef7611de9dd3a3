#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define S            1000000000ULL
#define MIB          (1ULL << 20)

static const struct cupel_limits limits = {
    .wall_ns = 10 * S,
    .cpu_ns = S,
    .memory_bytes = 256 * MIB,
    .processes = 32,
    .open_files = 64,
    .file_size_bytes = 16 * MIB,
    .disk_bytes = 64 * MIB,
    .inodes = 4096,
    .output_bytes = MIB,
    .stdout_bytes = MIB,
    .stderr_bytes = 64 << 10,
    .stack_bytes = 8 * MIB,
};

/* A run that exited with 0, changed by each test as needed. */
static struct cupel_outcome outcome(void)
{
    struct cupel_outcome run = {
        .status = CUPEL_RUN_EXITED,
        .wall_ns = 10030000000,
        .user_ns = 1003000000,
        .system_ns = 1000000,
        .memory_peak_bytes = 257 * MIB,
        .processes_peak = 1,
        .stdout_bytes = 3,
        .limits = limits,
    };

    strcpy(run.enforcement.policy, "native");
    return run;
}

static void limits_are_explained_with_figures(void **state)
{
    static const struct {
        enum cupel_limit limit;
        enum cupel_reason reason;
        const char *message;
    } cases[] = {
        {CUPEL_LIMIT_WALL_TIME, CUPEL_REASON_TIME_LIMIT, "ran for 10.03 s; the limit is 10 s"},
        {CUPEL_LIMIT_CPU_TIME, CUPEL_REASON_CPU_LIMIT,
         "stopped at 1.00 s of CPU time; the limit is 1 s"},
        {CUPEL_LIMIT_MEMORY, CUPEL_REASON_MEMORY_LIMIT,
         "used 257 MiB of memory; the limit is 256 MiB"},
        {CUPEL_LIMIT_PROCESSES, CUPEL_REASON_PROCESS_LIMIT,
         "had 32 processes or threads and started another; the limit is 32"},
        {CUPEL_LIMIT_OUTPUT, CUPEL_REASON_OUTPUT_LIMIT,
         "wrote more than 1 MiB of output; the limit is 1 MiB"},
        {CUPEL_LIMIT_DISK, CUPEL_REASON_DISK_LIMIT,
         "filled its disk; the limit is 64 MiB in 4096 files"},
        {CUPEL_LIMIT_FILE_SIZE, CUPEL_REASON_DISK_LIMIT,
         "wrote too large a file; the limit is 16 MiB"},
        {CUPEL_LIMIT_OPEN_FILES, CUPEL_REASON_DISK_LIMIT,
         "opened too many files at a time; the limit is 64"},
    };
    static const struct cupel_expectation any = {.any_exit_code = true};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_test_result test = {.max_score = 10, .run = outcome()};
        test.run.status = CUPEL_RUN_LIMIT;
        test.run.limit = cases[i].limit;
        if (cases[i].limit == CUPEL_LIMIT_PROCESSES)
            test.run.processes_peak = 32;
        assert_int_equal(cupel_score_test(&test, &any, true, NULL), 0);
        assert_int_equal(test.verdict, CUPEL_VERDICT_FAILED);
        assert_string_equal(cupel_reason_names[test.reason],
                            cupel_reason_names[cases[i].reason]);
        assert_string_equal(test.message, cases[i].message);
        assert_true(test.score == 0);
        free(test.message);
        free(test.difference);
    }
}

static void explain_says_how_a_run_ended(void **state)
{
    static const struct {
        enum cupel_run_status status;
        int signal;
        int exec_errno;
        const char *policy;
        const char *error;
        const char *message;
    } cases[] = {
        {CUPEL_RUN_EXITED, 0, 0, "", "", NULL},
        {CUPEL_RUN_EXITED, 0, ENOENT, "", "",
         "could not be executed: No such file or directory"},
        {CUPEL_RUN_EXITED, 0, EACCES, "", "", "could not be executed: Permission denied"},
        {CUPEL_RUN_EXITED, 0, 9999, "", "", "could not be executed: error 9999"},
        {CUPEL_RUN_SIGNALED, SIGSEGV, 0, "", "", "died of signal SIGSEGV (segmentation fault)"},
        {CUPEL_RUN_SIGNALED, SIGABRT, 0, "", "", "died of signal SIGABRT (aborted)"},
        {CUPEL_RUN_SIGNALED, SIGIO, 0, "", "", "died of signal SIGPOLL (I/O possible)"},
        {CUPEL_RUN_SIGNALED, SIGXCPU, 0, "", "",
         "died of signal SIGXCPU (CPU time limit exceeded)"},
        {CUPEL_RUN_SIGNALED, 40, 0, "", "", "died of signal 40"},
        {CUPEL_RUN_SIGNALED, SIGSYS, 0, "native", "",
         "stopped: it made a system call that policy native denies"},
        {CUPEL_RUN_SIGNALED, SIGSYS, 0, "", "",
         "stopped: it made a system call that its policy denies"},
        {CUPEL_RUN_SANDBOX_ERROR, 0, 0, "", "mount /proc: Operation not permitted",
         "mount /proc: Operation not permitted"},
        {CUPEL_RUN_SANDBOX_ERROR, 0, 0, "", "odd \x1b[2J\xff", "odd \\x1b[2J\xEF\xBF\xBD"},
        {CUPEL_RUN_SANDBOX_ERROR, 0, 0, "", "", "the sandbox failed"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_outcome run = outcome();
        CUPEL_AUTO_FREE char *text = NULL;
        run.status = cases[i].status;
        run.signal = cases[i].signal;
        run.exec_errno = cases[i].exec_errno;
        strcpy(run.enforcement.policy, cases[i].policy);
        strcpy(run.error, cases[i].error);
        assert_int_equal(cupel_score_explain(&run, &text), 0);
        if (cases[i].message == NULL)
            assert_null(text);
        else
            assert_string_equal(text, cases[i].message);
    }
}

static void memory_is_explained_when_the_peak_does_not_show_it(void **state)
{
    static const struct {
        uint64_t peak_bytes;
        const char *message;
    } cases[] = {
        {CUPEL_UNKNOWN, "ran out of memory; the limit is 256 MiB"},
        {256 * MIB, "ran out of memory at 256 MiB; the limit is 256 MiB"},
        {255 * MIB, "ran out of memory at 255 MiB; the limit is 256 MiB"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_outcome run = outcome();
        CUPEL_AUTO_FREE char *text = NULL;
        run.status = CUPEL_RUN_LIMIT;
        run.limit = CUPEL_LIMIT_MEMORY;
        run.memory_peak_bytes = cases[i].peak_bytes;
        assert_int_equal(cupel_score_explain(&run, &text), 0);
        assert_string_equal(text, cases[i].message);
    }
}

static void processes_are_explained_without_a_figure(void **state)
{
    struct cupel_outcome run = outcome();
    CUPEL_AUTO_FREE char *text = NULL;

    (void)state;
    run.status = CUPEL_RUN_LIMIT;
    run.limit = CUPEL_LIMIT_PROCESSES;
    run.processes_peak = CUPEL_UNKNOWN;
    assert_int_equal(cupel_score_explain(&run, &text), 0);
    assert_string_equal(text, "started too many processes or threads; the limit is 32");
}

static void output_names_the_stream_whose_own_limit_ended_it(void **state)
{
    struct cupel_outcome run = outcome();
    CUPEL_AUTO_FREE char *stderr_text = NULL;
    CUPEL_AUTO_FREE char *stdout_text = NULL;

    (void)state;
    run.status = CUPEL_RUN_LIMIT;
    run.limit = CUPEL_LIMIT_OUTPUT;
    run.stderr_bytes = 64 << 10;
    assert_int_equal(cupel_score_explain(&run, &stderr_text), 0);
    assert_string_equal(stderr_text,
                        "wrote more than 64 KiB to standard error; the limit is 64 KiB");
    run.limits.stdout_bytes = 2;
    assert_int_equal(cupel_score_explain(&run, &stdout_text), 0);
    assert_string_equal(stdout_text,
                        "wrote more than 2 B to standard output; the limit is 2 B");
}

/* Each row holds everything that is wrong further down as well: the first counts. */
static void reasons_come_in_their_order(void **state)
{
    static const struct cupel_expectation strict = {.exit_code = 0, .checks_stdout = true};
    static const struct {
        enum cupel_run_status status;
        int exec_errno;
        int signal;
        int exit_code;
        enum cupel_verdict verdict;
        enum cupel_reason reason;
    } cases[] = {
        {CUPEL_RUN_SANDBOX_ERROR, ENOENT, SIGSYS, 3, CUPEL_VERDICT_ERROR, CUPEL_REASON_NONE},
        {CUPEL_RUN_LIMIT, ENOENT, SIGKILL, 3, CUPEL_VERDICT_FAILED, CUPEL_REASON_CPU_LIMIT},
        {CUPEL_RUN_SIGNALED, 0, SIGSYS, 3, CUPEL_VERDICT_FAILED, CUPEL_REASON_DENIED_SYSCALL},
        {CUPEL_RUN_SIGNALED, 0, SIGSEGV, 3, CUPEL_VERDICT_FAILED, CUPEL_REASON_RUNTIME_ERROR},
        {CUPEL_RUN_EXITED, ENOENT, 0, 127, CUPEL_VERDICT_FAILED, CUPEL_REASON_RUNTIME_ERROR},
        {CUPEL_RUN_EXITED, 0, 0, 3, CUPEL_VERDICT_FAILED, CUPEL_REASON_WRONG_EXIT_CODE},
        {CUPEL_RUN_EXITED, 0, 0, 0, CUPEL_VERDICT_FAILED, CUPEL_REASON_WRONG_OUTPUT},
    };
    struct cupel_difference difference = {.line = 1};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_test_result test = {.max_score = 10, .score = 10, .run = outcome()};
        test.run.status = cases[i].status;
        test.run.exec_errno = cases[i].exec_errno;
        test.run.signal = cases[i].signal;
        test.run.exit_code = cases[i].exit_code;
        test.run.limit = CUPEL_LIMIT_CPU_TIME;
        assert_int_equal(cupel_score_test(&test, &strict, false, &difference), 0);
        if (test.verdict != cases[i].verdict || test.reason != cases[i].reason)
            fail_msg("case %zu: %s, %s", i, cupel_verdict_names[test.verdict],
                     cupel_reason_names[test.reason]);
        assert_non_null(test.message);
        assert_true(test.score == 0);
        free(test.message);
        free(test.difference);
    }
}

static void expectations_follow_the_table(void **state)
{
    static const struct {
        struct cupel_expectation expectation;
        int exit_code;
        bool equal;
        const char *message; /* NULL: passed */
    } cases[] = {
        {{false, 0, true}, 0, true, NULL},
        {{false, 0, false}, 0, false, NULL},
        {{false, 3, true}, 3, true, NULL},
        {{true, 0, true}, 3, true, NULL},
        {{true, 0, false}, 255, false, NULL},
        {{false, 0, true}, 3, true, "exited with 3; 0 was expected"},
        {{false, 3, true}, 0, true, "exited with 0; 3 was expected"},
        {{false, 0, true}, 3, false, "exited with 3; 0 was expected"},
        {{true, 0, true}, 3, false, "line 1: expected \"\", found \"\""},
    };
    struct cupel_difference difference = {.line = 1};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool passes = cases[i].message == NULL;
        struct cupel_test_result test = {.max_score = 2.5, .run = outcome()};
        test.run.exit_code = cases[i].exit_code;
        assert_int_equal(
            cupel_score_test(&test, &cases[i].expectation, cases[i].equal, &difference), 0);
        assert_int_equal(test.verdict, passes ? CUPEL_VERDICT_PASSED : CUPEL_VERDICT_FAILED);
        assert_true(test.score == (passes ? 2.5 : 0));
        if (passes)
            assert_null(test.message);
        else
            assert_string_equal(test.message, cases[i].message);
        free(test.message);
        free(test.difference);
    }
}

/* Compare, judge, and return the sentence. */
static char *sentence(enum cupel_compare_kind kind, const char *expected, const char *actual,
                      size_t len)
{
    static const struct cupel_expectation any = {.any_exit_code = true, .checks_stdout = true};
    struct cupel_test_result test = {.max_score = 1, .run = outcome()};
    struct cupel_compare *compare;
    struct cupel_difference difference;

    test.run.stdout_bytes = len;
    assert_int_equal(cupel_compare_new(kind, (struct cupel_tolerance){0, 0}, expected,
                                       strlen(expected), &compare),
                     0);
    cupel_compare_feed(compare, actual, len);
    assert_false(cupel_compare_finish(compare, &difference));
    cupel_compare_free(compare);
    assert_int_equal(cupel_score_test(&test, &any, false, &difference), 0);
    free(test.difference);
    return test.message;
}

static void differences_are_told_in_a_sentence(void **state)
{
    static const struct {
        enum cupel_compare_kind kind;
        const char *expected;
        const char *actual;
        const char *message;
    } cases[] = {
        {CUPEL_COMPARE_LINES, "1\n55\n", "1\n54\n", "line 2: expected \"55\", found \"54\""},
        {CUPEL_COMPARE_LINES, "a\nb\nc\n", "a\nb\n",
         "the output ended at line 3; more was expected: \"c\""},
        {CUPEL_COMPARE_LINES, "a\nb\nc\n", "a\nb\nc\n4\n",
         "the output goes on at line 4 where nothing more was expected: \"4\""},
        {CUPEL_COMPARE_LINES, "55\n", "",
         "nothing was written to standard output; \"55\" was expected"},
        {CUPEL_COMPARE_EXACT, "a\n", "a",
         "line 1: expected \"a\\n\", found \"a\"; the line feed at the end of the output is "
         "missing"},
        {CUPEL_COMPARE_EXACT, "a", "a\n",
         "line 1: expected \"a\", found \"a\\n\"; no line feed was expected there"},
        {CUPEL_COMPARE_EXACT, "a\nb", "a\r\nb", "line 1: expected \"a\\n\", found \"a\\r\\n\""},
        {CUPEL_COMPARE_EXACT, "a\n", "a \t\r\n",
         "line 1: expected \"a\\n\", found \"a \\t\\r\\n\""},
        {CUPEL_COMPARE_LINES, "say \"a\\n\"", "say \"a\n\"",
         "line 1: expected \"say \\\"a\\\\n\\\"\", found \"say \\\"a\""},
        {CUPEL_COMPARE_LINES, "caf\u00e9", "caf\xe9",
         "line 1: expected \"caf\u00e9\", found \"caf\\xe9\""},
        {CUPEL_COMPARE_LINES, "55", "\uFEFF55",
         "line 1: expected \"55\", found \"\\u{FEFF}55\""},
        {CUPEL_COMPARE_LINES, "1 2", "1\u00A02",
         "line 1: expected \"1 2\", found \"1\\u{A0}2\""},
        {CUPEL_COMPARE_LINES, "x", "\x1b]0;owned\a\u202Ex",
         "line 1: expected \"x\", found \"\\x1b]0;owned\\x07\\u{202E}x\""},
        {CUPEL_COMPARE_TOKENS, "1 2 3", "1 2",
         "the output ended at line 1; more was expected: …\"3\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        CUPEL_AUTO_FREE char *message = sentence(cases[i].kind, cases[i].expected,
                                                 cases[i].actual, strlen(cases[i].actual));
        assert_string_equal(message, cases[i].message);
    }
}

static void nul_is_shown(void **state)
{
    CUPEL_AUTO_FREE char *message = sentence(CUPEL_COMPARE_LINES, "ab", "a\0b", 3);

    (void)state;
    assert_string_equal(message, "line 1: expected \"ab\", found \"a\\x00b\"");
}

static void a_long_line_is_shown_around_the_difference(void **state)
{
    char expected[301];
    char actual[301];

    (void)state;
    for (size_t i = 0; i < 300; i += 3) {
        memcpy(expected + i, "\u20AC", 3);
        memcpy(actual + i, "\u20AC", 3);
    }
    expected[300] = '\0';
    actual[300] = '\0';
    actual[150] = '5';
    actual[151] = '6';
    actual[152] = '7';
    CUPEL_AUTO_FREE char *message = sentence(CUPEL_COMPARE_TOKENS, expected, actual, 300);
    assert_string_equal(message,
                        "line 1, byte 151: expected "
                        "…\"€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€\"…, found "
                        "…\"€€€€€€€€€€567€€€€€€€€€€€€€€€€€€€€\"…");
}

static size_t count_names(const char *const *names)
{
    size_t n = 0;

    while (names[n] != NULL)
        n++;
    return n;
}

static void every_value_has_a_name(void **state)
{
    (void)state;
    assert_int_equal(count_names(cupel_compare_names), CUPEL_COMPARE_REGEX + 1);
    assert_int_equal(count_names(cupel_group_rule_names), CUPEL_GROUP_MIN + 1);
    assert_int_equal(count_names(cupel_status_names), CUPEL_STATUS_PLATFORM_ERROR + 1);
    assert_int_equal(count_names(cupel_verdict_names), CUPEL_VERDICT_ERROR + 1);
    assert_int_equal(count_names(cupel_reason_names), CUPEL_REASON_HARNESS_FAILED + 1);
    assert_int_equal(count_names(cupel_visibility_names), CUPEL_AFTER_PUBLISHED + 1);
    assert_int_equal(count_names(cupel_measure_names), CUPEL_MEASURE_MEMORY + 1);
    assert_string_equal(cupel_reason_names[CUPEL_REASON_NONE], "none");
}

static void clear_releases_everything_and_may_be_repeated(void **state)
{
    struct cupel_result result = {
        .message = strdup("m"),
        .grader_name = strdup("n"),
        .grader_version = strdup("1"),
        .warnings = calloc(2, sizeof(char *)),
        .builds = calloc(1, sizeof(struct cupel_build_result)),
        .build_count = 1,
        .tests = calloc(2, sizeof(struct cupel_test_result)),
        .test_count = 2,
        .groups = calloc(1, sizeof(struct cupel_group_result)),
        .group_count = 1,
        .penalties = calloc(1, sizeof(struct cupel_penalty_result)),
        .penalty_count = 1,
        .leaderboard = calloc(1, sizeof(struct cupel_leaderboard_entry)),
        .leaderboard_count = 1,
    };

    (void)state;
    result.warnings[0] = strdup("w");
    result.builds[0].output = strdup("o");
    result.tests[1].message = strdup("m");
    result.tests[1].difference = strdup("d");
    result.groups[0].tests = calloc(2, sizeof(char *));
    result.groups[0].tests[0] = strdup("t");
    result.penalties[0].tests = calloc(2, sizeof(char *));
    result.penalties[0].tests[0] = strdup("t");
    result.leaderboard[0].name = strdup("l");
    cupel_result_clear(&result); /* the leak checker looks on */
    assert_null(result.tests);
    assert_int_equal(result.test_count, 0);
    cupel_result_clear(&result);
}

static void a_denied_call_is_named(void **state)
{
    struct cupel_denied_call calls[] = {
        {.name = (char[]){"socket"}, .count = 2, .error_number = EPERM},
        {.name = (char[]){"ptrace"}, .count = 1, .killed = true, .why = (char[]){"it spies"}},
    };
    struct cupel_test_result test = {.run = outcome(), .max_score = 3};
    struct cupel_expectation expectation = {.exit_code = 0};
    struct cupel_outcome *run = &test.run;
    char *text = NULL;

    (void)state;
    strcpy(run->enforcement.policy, "native");
    run->status = CUPEL_RUN_SIGNALED;
    run->signal = SIGSYS;
    run->knows_denied = true;
    run->denied = (struct cupel_denied){.calls = calls, .count = 2, .fatal = &calls[1]};
    assert_int_equal(cupel_score_explain(run, &text), 0);
    assert_string_equal(text, "stopped: called ptrace, which policy native denies: it spies");
    free(text);
    run->denied.fatal = NULL;
    assert_int_equal(cupel_score_explain(run, &text), 0);
    assert_string_equal(text,
                        "stopped: it made a system call by the entry of another "
                        "architecture, which every policy denies, or raised SIGSYS itself");
    free(text);
    run->status = CUPEL_RUN_EXITED;
    run->exit_code = 159;
    assert_int_equal(cupel_score_test(&test, &expectation, true, NULL), 0);
    assert_int_equal(test.reason, CUPEL_REASON_WRONG_EXIT_CODE);
    assert_string_equal(test.message,
                        "exited with 159; 0 was expected; one of its processes "
                        "called ptrace, which policy native denies: it spies");
    free(test.message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_denied_call_is_named),
        cmocka_unit_test(limits_are_explained_with_figures),
        cmocka_unit_test(explain_says_how_a_run_ended),
        cmocka_unit_test(memory_is_explained_when_the_peak_does_not_show_it),
        cmocka_unit_test(processes_are_explained_without_a_figure),
        cmocka_unit_test(output_names_the_stream_whose_own_limit_ended_it),
        cmocka_unit_test(reasons_come_in_their_order),
        cmocka_unit_test(expectations_follow_the_table),
        cmocka_unit_test(differences_are_told_in_a_sentence),
        cmocka_unit_test(nul_is_shown),
        cmocka_unit_test(a_long_line_is_shown_around_the_difference),
        cmocka_unit_test(every_value_has_a_name),
        cmocka_unit_test(clear_releases_everything_and_may_be_repeated),
    };
    return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
