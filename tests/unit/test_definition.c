/* Definitions with sources that know the policies "native", "compile", "python" and "judge",
 * the files "in" and "out", and a folder "folder" with two. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grader/definition.h"

#define HEAD                                                                                   \
    "{\"schema\": \"cupel.grader/1\", \"name\": \"g\", \"submission\": {\"files\": [\"a.c\"]}"
#define TEST "{\"id\": \"t\", \"run\": [\"./a\"]}"

static struct cupel_policy policies[4] = {
    {.name = (char[]){"native"},
     .limits = {.cpu_ns = 5,
                .wall_ns = 10,
                .output_bytes = 1000,
                .stdout_bytes = 800,
                .stderr_bytes = 700}},
    {.name = (char[]){"compile"}, .limits = {.cpu_ns = 50}},
    {.name = (char[]){"python"}, .limits = {.cpu_ns = 500}},
    {.name = (char[]){"judge"}, .limits = {.cpu_ns = 5000, .wall_ns = 60000000000}},
};
static struct cupel_filters filters[4];

static int find_policy(void *owner, const char *name, const struct cupel_policy **ret_policy,
                       const struct cupel_filters **ret_filters, struct cupel_error *err)
{
    (void)owner;
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(policies[i].name, name) == 0) {
            *ret_policy = &policies[i];
            *ret_filters = &filters[i];
            return 0;
        }
    }
    return cupel_fail(err, -ENOENT, "no policy %s", name);
}

static int read_file(void *owner, const char *path, char **ret, size_t *ret_len,
                     struct cupel_error *err)
{
    (void)owner;
    if (strcmp(path, "in") != 0 && strcmp(path, "out") != 0)
        return cupel_fail(err, -ENOENT, "no such file %s in the grader's folder", path);
    *ret = strdup(path);
    *ret_len = strlen(path);
    return *ret != NULL ? 0 : -ENOMEM;
}

static int read_files(void *owner, const char *path, size_t max, struct cupel_run_file **ret,
                      size_t *ret_count, struct cupel_error *err)
{
    (void)owner;
    if (strcmp(path, "folder") != 0 || max < 2)
        return cupel_fail(err, -ENOENT, "no such file %s in the grader's folder", path);
    *ret = calloc(2, sizeof(**ret));
    if (*ret == NULL)
        return -ENOMEM;
    (*ret)[0].path = strdup("folder/a");
    (*ret)[1].path = strdup("folder/b");
    *ret_count = 2;
    return 0;
}

struct fixture {
    struct cupel_diagnostics diagnostics;
    struct cupel_grader grader;
};

static void read_text(struct fixture *fixture, const char *text)
{
    const struct cupel_definition_sources sources = {
        .policy = find_policy, .file = read_file, .files = read_files};
    struct cupel_document *document = NULL;
    struct cupel_error err = {0};

    *fixture = (struct fixture){0};
    assert_int_equal(
        cupel_document_parse(text, strlen(text), "g", &fixture->diagnostics, &document, &err),
        0);
    assert_int_equal(cupel_definition_read(document, &sources, &fixture->grader), 0);
    cupel_document_free(document);
}

static void clear(struct fixture *fixture)
{
    cupel_definition_clear(&fixture->grader);
    cupel_diagnostics_clear(&fixture->diagnostics);
}

static void read_good(struct fixture *fixture, const char *text)
{
    read_text(fixture, text);
    if (fixture->diagnostics.count > 0)
        fail_msg("%s", fixture->diagnostics.items[0].text);
}

static void read_fills_in_the_defaults(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD ", \"tests\": [" TEST "]}");
    const struct cupel_grader *grader = &fixture.grader;
    assert_string_equal(grader->version, "1");
    assert_null(grader->title);
    assert_int_equal(grader->intake.max_size_bytes, 10 << 20);
    assert_int_equal(grader->intake.max_files, 1000);
    assert_true(grader->intake.strip_root);
    const struct cupel_grader_test *test = &grader->tests[0];
    assert_true(test->points == 1.0);
    assert_int_equal(test->visibility, CUPEL_VISIBLE);
    assert_int_equal(test->compare, CUPEL_COMPARE_LINES);
    assert_false(test->expectation.checks_stdout);
    assert_false(test->expectation.any_exit_code);
    assert_int_equal(test->expectation.exit_code, 0);
    assert_ptr_equal(test->step.policy, &policies[0]);
    assert_ptr_equal(test->step.filters, &filters[0]);
    clear(&fixture);
}

static void policies_are_ones_own_then_the_default_then_the_kinds(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"build\": [{\"id\": \"b\", \"run\": [\"cc\"]}], "
              "\"tests\": [" TEST "]}");
    assert_ptr_equal(fixture.grader.builds[0].policy, &policies[1]);
    clear(&fixture);
    read_good(&fixture, HEAD
              ", \"defaults\": {\"policy\": \"python\"}, "
              "\"build\": [{\"id\": \"b\", \"run\": [\"cc\"]}], \"tests\": [" TEST
              ", "
              "{\"id\": \"u\", \"run\": [\"./a\"], \"policy\": \"native\"}]}");
    assert_ptr_equal(fixture.grader.builds[0].policy, &policies[2]);
    assert_ptr_equal(fixture.grader.tests[0].step.policy, &policies[2]);
    assert_ptr_equal(fixture.grader.tests[1].step.policy, &policies[0]);
    clear(&fixture);
}

static void limits_are_laid_over_each_other(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"defaults\": {\"limits\": {\"cpu\": \"2 ms\", \"output\": \"750 B\"}}, "
              "\"tests\": [" TEST
              ", {\"id\": \"u\", \"run\": [\"./a\"], "
              "\"limits\": {\"cpu\": \"3 ms\"}}]}");
    const struct cupel_limits *first = &fixture.grader.tests[0].step.limits;
    const struct cupel_limits *second = &fixture.grader.tests[1].step.limits;
    assert_int_equal(first->wall_ns, 10);
    assert_int_equal(first->cpu_ns, 2000000);
    assert_int_equal(second->cpu_ns, 3000000);
    assert_int_equal(second->output_bytes, 750);
    assert_int_equal(second->stdout_bytes, 750); /* never above both together */
    assert_int_equal(second->stderr_bytes, 700);
    clear(&fixture);
}

static void environments_are_laid_over_each_other(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"defaults\": {\"env\": {\"A\": \"1\", \"B\": \"2\"}}, "
              "\"tests\": [{\"id\": \"t\", \"run\": [\"./a\"], "
              "\"env\": {\"A\": \"3\"}}]}");
    char **environment = fixture.grader.tests[0].step.environment;
    assert_string_equal(environment[0], "A=3");
    assert_string_equal(environment[1], "B=2");
    assert_null(environment[2]);
    clear(&fixture);
}

static void arguments_may_be_empty(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture,
              HEAD ", \"tests\": [{\"id\": \"t\", \"run\": [\"./a\", \"\", \"b\"]}]}");
    char **argv = fixture.grader.tests[0].step.argv;
    assert_string_equal(argv[0], "./a");
    assert_string_equal(argv[1], "");
    assert_string_equal(argv[2], "b");
    assert_null(argv[3]);
    clear(&fixture);
}

static void content_comes_from_files_or_stands_in_place(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"tests\": [{\"id\": \"t\", \"run\": [\"./a\"], \"stdin\": \"in\", "
              "\"expect\": {\"stdout_text\": \"\", \"exit_code\": null}}]}");
    const struct cupel_grader_test *test = &fixture.grader.tests[0];
    assert_int_equal(test->stdin_len, 2);
    assert_memory_equal(test->stdin_bytes, "in", 2);
    assert_true(test->expectation.checks_stdout);
    assert_int_equal(test->expected_len, 0);
    assert_true(test->expectation.any_exit_code);
    clear(&fixture);
}

static void groups_have_the_points_of_their_tests(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"tests\": [" TEST
              ", {\"id\": \"u\", \"run\": [\"x\"], \"points\": 2.5}], "
              "\"groups\": [{\"id\": \"g\", \"tests\": [\"t\", \"u\"], \"rule\": \"min\"}]}");
    assert_true(fixture.grader.groups[0].points == 3.5);
    assert_int_equal(fixture.grader.groups[0].rule, CUPEL_GROUP_MIN);
    clear(&fixture);
}

static void needs_name_tests_and_groups_wherever_they_stand(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"tests\": [{\"id\": \"t\", \"run\": [\"x\"], \"needs\": [\"u\", \"g\"]}, "
              "{\"id\": \"u\", \"run\": [\"x\"]}, {\"id\": \"v\", \"run\": [\"x\"]}], "
              "\"groups\": [{\"id\": \"g\", \"tests\": [\"v\"], \"needs\": [\"u\"]}]}");
    const struct cupel_grader *grader = &fixture.grader;
    const struct cupel_needs *needs = &grader->tests[0].needs;
    assert_int_equal(needs->count, 2);
    assert_false(needs->items[0].is_group);
    assert_int_equal(needs->items[0].index, 1);
    assert_true(needs->items[1].is_group);
    assert_int_equal(needs->items[1].index, 0);
    assert_int_equal(grader->tests[1].needs.count, 0);
    assert_int_equal(grader->groups[0].needs.items[0].index, 1);
    assert_true(grader->tests[0].group == CUPEL_NO_GROUP);
    assert_int_equal(grader->tests[2].group, 0);
    clear(&fixture);
}

static void scoring_has_its_defaults(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD ", \"tests\": [" TEST
                             "], \"leaderboard\": ["
                             "{\"name\": \"a\", \"test\": \"t\", \"value\": \"score\"}, "
                             "{\"name\": \"b\", \"test\": \"t\", \"value\": \"cpu_seconds\"}, "
                             "{\"name\": \"c\", \"test\": \"t\", \"value\": \"score\", "
                             "\"order\": \"asc\"}]}");
    const struct cupel_grader *grader = &fixture.grader;
    assert_false(grader->scoring.scaled);
    assert_int_equal(grader->scoring.decimals, 6);
    assert_false(grader->scoring.shows_hidden_totals);
    assert_false(grader->tests[0].bonus);
    assert_true(grader->leaderboard[0].descending);
    assert_false(grader->leaderboard[1].descending);
    assert_int_equal(grader->leaderboard[1].measure, CUPEL_MEASURE_CPU);
    assert_false(grader->leaderboard[2].descending);
    clear(&fixture);
}

static void scoring_is_read(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"points\": 0.5, \"decimals\": 0, \"hidden_totals\": \"shown\", "
              "\"tests\": [" TEST
              "], \"penalties\": ["
              "{\"id\": \"p\", \"tests\": [\"t\"], \"points\": 2.5}, "
              "{\"id\": \"q\", \"tests\": [\"t\"], \"percent\": 100}]}");
    const struct cupel_grader *grader = &fixture.grader;
    assert_true(grader->scoring.scaled);
    assert_true(grader->scoring.points == 0.5);
    assert_int_equal(grader->scoring.decimals, 0);
    assert_true(grader->scoring.shows_hidden_totals);
    assert_true(grader->penalties[0].amount == 2.5);
    assert_false(grader->penalties[0].is_percent);
    assert_true(grader->penalties[1].amount == 100);
    assert_true(grader->penalties[1].is_percent);
    assert_string_equal(grader->penalties[1].tests[0], "t");
    clear(&fixture);
}

/* One message for each mistake: wrong defaults are not told again for each step. */
static void mistakes_in_defaults_are_told_once(void **state)
{
    struct fixture fixture;

    (void)state;
    read_text(&fixture, HEAD
              ", \"defaults\": {\"policy\": \"nosuch\", \"limits\": {\"cpu\": 1}}, "
              "\"tests\": [" TEST ", {\"id\": \"u\", \"run\": [\"./a\"]}]}");
    assert_int_equal(fixture.diagnostics.count, 2);
    clear(&fixture);
}

static void a_definition_without_tests_does_not_blame_its_groups(void **state)
{
    struct fixture fixture;

    (void)state;
    read_text(&fixture,
              HEAD ", \"tests\": [], \"groups\": [{\"id\": \"g\", \"tests\": [\"t\"]}]}");
    assert_int_equal(fixture.diagnostics.count, 1);
    assert_string_equal(fixture.diagnostics.items[0].text,
                        "\"tests\": expected 1 to 10000 tests, found 0");
    clear(&fixture);
}

static void ids_follow_the_table(void **state)
{
    static const struct {
        const char *id;
        size_t mistakes;
    } cases[] = {
        {"a", 0},
        {"A.b_c-9", 0},
        {".hidden", 0},
        {"...", 0},
        {".", 1},
        {"..", 1},
        {"", 1},
        {"a/b", 1},
        {"a b", 1},
        {"ä", 1},
        {"a\\n", 1},
        {"0123456789012345678901234567890123456789012345678901234567890123", 0},
        {"01234567890123456789012345678901234567890123456789012345678901234", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        char text[512];
        (void)snprintf(text, sizeof(text),
                       HEAD ", \"tests\": [{\"id\": \"%s\", \"run\": [\"./a\"]}]}",
                       cases[i].id);
        read_text(&fixture, text);
        if (fixture.diagnostics.count != cases[i].mistakes)
            fail_msg("\"%s\": %zu", cases[i].id, fixture.diagnostics.count);
        clear(&fixture);
    }
}

static void judges_have_no_share_in_the_defaults(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"defaults\": {\"policy\": \"python\", \"limits\": {\"cpu\": \"7 ms\"}, "
              "\"env\": {\"A\": \"1\"}}, "
              "\"judge\": {\"build\": [{\"id\": \"b\", \"run\": [\"cc\"]}]}, "
              "\"tests\": [{\"id\": \"t\", \"run\": [\"./a\"], "
              "\"expect\": {\"stdout\": \"out\"}, "
              "\"check\": {\"run\": [\"./check\"], \"protocol\": \"testlib\"}}]}");
    const struct cupel_grader_test *test = &fixture.grader.tests[0];
    assert_int_equal(fixture.grader.judge_build_count, 1);
    assert_ptr_equal(fixture.grader.judge_builds[0].policy, &policies[3]);
    assert_int_equal(test->judging, CUPEL_JUDGED_BY_CHECKER);
    assert_int_equal(test->protocol, CUPEL_PROTOCOL_TESTLIB);
    assert_ptr_equal(test->step.policy, &policies[2]);
    assert_ptr_equal(test->judge.policy, &policies[3]);
    assert_int_equal(test->judge.limits.cpu_ns, 5000);
    assert_null(test->judge.environment[0]);
    assert_false(test->expectation.checks_stdout);
    assert_string_equal(test->expected, "out");
    clear(&fixture);
}

static void the_tests_of_a_harness_stand_among_the_others(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"tests\": [" TEST
              ", {\"id\": \"h\", \"needs\": [\"t\"], \"limits\": "
              "{\"cpu\": \"7 ms\"}, \"harness\": {\"run\": [\"sh\"], \"report\": \"junit\", "
              "\"file\": \"report.xml\", \"tests\": [{\"id\": \"a::b[1]\", \"points\": 2}, "
              "{\"id\": \"\u00e4 b\", \"visibility\": \"hidden\"}]}}, "
              "{\"id\": \"u\", \"run\": [\"./a\"], \"needs\": [\"a::b[1]\"]}]}");
    const struct cupel_grader *grader = &fixture.grader;
    const struct cupel_grader_harness *harness = &grader->harnesses[0];
    assert_int_equal(grader->test_count, 4);
    assert_int_equal(grader->harness_count, 1);
    assert_int_equal(grader->tests[0].harness, CUPEL_NO_HARNESS);
    assert_int_equal(harness->first_test, 1);
    assert_int_equal(harness->test_count, 2);
    assert_ptr_equal(harness->step.policy, &policies[3]);
    assert_ptr_equal(harness->call.policy, &policies[0]);
    assert_int_equal(harness->call.limits.cpu_ns, 7000000);
    assert_string_equal(harness->file, "report.xml");
    for (size_t i = 1; i <= 2; i++) {
        assert_int_equal(grader->tests[i].judging, CUPEL_JUDGED_BY_HARNESS);
        assert_int_equal(grader->tests[i].harness, 0);
        assert_int_equal(grader->tests[i].needs.count, 1);
        assert_int_equal(grader->tests[i].needs.items[0].index, 0);
    }
    assert_true(grader->tests[1].points == 2.0);
    assert_int_equal(grader->tests[2].visibility, CUPEL_HIDDEN);
    assert_int_equal(grader->tests[3].needs.items[0].index, 1);
    clear(&fixture);
}

static void a_harness_in_process_runs_as_the_test_does(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"tests\": [{\"id\": \"h\", \"policy\": \"python\", \"harness\": {\"run\": "
              "[\"python3\", \"t.py\"], \"report\": \"tap\", \"separation\": \"in-process\", "
              "\"files\": [\"folder\"], \"tests\": [{\"id\": \"a\"}]}}]}");
    const struct cupel_grader_harness *harness = &fixture.grader.harnesses[0];
    assert_true(harness->in_process);
    assert_ptr_equal(harness->step.policy, &policies[2]);
    assert_string_equal(harness->step.argv[1], "t.py");
    assert_null(harness->call.policy);
    assert_int_equal(harness->file_count, 2);
    assert_string_equal(harness->files[1].path, "/box/folder/b");
    clear(&fixture);
}

static void autograders_of_other_systems_have_no_tests_of_ours(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"kind\": \"gradescope\", \"autograder\": \"folder\", "
              "\"points\": 20, \"defaults\": {\"policy\": \"native\", "
              "\"env\": {\"A\": \"1\"}}, \"metadata\": \"in\"}");
    const struct cupel_grader_compat *compat = fixture.grader.compat;
    assert_int_equal(compat->kind, CUPEL_FOREIGN_GRADESCOPE);
    assert_string_equal(compat->autograder, "folder");
    assert_string_equal(compat->step.argv[0], "/autograder/run_autograder");
    assert_string_equal(compat->step.environment[0], "A=1");
    assert_string_equal(compat->step.policy->name, "native");
    assert_true(compat->sets_up);
    assert_int_equal(compat->metadata_len, 2);
    assert_string_equal(fixture.grader.intake.folder, "autograder/submission");
    assert_int_equal(fixture.grader.test_count, 0);
    assert_true(fixture.grader.scoring.points == 20);
    clear(&fixture);
}

static void autograders_without_a_command_of_their_own_are_told_it(void **state)
{
    struct fixture fixture;

    (void)state;
    read_good(&fixture, HEAD
              ", \"kind\": \"coursera\", \"autograder\": \"folder\", "
              "\"points\": 1, \"run\": [\"./grade\", \"x\"], \"part\": \"P\", "
              "\"defaults\": {\"policy\": \"native\"}}");
    const struct cupel_grader_compat *compat = fixture.grader.compat;
    assert_int_equal(compat->kind, CUPEL_FOREIGN_COURSERA);
    assert_string_equal(compat->step.argv[1], "x");
    assert_string_equal(compat->part, "P");
    assert_false(compat->sets_up);
    clear(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_fills_in_the_defaults),
        cmocka_unit_test(policies_are_ones_own_then_the_default_then_the_kinds),
        cmocka_unit_test(limits_are_laid_over_each_other),
        cmocka_unit_test(environments_are_laid_over_each_other),
        cmocka_unit_test(arguments_may_be_empty),
        cmocka_unit_test(content_comes_from_files_or_stands_in_place),
        cmocka_unit_test(groups_have_the_points_of_their_tests),
        cmocka_unit_test(autograders_of_other_systems_have_no_tests_of_ours),
        cmocka_unit_test(autograders_without_a_command_of_their_own_are_told_it),
        cmocka_unit_test(needs_name_tests_and_groups_wherever_they_stand),
        cmocka_unit_test(scoring_has_its_defaults),
        cmocka_unit_test(scoring_is_read),
        cmocka_unit_test(mistakes_in_defaults_are_told_once),
        cmocka_unit_test(a_definition_without_tests_does_not_blame_its_groups),
        cmocka_unit_test(ids_follow_the_table),
        cmocka_unit_test(judges_have_no_share_in_the_defaults),
        cmocka_unit_test(the_tests_of_a_harness_stand_among_the_others),
        cmocka_unit_test(a_harness_in_process_runs_as_the_test_does),
    };
    return cmocka_run_group_tests_name("definition", tests, NULL, NULL);
}
