#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/text.h"
#include "render/json.h"
#include "render_samples.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *result_json(const struct cupel_result *result, enum cupel_view view)
{
    json_t *json = cupel_render_result(result, view);

    assert_non_null(json);
    char *text = cupel_render_json_text(json);
    json_decref(json);
    assert_non_null(text);
    return text;
}

static void check_text(struct cupel_result result, enum cupel_view view, bool colour,
                       const char *expected)
{
    CUPEL_AUTO_FREE char *text = cupel_render_result_text(&result, view, colour);

    assert_non_null(text);
    assert_string_equal(text, expected);
    cupel_result_clear(&result);
}

/* The keys of an object in their order, joined by spaces. */
static void assert_keys(json_t *object, const char *expected)
{
    char keys[512] = "";
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (keys[0] != '\0')
            strcat(keys, " ");
        strcat(keys, key);
    }
    assert_string_equal(keys, expected);
}

static void run_has_the_keys_of_the_design_in_order(void **state)
{
    struct cupel_outcome run = sample_run();
    json_t *json = cupel_render_run(&run, CUPEL_VIEW_STAFF);

    (void)state;
    assert_keys(json,
                "schema status exit_code signal limit denied_syscalls wall_seconds "
                "cpu_seconds user_seconds system_seconds memory_peak_bytes "
                "processes_peak stdout_bytes stderr_bytes limits enforcement");
    assert_keys(json_object_get(json, "limits"),
                "wall_seconds cpu_seconds memory_bytes processes output_bytes disk_bytes "
                "file_size_bytes open_files cpus");
    assert_keys(
        json_object_get(json, "enforcement"),
        "memory processes cpu cpus cgroup user_namespace network no_new_privs capabilities "
        "landlock_abi seccomp_sha256 policy policy_sha256");
    json_decref(json);
}

static void result_has_the_keys_of_the_design_in_order(void **state)
{
    struct cupel_result result = sample_graded();
    json_t *json = cupel_render_result(&result, CUPEL_VIEW_STAFF);

    (void)state;
    assert_keys(json,
                "schema cupel status grader submission score max_score fraction "
                "learner_score learner_max_score message build judge_build tests harnesses "
                "groups penalties leaderboard started_at "
                "wall_seconds");
    assert_keys(json_object_get(json, "grader"), "name version sha256");
    assert_keys(json_object_get(json, "submission"), "sha256 files bytes warnings");
    assert_keys(json_array_get(json_object_get(json, "build"), 0),
                "id passed output message run");
    assert_keys(json_array_get(json_object_get(json, "tests"), 0),
                "id title verdict reason score max_score bonus visibility separation harness "
                "output message difference run judge");
    assert_keys(json_array_get(json_object_get(json, "groups"), 0),
                "id title score max_score bonus tests withheld");
    assert_keys(json_array_get(json_object_get(json, "penalties"), 0),
                "id points tests learner_points withheld");
    assert_keys(json_array_get(json_object_get(json, "leaderboard"), 0),
                "name value order withheld");
    json_decref(json);
    cupel_result_clear(&result);
}

static void ends_of_runs_follow_the_table(void **state)
{
    static const struct {
        enum cupel_run_status status;
        int exit_code;
        int signal;
        enum cupel_limit limit;
        const char *expected;
    } cases[] = {
        {CUPEL_RUN_EXITED, 3, 9, CUPEL_LIMIT_MEMORY, "[\"exited\", 3, null, null, null]"},
        {CUPEL_RUN_SIGNALED, 3, 11, CUPEL_LIMIT_MEMORY, "[\"signaled\", null, 11, null, null]"},
        {CUPEL_RUN_LIMIT, 3, 0, CUPEL_LIMIT_WALL_TIME,
         "[\"limit\", null, null, \"wall_time\", null]"},
        {CUPEL_RUN_LIMIT, 3, 25, CUPEL_LIMIT_FILE_SIZE,
         "[\"limit\", null, 25, \"file_size\", null]"},
        {CUPEL_RUN_SANDBOX_ERROR, 3, 9, CUPEL_LIMIT_MEMORY,
         "[\"sandbox_error\", null, null, null, \"why\"]"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_outcome run = sample_run();
        run.status = cases[i].status;
        run.exit_code = cases[i].exit_code;
        run.signal = cases[i].signal;
        run.limit = cases[i].limit;
        strcpy(run.error, "why");
        json_t *json = cupel_render_run(&run, CUPEL_VIEW_STAFF);
        json_t *end = json_pack(
            "[OOOOo]", json_object_get(json, "status"), json_object_get(json, "exit_code"),
            json_object_get(json, "signal"), json_object_get(json, "limit"),
            json_object_get(json, "error") != NULL ? json_incref(json_object_get(json, "error"))
                                                   : json_null());
        CUPEL_AUTO_FREE char *text = json_dumps(end, 0);
        assert_string_equal(text, cases[i].expected);
        json_decref(end);
        json_decref(json);
    }
}

static void what_is_unknown_is_null(void **state)
{
    static const char *const keys[] = {
        "wall_seconds",   "cpu_seconds",  "user_seconds", "system_seconds", "memory_peak_bytes",
        "processes_peak", "stdout_bytes", "stderr_bytes", "denied_syscalls"};
    static const char *const layers[] = {"memory",       "processes",    "cpu",
                                         "capabilities", "landlock_abi", "seccomp_sha256",
                                         "policy",       "policy_sha256"};
    struct cupel_outcome run = sample_error_run();
    json_t *json = cupel_render_run(&run, CUPEL_VIEW_STAFF);

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++)
        assert_true(json_is_null(json_object_get(json, keys[i])));
    for (size_t i = 0; i < COUNT(layers); i++)
        assert_true(
            json_is_null(json_object_get(json_object_get(json, "enforcement"), layers[i])));
    json_decref(json);
}

static void denied_calls_are_told_with_their_rule(void **state)
{
    static const char staff[] =
        "[{\"name\": \"ptrace\", \"count\": 1, \"arguments\": [\"0x10\", "
        "\"0xffffffffffffffff\", \"0x0\", \"0x0\", \"0x0\", \"0x0\"], \"action\": \"kill\", "
        "\"policy\": null, \"file\": null, \"line\": null, "
        "\"why\": \"no policy can allow it\"}, "
        "{\"name\": \"call 900\", \"count\": 3, \"arguments\": [\"0x0\", \"0x0\", \"0x0\", "
        "\"0x0\", \"0x0\", \"0x0\"], \"action\": \"errno ENOSYS\", \"policy\": \"base\", "
        "\"file\": \"/policies/base.json\", \"line\": 25, \"why\": \"no rule is about it\"}, "
        "{\"name\": null, \"count\": 7}]";
    static const char learner[] =
        "[{\"name\": \"ptrace\", \"count\": 1, \"action\": \"kill\", \"policy\": null, "
        "\"why\": \"no policy can allow it\"}, "
        "{\"name\": \"call 900\", \"count\": 3, \"action\": \"errno ENOSYS\", "
        "\"policy\": \"base\", \"why\": \"no rule is about it\"}, "
        "{\"name\": null, \"count\": 7}]";
    struct cupel_outcome run = sample_run();

    (void)state;
    sample_denied(&run);
    for (enum cupel_view view = CUPEL_VIEW_STAFF; view <= CUPEL_VIEW_LEARNER; view++) {
        json_t *json = cupel_render_run(&run, view);
        CUPEL_AUTO_FREE char *text = json_dumps(json_object_get(json, "denied_syscalls"), 0);
        assert_string_equal(text, view == CUPEL_VIEW_STAFF ? staff : learner);
        json_decref(json);
    }
    cupel_denied_clear(&run.denied);
}

static void no_denied_call_is_an_empty_list(void **state)
{
    struct cupel_outcome run = sample_run();

    (void)state;
    run.knows_denied = true;
    json_t *json = cupel_render_run(&run, CUPEL_VIEW_LEARNER);
    assert_true(json_is_array(json_object_get(json, "denied_syscalls")));
    assert_int_equal(json_array_size(json_object_get(json, "denied_syscalls")), 0);
    json_decref(json);
}

static void numbers_print_short(void **state)
{
    static const struct {
        double value;
        const char *expected;
    } cases[] = {
        {30, "[30]"},
        {0, "[0]"},
        {-0.0, "[0]"},
        {0.1, "[0.1]"},
        {33.333333, "[33.333333]"},
        {1e300, "[1e300]"},
        {NAN, "[null]"},
        {INFINITY, "[null]"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *json = json_pack("[o]", render_number(cases[i].value));
        CUPEL_AUTO_FREE char *text = json_dumps(json, JSON_REAL_PRECISION(15));
        assert_string_equal(text, cases[i].expected);
        json_decref(json);
    }
}

static void seconds_have_six_decimals_at_most(void **state)
{
    static const struct {
        uint64_t ns;
        const char *expected;
    } cases[] = {
        {0, "[0]"},
        {499, "[0]"},
        {500, "[1e-6]"},
        {12345678, "[0.012346]"},
        {1000000000, "[1]"},
        {86400123456789, "[86400.123457]"},
        {CUPEL_UNKNOWN, "[null]"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *json = json_pack("[o]", render_seconds(cases[i].ns));
        CUPEL_AUTO_FREE char *text = json_dumps(json, JSON_REAL_PRECISION(15));
        assert_string_equal(text, cases[i].expected);
        json_decref(json);
    }
}

static void text_ends_with_a_line_feed_and_is_indented(void **state)
{
    json_t *json = json_pack("{s:i, s:[f]}", "b", 1, "a", 0.1);
    CUPEL_AUTO_FREE char *text = cupel_render_json_text(json);

    (void)state;
    assert_string_equal(text, "{\n  \"b\": 1,\n  \"a\": [\n    0.1\n  ]\n}\n");
    assert_null(cupel_render_json_text(NULL));
    json_decref(json);
}

static void a_line_has_one_line_feed_at_its_end(void **state)
{
    json_t *json = json_pack("{s:s, s:[f]}", "b", "1\n2", "a", 0.1);
    CUPEL_AUTO_FREE char *text = cupel_render_json_line(json);

    (void)state;
    assert_string_equal(text, "{\"b\":\"1\\n2\",\"a\":[0.1]}\n");
    assert_null(cupel_render_json_line(NULL));
    json_decref(json);
}

static void scores_follow_the_status(void **state)
{
    static const struct {
        enum cupel_status status;
        double max_score;
        const char *expected;
    } cases[] = {
        {CUPEL_STATUS_GRADED, 60, "[30, 60, 0.5]"},
        {CUPEL_STATUS_GRADED, 0, "[30, 0, null]"},
        {CUPEL_STATUS_REJECTED, 60, "[30, 60, 0.5]"},
        {CUPEL_STATUS_GRADER_ERROR, 60, "[null, 60, null]"},
        {CUPEL_STATUS_PLATFORM_ERROR, 60, "[null, 60, null]"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_result result = {
            .status = cases[i].status, .score = 30, .max_score = cases[i].max_score};
        json_t *json = cupel_render_result(&result, CUPEL_VIEW_STAFF);
        json_t *figures =
            json_pack("[OOO]", json_object_get(json, "score"),
                      json_object_get(json, "max_score"), json_object_get(json, "fraction"));
        CUPEL_AUTO_FREE char *text = json_dumps(figures, JSON_REAL_PRECISION(15));
        assert_string_equal(text, cases[i].expected);
        json_decref(figures);
        json_decref(json);
    }
}

static void steps_that_did_not_run_have_no_run(void **state)
{
    struct cupel_result result = sample_not_built();
    json_t *json = cupel_render_result(&result, CUPEL_VIEW_STAFF);
    json_t *build = json_object_get(json, "build");
    json_t *test = json_array_get(json_object_get(json, "tests"), 0);

    (void)state;
    assert_true(json_is_object(json_object_get(json_array_get(build, 0), "run")));
    assert_true(json_is_null(json_object_get(json_array_get(build, 1), "run")));
    assert_true(json_is_null(json_object_get(test, "run")));
    json_decref(json);
    cupel_result_clear(&result);
}

static void a_rejected_submission_has_no_figures(void **state)
{
    struct cupel_result result = sample_rejected();
    json_t *json = cupel_render_result(&result, CUPEL_VIEW_LEARNER);
    CUPEL_AUTO_FREE char *text = json_dumps(json_object_get(json, "submission"), 0);

    (void)state;
    assert_string_equal(
        text, "{\"sha256\": null, \"files\": null, \"bytes\": null, \"warnings\": []}");
    json_decref(json);
    cupel_result_clear(&result);
}

static void the_instant_is_utc(void **state)
{
    struct cupel_result result = {.started_at = {.tv_sec = 1767225600}};
    json_t *json = cupel_render_result(&result, CUPEL_VIEW_STAFF);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(json, "started_at")),
                        "2026-01-01T00:00:00Z");
    json_decref(json);
}

/* What the staff's view holds of a hidden test must be missing in the learner's. */
static void learners_see_only_id_and_points_of_hidden_tests(void **state)
{
    static const char *const secrets[] = {"TITLE", "OUTPUT", "ANSWER", "wrong_output",
                                          "RANK",  "3.33",   "4.75",   "7.25"};
    struct cupel_result result = sample_graded();
    CUPEL_AUTO_FREE char *staff = result_json(&result, CUPEL_VIEW_STAFF);
    CUPEL_AUTO_FREE char *learner = result_json(&result, CUPEL_VIEW_LEARNER);
    CUPEL_AUTO_FREE char *staff_text =
        cupel_render_result_text(&result, CUPEL_VIEW_STAFF, false);
    CUPEL_AUTO_FREE char *learner_text =
        cupel_render_result_text(&result, CUPEL_VIEW_LEARNER, false);

    (void)state;
    for (size_t i = 0; i < COUNT(secrets); i++) {
        assert_non_null(strstr(staff, secrets[i]));
        assert_null(strstr(learner, secrets[i]));
        assert_null(strstr(learner_text, secrets[i]));
    }
    assert_non_null(strstr(staff_text, "ANSWER"));

    json_t *json = json_loads(learner, 0, NULL);
    json_t *tests = json_object_get(json, "tests");
    assert_int_equal(json_array_size(tests), 4);
    assert_keys(json_array_get(tests, 2), "id max_score bonus visibility");
    assert_keys(json_array_get(tests, 3), "id max_score bonus visibility");
    assert_true(json_number_value(json_object_get(json, "max_score")) == 30);
    assert_true(json_is_null(json_object_get(json, "wall_seconds")));
    json_decref(json);
    cupel_result_clear(&result);
}

/* The parts of a document that points make, on one line. */
static char *figures_of(const struct cupel_result *result, enum cupel_view view)
{
    static const char *const keys[] = {"score", "groups", "penalties", "leaderboard"};
    json_t *json = cupel_render_result(result, view);
    json_t *parts = json_array();

    for (size_t i = 0; i < COUNT(keys); i++)
        json_array_append(parts, json_object_get(json, keys[i]));
    char *text = json_dumps(parts, JSON_REAL_PRECISION(15));
    json_decref(parts);
    json_decref(json);
    return text;
}

static void figures_made_of_hidden_tests_are_withheld_from_learners(void **state)
{
    struct cupel_result result = sample_graded();
    CUPEL_AUTO_FREE char *staff = figures_of(&result, CUPEL_VIEW_STAFF);
    CUPEL_AUTO_FREE char *learner = figures_of(&result, CUPEL_VIEW_LEARNER);

    (void)state;
    assert_string_equal(
        staff,
        "[1.333333, [{\"id\": \"basic\", \"title\": \"The basics\", \"score\": 0, "
        "\"max_score\": 30, \"bonus\": false, "
        "\"tests\": [\"small\", \"large\"], \"withheld\": false}, "
        "{\"id\": \"extra\", \"title\": \"The GROUP that tells\", \"score\": 4.75, "
        "\"max_score\": 5, \"bonus\": true, \"tests\": "
        "[\"large\", \"secret\"], \"withheld\": true}], "
        "[{\"id\": \"style\", \"points\": 2, \"tests\": [\"small\", \"large\"], "
        "\"learner_points\": 1, \"withheld\": false}, "
        "{\"id\": \"forbidden\", \"points\": 7.25, \"tests\": [\"small\", \"secret\"], "
        "\"learner_points\": 0, \"withheld\": true}], "
        "[{\"name\": \"Time\", \"value\": 0.008, \"order\": \"asc\", "
        "\"withheld\": false}, "
        "{\"name\": \"Points\", \"value\": null, \"order\": \"desc\", "
        "\"withheld\": false}, "
        "{\"name\": \"The RANK that tells\", \"value\": 1.25, \"order\": \"asc\", "
        "\"withheld\": true}]]");
    assert_string_equal(
        learner,
        "[0, [{\"id\": \"basic\", \"title\": \"The basics\", \"score\": 0, \"max_score\": 30, "
        "\"bonus\": false, "
        "\"tests\": [\"small\", \"large\"], \"withheld\": false}, "
        "{\"id\": \"extra\", \"title\": null, \"score\": null, \"max_score\": 5, \"bonus\": "
        "true, \"tests\": "
        "[\"large\", \"secret\"], \"withheld\": true}], "
        "[{\"id\": \"style\", \"points\": 1, \"tests\": [\"small\", \"large\"], "
        "\"learner_points\": 1, \"withheld\": false}, "
        "{\"id\": \"forbidden\", \"points\": null, \"tests\": [\"small\", \"secret\"], "
        "\"learner_points\": 0, \"withheld\": true}], "
        "[{\"name\": \"Time\", \"value\": 0.008, \"order\": \"asc\", "
        "\"withheld\": false}, "
        "{\"name\": \"Points\", \"value\": null, \"order\": \"desc\", "
        "\"withheld\": false}]]");
    cupel_result_clear(&result);
}

static void a_leaderboard_without_a_score_has_no_figures(void **state)
{
    struct cupel_result result = sample_graded();

    (void)state;
    result.status = CUPEL_STATUS_GRADER_ERROR;
    CUPEL_AUTO_FREE char *text = figures_of(&result, CUPEL_VIEW_LEARNER);
    assert_non_null(strstr(text,
                           "{\"name\": \"Time\", \"value\": null, \"order\": \"asc\", "
                           "\"withheld\": false}"));
    cupel_result_clear(&result);
}

static void staff_see_verdicts_figures_messages_and_layers(void **state)
{
    (void)state;
    check_text(
        sample_graded(), CUPEL_VIEW_STAFF, false,
        "fibonacci 1: 1.333333 of 50 points (2.6%)\n"
        "warning: run.sh: the first line ends in CR\n"
        "\n"
        "  passed   build compile                                       12 ms    1.5 MiB\n"
        "  passed   small  Small numbers                    10 / 10     12 ms    1.5 MiB\n"
        "  failed   large                                    0 / 20     2.6 s    1.5 MiB\n"
        "           stopped at 2.50 s of CPU time; the limit is 2.50 s\n"
        "  failed   secret  The TITLE that tells             0 / 20     12 ms    1.5 MiB\n"
        "           line 1: expected \"the ANSWER\", found \"\"\n"
        "           expected:\n"
        "             > 1 | \"the ANSWER\"\n"
        "           found:\n"
        "             > 1 | \"\"\n"
        "           | The OUTPUT that tells\n"
        "  partial  late  (hidden)                   3.333333 / +10     12 ms    1.5 MiB\n"
        "  group    basic  The basics                        0 / 30\n"
        "  group    extra  The GROUP that tells           4.75 / +5\n"
        "  penalty  style                                        -2\n"
        "  penalty  forbidden                                 -7.25\n"
        "  leaderboard Time                                   0.008\n"
        "  leaderboard The RANK that tells                     1.25\n"
        "\n"
        "1.333333 of 50 points (2.6%); 1 passed, 1 partial, 2 failed; 2.7 s\n"
        "sandbox: user namespace, seccomp, Landlock ABI 7; memory by watchdog, processes\n"
        "         by rlimit, CPU by rusage\n");
}

static void learners_see_their_own(void **state)
{
    (void)state;
    check_text(
        sample_graded(), CUPEL_VIEW_LEARNER, false,
        "fibonacci 1: 0 of 30 points (0%)\n"
        "warning: run.sh: the first line ends in CR\n"
        "\n"
        "  passed   build compile                                       12 ms    1.5 MiB\n"
        "  passed   small  Small numbers                    10 / 10     12 ms    1.5 MiB\n"
        "  failed   large                                    0 / 20     2.6 s    1.5 MiB\n"
        "           stopped at 2.50 s of CPU time; the limit is 2.50 s\n"
        "  hidden   secret                                   ? / 20\n"
        "  hidden   late                                    ? / +10\n"
        "  group    basic  The basics                        0 / 30\n"
        "  group    extra                                    ? / +5\n"
        "  penalty  style                                        -1\n"
        "  leaderboard Time                                   0.008\n"
        "\n"
        "0 of 30 points (0%); 1 passed, 1 failed, 2 hidden\n");
}

static void a_build_that_failed_shows_the_compiler(void **state)
{
    (void)state;
    check_text(
        sample_not_built(), CUPEL_VIEW_STAFF, false,
        "fibonacci 1: 0 of 60 points (0%)\n"
        "\n"
        "  failed   build compile                                       12 ms    1.5 MiB\n"
        "           exited with 1\n"
        "           | fib.c:3:5: error: expected \u2018;\u2019\n"
        "           |     3 | int x\n"
        "  skipped  build link\n"
        "  skipped  small                                    0 / 60\n"
        "           not run: a build step failed\n"
        "\n"
        "0 of 60 points (0%); 1 skipped; 2.7 s\n"
        "sandbox: user namespace, seccomp, no Landlock; memory by nothing, processes by\n"
        "         rlimit, CPU by rusage\n");
}

static void failures_that_are_not_the_learners_have_no_score(void **state)
{
    (void)state;
    check_text(sample_rejected(), CUPEL_VIEW_STAFF, false,
               "fibonacci 1: submission rejected, 0 of 60 points (0%)\n"
               "  ../etc/passwd: leaves the submission's folder\n");
    check_text(sample_platform_error(), CUPEL_VIEW_STAFF, false,
               "fibonacci 1: the platform failed, no score\n"
               "  the sandbox failed: mount /proc: Operation not permitted\n"
               "\n"
               "  error    small                                    0 / 60\n"
               "           mount /proc: Operation not permitted\n"
               "\n"
               "1 error; 2.7 s\n");
}

static void percents_are_cut_not_rounded(void **state)
{
    static const struct {
        double score;
        double max_score;
        const char *expected;
    } cases[] = {
        {59.99, 60, "grader: 59.99 of 60 points (99.9%)\n"},
        {60, 60, "grader: 60 of 60 points (100%)\n"},
        {29, 100, "grader: 29 of 100 points (29%)\n"},
        {0, 0, "grader: 0 of 0 points\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cupel_result result = {.score = cases[i].score, .max_score = cases[i].max_score};
        check_text(result, CUPEL_VIEW_STAFF, false, cases[i].expected);
    }
}

static bool has_control(const char *text, const char *allowed)
{
    for (; *text != '\0'; text++) {
        if (iscntrl((unsigned char)*text) && strchr(allowed, *text) == NULL)
            return true;
        if ((unsigned char)text[0] == 0xC2 && (unsigned char)text[1] < 0xA0)
            return true; /* C1: U+0080 to U+009F */
    }
    return false;
}

/* Even text that nobody cleaned is harmless, on every way into a document. */
static void control_sequences_never_reach_the_terminal(void **state)
{
    static const char hostile[] =
        "\x1b]0;owned\a\x1b[2J\r\xC2\x9B"
        "31m\x7f\xff\u202E\n\ttext";
    struct cupel_result result = sample_header(CUPEL_STATUS_GRADED);
    struct cupel_test_result *test = zeroed(1, sizeof(*test));

    (void)state;
    *test = (struct cupel_test_result){.id = copy(hostile),
                                       .title = copy(hostile),
                                       .verdict = CUPEL_VERDICT_FAILED,
                                       .output = copy(hostile),
                                       .message = copy(hostile)};
    result.tests = test;
    result.test_count = 1;
    result.builds = zeroed(1, sizeof(*result.builds));
    result.build_count = 1;
    result.builds[0] = (struct cupel_build_result){
        .id = copy(hostile), .ran = true, .output = copy(hostile), .message = copy(hostile)};
    result.warnings = zeroed(2, sizeof(char *));
    result.warnings[0] = copy(hostile);
    result.message = copy(hostile);
    CUPEL_AUTO_FREE char *text = cupel_render_result_text(&result, CUPEL_VIEW_STAFF, false);
    CUPEL_AUTO_FREE char *json = result_json(&result, CUPEL_VIEW_STAFF);
    assert_false(has_control(text, "\n\t"));
    assert_true(cupel_text_is_utf8(text, strlen(text)));
    assert_null(strstr(text, "\u202E"));
    assert_non_null(strstr(text, "\\x1b]0;owned\\x07\\x1b[2J\\x0d\\x9b31m\\x7f"));
    assert_false(has_control(json, "\n"));
    cupel_result_clear(&result);
}

static void colour_comes_only_when_asked_for(void **state)
{
    struct cupel_result result = sample_graded();
    CUPEL_AUTO_FREE char *plain = cupel_render_result_text(&result, CUPEL_VIEW_STAFF, false);
    CUPEL_AUTO_FREE char *colour = cupel_render_result_text(&result, CUPEL_VIEW_STAFF, true);

    (void)state;
    assert_false(has_control(plain, "\n"));
    assert_non_null(strstr(colour, "  \x1b[31mfailed\x1b[0m   large"));
    assert_non_null(strstr(colour, "  \x1b[32mpassed\x1b[0m   small"));
    /* Without the sequences it is the same text. */
    char *to = colour;
    for (const char *from = colour; *from != '\0'; from++) {
        if (*from == '\x1b')
            from += strcspn(from, "m");
        else
            *to++ = *from;
    }
    *to = '\0';
    assert_string_equal(colour, plain);
    cupel_result_clear(&result);
}

static void long_output_shows_its_beginning_and_its_end(void **state)
{
    struct cupel_result result = sample_header(CUPEL_STATUS_GRADED);
    char output[4096] = "";

    (void)state;
    for (int i = 1; i <= 100; i++)
        (void)snprintf(output + strlen(output), sizeof(output) - strlen(output), "line %d\n",
                       i);
    result.tests = zeroed(1, sizeof(*result.tests));
    result.test_count = 1;
    result.tests[0] = sample_test("t", CUPEL_VERDICT_FAILED, 1);
    free(result.tests[0].output);
    result.tests[0].output = copy(output);
    CUPEL_AUTO_FREE char *text = cupel_render_result_text(&result, CUPEL_VIEW_STAFF, false);
    assert_non_null(strstr(text,
                           "| line 10\n           | [80 lines left out]\n"
                           "           | line 91\n"));
    assert_non_null(strstr(text, "| line 100\n"));
    assert_null(strstr(text, "| line 11\n"));
    cupel_result_clear(&result);
}

static void own_words_keep_to_eighty_columns(void **state)
{
    static const char long_text[] =
        "a \u20AC sentence that goes on and on, with words of several lengths, until nobody "
        "who "
        "reads it at midnight can tell where it began, and then some "
        "averyveryverylongwordwithoutanyspacethatdoesnotfitonalineofitsownandmustbebrokensomewh"
        "ere";
    struct cupel_result result = sample_graded();

    (void)state;
    free(result.tests[1].message);
    result.tests[1].message = copy(long_text);
    result.tests[1].title = copy(long_text);
    result.message = copy(long_text);
    CUPEL_AUTO_FREE char *text = cupel_render_result_text(&result, CUPEL_VIEW_STAFF, false);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        size_t width = 0;
        for (const char *p = line; *p != '\0'; p++)
            width += ((unsigned char)*p & 0xC0U) != 0x80U;
        if (width > 80 || line[strlen(line) - 1] == ' ')
            fail_msg("%zu columns: %s|", width, line);
    }
    cupel_result_clear(&result);
}

static int write_json(const struct cupel_result *result, enum cupel_view view, char **ret)
{
    size_t len = 0;
    FILE *out = open_memstream(ret, &len);

    assert_non_null(out);
    int r = cupel_render_result_json(result, view, out);
    assert_int_equal(fclose(out), 0);
    return r;
}

static void result_text_is_that_of_its_document(void **state)
{
    static struct cupel_result (*const samples[])(void) = {
        sample_judged, sample_not_built, sample_rejected, sample_platform_error};

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(samples); i++) {
        enum cupel_view view = i % 2 == 0 ? CUPEL_VIEW_STAFF : CUPEL_VIEW_LEARNER;
        struct cupel_result result = samples[i / 2]();
        CUPEL_AUTO_FREE char *text = NULL;
        CUPEL_AUTO_FREE char *expected = result_json(&result, view);
        assert_int_equal(write_json(&result, view, &text), 0);
        assert_string_equal(text, expected);
        cupel_result_clear(&result);
    }
}

static size_t allocations_left;

static void *scarce_malloc(size_t size)
{
    if (allocations_left == 0)
        return NULL;
    allocations_left--;
    return malloc(size);
}

/* Whichever allocation fails, the answer is NULL, and nothing leaks. */
static void documents_survive_want_of_memory(void **state)
{
    struct cupel_result result = sample_graded();
    json_t *json = NULL;
    size_t allowed = 0;

    (void)state;
    for (; json == NULL && allowed < 10000; allowed++) {
        json_set_alloc_funcs(scarce_malloc, free);
        allocations_left = allowed;
        json = cupel_render_result(&result, CUPEL_VIEW_STAFF);
        json_set_alloc_funcs(malloc, free);
    }
    assert_non_null(json);
    assert_in_range(allowed, 300, 9999);
    json_decref(json);
    cupel_result_clear(&result);
}

static void texts_survive_want_of_memory(void **state)
{
    struct cupel_result result = sample_graded();
    size_t allowed = 0;
    int r = -ENOMEM;

    (void)state;
    for (; r == -ENOMEM && allowed < 10000; allowed++) {
        CUPEL_AUTO_FREE char *text = NULL;
        json_set_alloc_funcs(scarce_malloc, free);
        allocations_left = allowed;
        r = write_json(&result, CUPEL_VIEW_STAFF, &text);
        json_set_alloc_funcs(malloc, free);
    }
    assert_int_equal(r, 0);
    assert_in_range(allowed, 300, 9999);
    cupel_result_clear(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_has_the_keys_of_the_design_in_order),
        cmocka_unit_test(result_has_the_keys_of_the_design_in_order),
        cmocka_unit_test(ends_of_runs_follow_the_table),
        cmocka_unit_test(what_is_unknown_is_null),
        cmocka_unit_test(denied_calls_are_told_with_their_rule),
        cmocka_unit_test(no_denied_call_is_an_empty_list),
        cmocka_unit_test(numbers_print_short),
        cmocka_unit_test(seconds_have_six_decimals_at_most),
        cmocka_unit_test(text_ends_with_a_line_feed_and_is_indented),
        cmocka_unit_test(a_line_has_one_line_feed_at_its_end),
        cmocka_unit_test(scores_follow_the_status),
        cmocka_unit_test(steps_that_did_not_run_have_no_run),
        cmocka_unit_test(a_rejected_submission_has_no_figures),
        cmocka_unit_test(the_instant_is_utc),
        cmocka_unit_test(learners_see_only_id_and_points_of_hidden_tests),
        cmocka_unit_test(figures_made_of_hidden_tests_are_withheld_from_learners),
        cmocka_unit_test(a_leaderboard_without_a_score_has_no_figures),
        cmocka_unit_test(staff_see_verdicts_figures_messages_and_layers),
        cmocka_unit_test(learners_see_their_own),
        cmocka_unit_test(a_build_that_failed_shows_the_compiler),
        cmocka_unit_test(failures_that_are_not_the_learners_have_no_score),
        cmocka_unit_test(percents_are_cut_not_rounded),
        cmocka_unit_test(control_sequences_never_reach_the_terminal),
        cmocka_unit_test(colour_comes_only_when_asked_for),
        cmocka_unit_test(long_output_shows_its_beginning_and_its_end),
        cmocka_unit_test(own_words_keep_to_eighty_columns),
        cmocka_unit_test(result_text_is_that_of_its_document),
        cmocka_unit_test(documents_survive_want_of_memory),
        cmocka_unit_test(texts_survive_want_of_memory),
    };
    return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
