/* Results and runs that show everything their documents can hold. */
#ifndef RENDER_SAMPLES_H
#define RENDER_SAMPLES_H

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/result.h"

static char *copy(const char *text)
{
    char *copied = strdup(text);

    if (copied == NULL)
        abort();
    return copied;
}

static void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL)
        abort();
    return memory;
}

static void fill_sha256(char out[static CUPEL_SHA256_HEX_SIZE], char digit)
{
    memset(out, digit, CUPEL_SHA256_HEX_SIZE - 1);
    out[CUPEL_SHA256_HEX_SIZE - 1] = '\0';
}

static struct cupel_outcome sample_run(void)
{
    struct cupel_outcome run = {
        .status = CUPEL_RUN_EXITED,
        .wall_ns = 12345678,
        .user_ns = 6000000,
        .system_ns = 2000000,
        .memory_peak_bytes = 3 << 19,
        .processes_peak = CUPEL_UNKNOWN,
        .stdout_bytes = 3,
        .limits = {.wall_ns = 10000000000,
                   .cpu_ns = 2500000000,
                   .memory_bytes = 256 << 20,
                   .processes = 32,
                   .open_files = 64,
                   .cpus_milli = CUPEL_CPUS_ALL,
                   .file_size_bytes = 16 << 20,
                   .disk_bytes = 64 << 20,
                   .inodes = 4096,
                   .output_bytes = 1 << 20,
                   .stdout_bytes = 1 << 20,
                   .stderr_bytes = 1 << 20,
                   .stack_bytes = 8 << 20},
        .enforcement = {.memory = CUPEL_BY_WATCHDOG,
                        .processes = CUPEL_BY_RLIMIT,
                        .cpu = CUPEL_BY_RUSAGE,
                        .user_namespace = true,
                        .network = CUPEL_NETWORK_NONE,
                        .no_new_privs = true,
                        .no_capabilities = true,
                        .landlock_abi = 7},
    };

    fill_sha256(run.enforcement.seccomp_sha256, 'a');
    fill_sha256(run.enforcement.policy_sha256, 'b');
    strcpy(run.enforcement.policy, "native");
    return run;
}

/* Denied calls with and without a rule, and more than are listed. */
static inline void sample_denied(struct cupel_outcome *run)
{
    struct cupel_denied *denied = &run->denied;

    denied->calls = calloc(2, sizeof(*denied->calls));
    if (denied->calls == NULL)
        abort();
    denied->calls[0] = (struct cupel_denied_call){.name = copy("ptrace"),
                                                  .arguments = {16, UINT64_MAX},
                                                  .count = 1,
                                                  .killed = true,
                                                  .why = copy("no policy can allow it")};
    denied->calls[1] = (struct cupel_denied_call){.name = copy("call 900"),
                                                  .count = 3,
                                                  .error_number = ENOSYS,
                                                  .policy = copy("base"),
                                                  .file = copy("/policies/base.json"),
                                                  .line = 25,
                                                  .why = copy("no rule is about it")};
    denied->count = 2;
    denied->others = 7;
    run->knows_denied = true;
}

static struct cupel_outcome sample_limit_run(void)
{
    struct cupel_outcome run = sample_run();

    run.status = CUPEL_RUN_LIMIT;
    run.limit = CUPEL_LIMIT_CPU_TIME;
    run.signal = SIGKILL;
    run.wall_ns = 2600000000;
    run.user_ns = 2504000000;
    return run;
}

/* A sandbox that failed early: nothing is known. */
static struct cupel_outcome sample_error_run(void)
{
    struct cupel_outcome run = {
        .status = CUPEL_RUN_SANDBOX_ERROR,
        .limits = sample_run().limits,
        .wall_ns = CUPEL_UNKNOWN,
        .user_ns = CUPEL_UNKNOWN,
        .system_ns = CUPEL_UNKNOWN,
        .memory_peak_bytes = CUPEL_UNKNOWN,
        .processes_peak = CUPEL_UNKNOWN,
        .stdout_bytes = CUPEL_UNKNOWN,
        .stderr_bytes = CUPEL_UNKNOWN,
        .enforcement.network = CUPEL_NETWORK_LOOPBACK,
    };

    strcpy(run.error, "mount /proc: Operation not permitted");
    return run;
}

static struct cupel_test_result sample_test(const char *id, enum cupel_verdict verdict,
                                            double max_score)
{
    return (struct cupel_test_result){
        .id = copy(id),
        .verdict = verdict,
        .score = verdict == CUPEL_VERDICT_PASSED ? max_score : 0,
        .max_score = max_score,
        .ran = true,
        .output = copy(""),
        .run = sample_run(),
    };
}

static struct cupel_result sample_header(enum cupel_status status)
{
    struct cupel_result result = {
        .status = status,
        .grader_name = copy("fibonacci"),
        .grader_version = copy("1"),
        .submission_files = 1,
        .submission_bytes = 312,
        .max_score = 60,
        .learner_max_score = 60,
        .started_at = {.tv_sec = 1767225600, .tv_nsec = 999999999},
        .wall_ns = 2700000000,
    };

    fill_sha256(result.grader_sha256, 'c');
    fill_sha256(result.submission_sha256, 'd');
    return result;
}

static void sample_tests(struct cupel_result *result)
{
    struct cupel_test_result *tests = zeroed(4, sizeof(*tests));

    tests[0] = sample_test("small", CUPEL_VERDICT_PASSED, 10);
    tests[0].title = copy("Small numbers");
    tests[0].in_group = true;
    tests[1] = sample_test("large", CUPEL_VERDICT_FAILED, 20);
    tests[1].reason = CUPEL_REASON_CPU_LIMIT;
    tests[1].run = sample_limit_run();
    tests[1].in_group = true;
    tests[1].message = copy("stopped at 2.50 s of CPU time; the limit is 2.50 s");
    tests[2] = sample_test("secret", CUPEL_VERDICT_FAILED, 20);
    tests[2].title = copy("The TITLE that tells");
    tests[2].reason = CUPEL_REASON_WRONG_OUTPUT;
    tests[2].visibility = CUPEL_HIDDEN;
    free(tests[2].output);
    tests[2].output = copy("The OUTPUT that tells\n");
    tests[2].message = copy("line 1: expected \"the ANSWER\", found \"\"");
    tests[2].difference = copy("expected:\n  > 1 | \"the ANSWER\"\nfound:\n  > 1 | \"\"\n");
    tests[3] = sample_test("late", CUPEL_VERDICT_PARTIAL, 10);
    tests[3].visibility = CUPEL_AFTER_DUE_DATE;
    tests[3].score = 3.333333;
    tests[3].bonus = true;
    result->tests = tests;
    result->test_count = 4;
}

/* A judge's cell: a failed step in it, a checker's run, and two harnesses, of which one must
 * not be heard by learners. */
static void sample_judges(struct cupel_result *result)
{
    result->judge_builds = zeroed(1, sizeof(*result->judge_builds));
    result->judge_build_count = 1;
    result->judge_builds[0] = (struct cupel_build_result){
        .id = copy("checker"),
        .ran = true,
        .output = copy("a COMPILER that tells\n"),
        .message = copy("exited with status 1"),
        .run = sample_run(),
    };
    result->tests[0].judge_ran = true;
    result->tests[0].judge_output = copy("a CHECKER that tells\n");
    result->tests[0].judge_run = sample_run();
    result->tests[1].harness = copy("units");
    result->tests[1].in_process = true;
    result->harnesses = zeroed(2, sizeof(*result->harnesses));
    result->harness_count = 2;
    result->harnesses[0] = (struct cupel_harness_result){
        .id = copy("units"),
        .in_process = true,
        .ran = true,
        .output = copy("Traceback\n"),
        .message = copy("the harness units: it wrote no report"),
        .run = sample_run(),
    };
    result->harnesses[1] = (struct cupel_harness_result){
        .id = copy("more"),
        .ran = true,
        .withheld = true,
        .output = copy("a HARNESS that tells\n"),
        .message = copy("a MESSAGE that tells"),
        .run = sample_run(),
        .undeclared = zeroed(1, sizeof(struct cupel_undeclared_test)),
        .undeclared_count = 1,
    };
    result->harnesses[1].undeclared[0] =
        (struct cupel_undeclared_test){copy("an undeclared one"), CUPEL_VERDICT_FAILED};
}

static char **sample_ids(const char *first, const char *second)
{
    char **ids = zeroed(3, sizeof(char *));

    ids[0] = copy(first);
    ids[1] = copy(second);
    return ids;
}

static void sample_penalties(struct cupel_result *result)
{
    result->penalties = zeroed(2, sizeof(*result->penalties));
    result->penalty_count = 2;
    result->penalties[0] = (struct cupel_penalty_result){.id = copy("style"),
                                                         .amount = 2,
                                                         .points = 2,
                                                         .learner_points = 1,
                                                         .tests = sample_ids("small", "large")};
    result->penalties[1] = (struct cupel_penalty_result){
        .id = copy("forbidden"),
        .amount = 7.25,
        .points = 7.25,
        .withheld = true,
        .tests = sample_ids("small", "secret"),
    };
}

static void sample_leaderboard(struct cupel_result *result)
{
    result->leaderboard = zeroed(3, sizeof(*result->leaderboard));
    result->leaderboard_count = 3;
    result->leaderboard[0] =
        (struct cupel_leaderboard_entry){.name = copy("Time"), .value = 0.008};
    result->leaderboard[1] = (struct cupel_leaderboard_entry){
        .name = copy("Points"), .value = NAN, .descending = true};
    result->leaderboard[2] = (struct cupel_leaderboard_entry){
        .name = copy("The RANK that tells"), .value = 1.25, .withheld = true};
}

static struct cupel_result sample_graded(void)
{
    struct cupel_result result = sample_header(CUPEL_STATUS_GRADED);

    result.score = 1.333333;
    result.max_score = 50;
    result.learner_max_score = 30;
    result.warnings = zeroed(2, sizeof(char *));
    result.warnings[0] = copy("run.sh: the first line ends in CR");
    result.builds = zeroed(1, sizeof(*result.builds));
    result.build_count = 1;
    result.builds[0] = (struct cupel_build_result){.id = copy("compile"),
                                                   .passed = true,
                                                   .ran = true,
                                                   .output = copy("a warning\n"),
                                                   .run = sample_run()};
    sample_tests(&result);
    result.groups = zeroed(2, sizeof(*result.groups));
    result.group_count = 2;
    result.groups[0] = (struct cupel_group_result){.id = copy("basic"),
                                                   .title = copy("The basics"),
                                                   .max_score = 30,
                                                   .tests = sample_ids("small", "large")};
    result.groups[1] = (struct cupel_group_result){.id = copy("extra"),
                                                   .title = copy("The GROUP that tells"),
                                                   .score = 4.75,
                                                   .max_score = 5,
                                                   .bonus = true,
                                                   .withheld = true,
                                                   .tests = sample_ids("large", "secret")};
    sample_penalties(&result);
    sample_leaderboard(&result);
    return result;
}

static inline struct cupel_result sample_judged(void)
{
    struct cupel_result result = sample_graded();

    sample_judges(&result);
    return result;
}

static inline struct cupel_result sample_not_built(void)
{
    struct cupel_result result = sample_header(CUPEL_STATUS_GRADED);

    result.builds = zeroed(2, sizeof(*result.builds));
    result.build_count = 2;
    result.builds[0].id = copy("compile");
    result.builds[0].ran = true;
    result.builds[0].run = sample_run();
    result.builds[0].run.exit_code = 1;
    result.builds[0].run.enforcement.landlock_abi = 0;
    result.builds[0].run.enforcement.memory = CUPEL_BY_NONE;
    result.builds[0].message = copy("exited with 1");
    result.builds[0].output = copy("fib.c:3:5: error: expected \u2018;\u2019\n    3 | int x\n");
    result.builds[1].id = copy("link");
    result.tests = zeroed(1, sizeof(*result.tests));
    result.test_count = 1;
    result.tests[0] = sample_test("small", CUPEL_VERDICT_SKIPPED, 60);
    result.tests[0].reason = CUPEL_REASON_BUILD_FAILED;
    result.tests[0].ran = false;
    return result;
}

static inline struct cupel_result sample_rejected(void)
{
    struct cupel_result result = sample_header(CUPEL_STATUS_REJECTED);

    result.submission_sha256[0] = '\0';
    result.submission_files = CUPEL_UNKNOWN;
    result.submission_bytes = CUPEL_UNKNOWN;
    result.message = copy("../etc/passwd: leaves the submission's folder");
    return result;
}

static inline struct cupel_result sample_platform_error(void)
{
    struct cupel_result result = sample_header(CUPEL_STATUS_PLATFORM_ERROR);

    result.message = copy("the sandbox failed: mount /proc: Operation not permitted");
    result.tests = zeroed(1, sizeof(*result.tests));
    result.test_count = 1;
    result.tests[0] = sample_test("small", CUPEL_VERDICT_ERROR, 60);
    result.tests[0].run = sample_error_run();
    result.tests[0].message = copy("mount /proc: Operation not permitted");
    return result;
}

#endif
