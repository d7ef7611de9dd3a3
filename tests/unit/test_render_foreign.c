#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/foreign.h"
#include "cupel/render.h"
#include "render_samples.h"

static char *render(enum cupel_foreign_format format, const struct cupel_result *result,
                    enum cupel_view view)
{
    char *text = NULL;

    assert_int_equal(cupel_render_foreign(format, result, view, &text), 0);
    return text;
}

static json_t *render_json(enum cupel_foreign_format format, const struct cupel_result *result,
                           enum cupel_view view)
{
    CUPEL_AUTO_FREE char *text = render(format, result, view);

    assert_non_null(text);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    return json;
}

/* expected: JSON, with ' for ". json is taken. */
static void check_json(json_t *json, const char *expected)
{
    CUPEL_AUTO_FREE char *quoted = strdup(expected);
    CUPEL_AUTO_FREE char *found = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));

    assert_non_null(quoted);
    for (char *p = quoted; (p = strchr(p, '\'')) != NULL;)
        *p = '"';
    json_t *wanted = json_loads(quoted, JSON_DECODE_ANY, NULL);
    assert_non_null(wanted);
    CUPEL_AUTO_FREE char *text = json_dumps(wanted, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    assert_string_equal(found, text);
    json_decref(wanted);
    json_decref(json);
}

/* Its tests: passed, failed, hidden, hidden for now. */
static struct cupel_result small_result(void)
{
    struct cupel_result result = sample_graded();

    result.score = 15;
    result.max_score = 60;
    result.learner_score = 10;
    sample_denied(&result.tests[0].run); /* of which none of the documents tells */
    free(result.tests[1].output);
    result.tests[1].output = copy("5\n");
    return result;
}

static json_t *member(json_t *json, const char *key)
{
    return json_incref(json_object_get(json, key));
}

static json_t *element(json_t *json, const char *key, size_t index)
{
    return json_incref(json_array_get(json_object_get(json, key), index));
}

static void gradescope_has_the_fields_of_its_specification(void **state)
{
    struct cupel_result result = small_result();
    json_t *json = render_json(CUPEL_FORMAT_GRADESCOPE, &result, CUPEL_VIEW_STAFF);

    (void)state;
    check_json(member(json, "score"), "15");
    check_json(member(json, "execution_time"), "2.7");
    check_json(member(json, "output"),
               "'10 of 30 points (33.3%)\\nwarning: run.sh: the first line ends in CR\\n"
               "group basic: 0 / 30\\npenalty style: -1\\n'");
    check_json(member(json, "output_format"), "'text'");
    check_json(member(json, "test_output_format"), "'text'");
    check_json(member(json, "test_name_format"), "'text'");
    check_json(member(json, "visibility"), "'visible'");
    check_json(member(json, "stdout_visibility"), "'hidden'");
    check_json(element(json, "tests", 1),
               "{'score': 0, 'max_score': 20, 'status': 'failed', 'name': 'large',"
               " 'name_format': 'text', 'number': '2',"
               " 'output': 'stopped at 2.50 s of CPU time; the limit is 2.50 s\\n\\n5\\n',"
               " 'output_format': 'text', 'visibility': 'visible',"
               " 'extra_data': {'id': 'large', 'bonus': false, 'separation': 'judge', "
               "'verdict': 'failed',"
               " 'reason': 'cpu_limit'}}");
    json_decref(json);
    cupel_result_clear(&result);
}

static void gradescope_hides_tests_itself_by_the_same_words(void **state)
{
    struct cupel_result result = small_result();
    json_t *json = render_json(CUPEL_FORMAT_GRADESCOPE, &result, CUPEL_VIEW_STAFF);

    (void)state;
    check_json(
        element(json, "tests", 2),
        "{'score': 0, 'max_score': 20, 'status': 'failed', 'name': 'The TITLE that tells',"
        " 'name_format': 'text', 'number': '3',"
        " 'output': 'line 1: expected \\\"the ANSWER\\\", found \\\"\\\"\\n\\nexpected:\\n"
        "  > 1 | \\\"the ANSWER\\\"\\nfound:\\n  > 1 | \\\"\\\"\\n\\nThe OUTPUT that tells\\n',"
        " 'output_format': 'text', 'visibility': 'hidden',"
        " 'extra_data': {'id': 'secret', 'bonus': false, 'separation': 'judge', 'verdict': "
        "'failed',"
        " 'reason': 'wrong_output'}}");
    check_json(element(json, "tests", 3),
               "{'score': 3.333333, 'max_score': 10, 'name': 'late', 'name_format': 'text',"
               " 'number': '4', 'output': '', 'output_format': 'text',"
               " 'visibility': 'after_due_date',"
               " 'extra_data': {'id': 'late', 'bonus': true, 'separation': 'judge', 'verdict': "
               "'partial',"
               " 'reason': null}}");
    json_decref(json);
    cupel_result_clear(&result);
}

static void gradescope_of_a_learner_holds_nothing_of_hidden_tests(void **state)
{
    struct cupel_result result = small_result();
    json_t *json = render_json(CUPEL_FORMAT_GRADESCOPE, &result, CUPEL_VIEW_LEARNER);

    (void)state;
    check_json(member(json, "score"), "10");
    assert_null(json_object_get(json, "execution_time"));
    check_json(element(json, "tests", 2),
               "{'max_score': 20, 'name': 'secret', 'name_format': 'text', 'number': '3',"
               " 'visibility': 'hidden', 'extra_data': {'id': 'secret', 'bonus': false, "
               "'separation': 'judge'}}");
    json_decref(json);
    cupel_result_clear(&result);
}

static void what_is_written_for_a_system_is_what_it_reads(void **state)
{
    static const struct {
        enum cupel_foreign_format format;
        enum cupel_foreign_kind kind;
        double score;
        size_t tests;
    } cases[] = {
        {CUPEL_FORMAT_GRADESCOPE, CUPEL_FOREIGN_GRADESCOPE, 15, 4},
        {CUPEL_FORMAT_COURSERA, CUPEL_FOREIGN_COURSERA, 0.25, 0},
        {CUPEL_FORMAT_PRAIRIELEARN, CUPEL_FOREIGN_PRAIRIELEARN, 0.25, 2},
    };
    struct cupel_result result = small_result();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CUPEL_AUTO_FREE char *text = render(cases[i].format, &result, CUPEL_VIEW_STAFF);
        struct cupel_foreign foreign = {0};
        struct cupel_error err = {0};
        assert_int_equal(cupel_foreign_read(cases[i].kind, text, strlen(text), &foreign, &err),
                         0);
        assert_true(foreign.score == cases[i].score);
        assert_int_equal(foreign.test_count, cases[i].tests);
        cupel_foreign_clear(&foreign);
    }
    cupel_result_clear(&result);
}

static void gradescope_ranks_what_learners_may_see(void **state)
{
    struct cupel_result result = small_result();

    (void)state;
    json_t *json = render_json(CUPEL_FORMAT_GRADESCOPE, &result, CUPEL_VIEW_STAFF);
    check_json(member(json, "leaderboard"),
               "[{'name': 'Time', 'value': 0.008, 'order': 'asc'}]");
    json_decref(json);
    cupel_result_clear(&result);
}

static void a_summary_tells_of_builds_groups_and_penalties_what_learners_may_see(void **state)
{
    struct cupel_result result = sample_not_built();

    (void)state;
    result.warnings = zeroed(2, sizeof(char *));
    result.warnings[0] = copy("run.sh: the first line ends in CR");
    result.groups = zeroed(2, sizeof(*result.groups));
    result.group_count = 2;
    result.groups[0] = (struct cupel_group_result){.id = copy("basic"), .max_score = 30};
    result.groups[1] = (struct cupel_group_result){.id = copy("GROUP"), .withheld = true};
    sample_penalties(&result);
    json_t *json = render_json(CUPEL_FORMAT_GRADESCOPE, &result, CUPEL_VIEW_STAFF);
    check_json(member(json, "output"),
               "'0 of 60 points (0%)\\nwarning: run.sh: the first line ends in CR\\n"
               "build step failed: compile\\nexited with 1\\n"
               "fib.c:3:5: error: expected \u2018;\u2019\\n    3 | int x\\n"
               "group basic: 0 / 30\\npenalty style: -1\\n'");
    json_decref(json);
    cupel_result_clear(&result);
}

static void coursera_has_a_fraction_of_the_view_and_the_learners_text(void **state)
{
    struct cupel_result result = small_result();
    json_t *json = render_json(CUPEL_FORMAT_COURSERA, &result, CUPEL_VIEW_STAFF);
    const char *feedback = json_string_value(json_object_get(json, "feedback"));

    (void)state;
    check_json(member(json, "fractionalScore"), "0.25");
    assert_non_null(strstr(feedback, "stopped at 2.50 s of CPU time"));
    assert_null(strstr(feedback, "that tells"));
    assert_null(strstr(feedback, "ANSWER"));
    json_decref(json);
    json = render_json(CUPEL_FORMAT_COURSERA, &result, CUPEL_VIEW_LEARNER);
    check_json(member(json, "fractionalScore"), "0.333333");
    json_decref(json);
    cupel_result_clear(&result);
}

static void fractions_are_from_0_to_1(void **state)
{
    static const struct {
        double score;
        double max_score;
        const char *expected;
    } cases[] = {{0, 60, "0"},  {30, 60, "0.5"}, {60, 60, "1"},
                 {75, 60, "1"}, {0, 0, "0"},     {5, 0, "0"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cupel_result result = {.score = cases[i].score, .max_score = cases[i].max_score};
        json_t *json = render_json(CUPEL_FORMAT_COURSERA, &result, CUPEL_VIEW_STAFF);
        check_json(member(json, "fractionalScore"), cases[i].expected);
        json_decref(json);
    }
}

static void prairielearn_holds_the_tests_that_learners_see(void **state)
{
    struct cupel_result result = small_result();

    (void)state;
    free(result.tests[2].title);
    result.tests[2].title = NULL;
    check_json(
        render_json(CUPEL_FORMAT_PRAIRIELEARN, &result, CUPEL_VIEW_STAFF),
        "{'gradable': true, 'succeeded': true, 'score': 0.25,"
        " 'message': '15 of 60 points (25%); 1 passed, 1 failed, 2 hidden',"
        " 'output': '10 of 30 points (33.3%)\\nwarning: run.sh: the first line ends in CR\\n"
        "group basic: 0 / 30\\npenalty style: -1\\n', 'tests': ["
        "{'name': 'small', 'description': 'Small numbers', 'points': 10, 'max_points': 10,"
        " 'message': 'passed', 'output': ''},"
        "{'name': 'large', 'points': 0, 'max_points': 20,"
        " 'message': 'stopped at 2.50 s of CPU time; the limit is 2.50 s', 'output': '5\\n'}"
        "]}");
    cupel_result_clear(&result);
}

static void prairielearn_stays_below_its_limit(void **state)
{
    enum { TESTS = 60, LENGTH = 60000 };
    struct cupel_result result = sample_header(CUPEL_STATUS_GRADED);

    (void)state;
    result.tests = zeroed(TESTS, sizeof(*result.tests));
    result.test_count = TESTS;
    for (size_t i = 0; i < TESTS; i++) {
        result.tests[i] = sample_test("long", CUPEL_VERDICT_PASSED, 1);
        free(result.tests[i].output);
        result.tests[i].output = zeroed(LENGTH + 1, 1);
        memset(result.tests[i].output, i == 0 ? '\n' : 'x', LENGTH);
    }
    CUPEL_AUTO_FREE char *text = render(CUPEL_FORMAT_PRAIRIELEARN, &result, CUPEL_VIEW_STAFF);
    assert_in_range(strlen(text), 100000, 1000000);
    assert_non_null(strstr(text, "[\u2026 cut: 60000 bytes in all]"));
    cupel_result_clear(&result);
}

static void a_rejected_submission_has_a_form_in_each(void **state)
{
    struct cupel_result result = sample_rejected();
    json_t *json = render_json(CUPEL_FORMAT_GRADESCOPE, &result, CUPEL_VIEW_STAFF);

    (void)state;
    check_json(member(json, "score"), "0");
    check_json(member(json, "output"),
               "'submission rejected, 0 of 60 points (0%)\\n"
               "../etc/passwd: leaves the submission\\u0027s folder\\n'");
    json_decref(json);
    json = render_json(CUPEL_FORMAT_COURSERA, &result, CUPEL_VIEW_STAFF);
    check_json(member(json, "fractionalScore"), "0");
    assert_non_null(
        strstr(json_string_value(json_object_get(json, "feedback")), "../etc/passwd: leaves"));
    json_decref(json);
    check_json(render_json(CUPEL_FORMAT_PRAIRIELEARN, &result, CUPEL_VIEW_STAFF),
               "{'gradable': false, 'succeeded': true,"
               " 'format_errors': ['../etc/passwd: leaves the submission\\u0027s folder']}");
    cupel_result_clear(&result);
}

static void a_failure_that_is_not_the_learners_is_no_grade_in_any(void **state)
{
    static const enum cupel_status statuses[] = {CUPEL_STATUS_GRADER_ERROR,
                                                 CUPEL_STATUS_PLATFORM_ERROR};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct cupel_result result = sample_platform_error();
        result.status = statuses[i];
        assert_null(render(CUPEL_FORMAT_GRADESCOPE, &result, CUPEL_VIEW_STAFF));
        assert_null(render(CUPEL_FORMAT_COURSERA, &result, CUPEL_VIEW_LEARNER));
        check_json(render_json(CUPEL_FORMAT_PRAIRIELEARN, &result, CUPEL_VIEW_STAFF),
                   "{'gradable': false, 'succeeded': false, 'message':"
                   " 'the sandbox failed: mount /proc: Operation not permitted'}");
        CUPEL_AUTO_FREE char *text = render(CUPEL_FORMAT_JUNIT, &result, CUPEL_VIEW_STAFF);
        assert_non_null(strstr(text, "tests=\"2\" failures=\"0\" errors=\"2\""));
        assert_null(strstr(text,
                           "name=\"score\" value=\"0\"/><property name=\"max_score\" "
                           "value=\"60\"/></properties>\n"));
        cupel_result_clear(&result);
    }
}

static void check_junit(const struct cupel_result *result, enum cupel_view view,
                        const char *expected)
{
    CUPEL_AUTO_FREE char *text = render(CUPEL_FORMAT_JUNIT, result, view);

    assert_string_equal(text, expected);
}

static void junit_has_a_case_for_each_step_and_test(void **state)
{
    struct cupel_result result = sample_not_built();

    (void)state;
    check_junit(
        &result, CUPEL_VIEW_STAFF,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"2\">\n"
        "  <testsuite name=\"fibonacci\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"2\""
        " time=\"2.700000\" timestamp=\"2026-01-01T00:00:00\">\n"
        "    <properties><property name=\"score\" value=\"0\"/>"
        "<property name=\"max_score\" value=\"60\"/></properties>\n"
        "    <testcase classname=\"fibonacci.build\" name=\"compile\" time=\"0.012346\">"
        "<failure type=\"build_failed\" message=\"exited with 1\"></failure>"
        "<system-out>fib.c:3:5: error: expected \u2018;\u2019\n    3 | int x\n</system-out>"
        "</testcase>\n"
        "    <testcase classname=\"fibonacci.build\" name=\"link\">"
        "<skipped message=\"an earlier step failed\"></skipped></testcase>\n"
        "    <testcase classname=\"fibonacci\" name=\"small\"><properties>"
        "<property name=\"score\" value=\"0\"/><property name=\"max_score\" value=\"60\"/>"
        "</properties><skipped message=\"not run: a build step failed\"></skipped>"
        "</testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
    cupel_result_clear(&result);
}

static void junit_of_a_learner_skips_hidden_tests(void **state)
{
    struct cupel_result result = small_result();
    CUPEL_AUTO_FREE char *text = render(CUPEL_FORMAT_JUNIT, &result, CUPEL_VIEW_LEARNER);

    (void)state;
    assert_non_null(strstr(text, "tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"2\""));
    assert_non_null(
        strstr(text,
               "name=\"secret\"><properties><property name=\"max_score\" value=\"20\"/>"
               "</properties><skipped message=\"hidden\"></skipped></testcase>"));
    assert_null(strstr(text, "tell"));
    assert_null(strstr(text, "ANSWER"));
    cupel_result_clear(&result);
}

static void junit_escapes_text_for_where_it_stands(void **state)
{
    struct cupel_result result = {.status = CUPEL_STATUS_REJECTED,
                                  .grader_name = copy("a<&>\"b\n\t]]>\uFFFE\x01"),
                                  .message = copy("\"'\n"),
                                  .wall_ns = CUPEL_UNKNOWN};

    (void)state;
    check_junit(&result, CUPEL_VIEW_STAFF,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<testsuites tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\">\n"
                "  <testsuite name=\"a&lt;&amp;&gt;&quot;b&#10;&#9;]]&gt;\uFFFD\\x01\""
                " tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\""
                " timestamp=\"1970-01-01T00:00:00\">\n"
                "    <properties><property name=\"score\" value=\"0\"/>"
                "<property name=\"max_score\" value=\"0\"/></properties>\n"
                "    <testcase classname=\"a&lt;&amp;&gt;&quot;b&#10;&#9;]]&gt;\uFFFD\\x01\""
                " name=\"grading\"><failure type=\"rejected\" message=\"&quot;'&#10;\">"
                "</failure></testcase>\n"
                "  </testsuite>\n"
                "</testsuites>\n");
    cupel_result_clear(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradescope_has_the_fields_of_its_specification),
        cmocka_unit_test(gradescope_hides_tests_itself_by_the_same_words),
        cmocka_unit_test(gradescope_of_a_learner_holds_nothing_of_hidden_tests),
        cmocka_unit_test(what_is_written_for_a_system_is_what_it_reads),
        cmocka_unit_test(gradescope_ranks_what_learners_may_see),
        cmocka_unit_test(a_summary_tells_of_builds_groups_and_penalties_what_learners_may_see),
        cmocka_unit_test(coursera_has_a_fraction_of_the_view_and_the_learners_text),
        cmocka_unit_test(fractions_are_from_0_to_1),
        cmocka_unit_test(prairielearn_holds_the_tests_that_learners_see),
        cmocka_unit_test(prairielearn_stays_below_its_limit),
        cmocka_unit_test(a_rejected_submission_has_a_form_in_each),
        cmocka_unit_test(a_failure_that_is_not_the_learners_is_no_grade_in_any),
        cmocka_unit_test(junit_has_a_case_for_each_step_and_test),
        cmocka_unit_test(junit_of_a_learner_skips_hidden_tests),
        cmocka_unit_test(junit_escapes_text_for_where_it_stands),
    };
    return cmocka_run_group_tests_name("render_foreign", tests, NULL, NULL);
}
