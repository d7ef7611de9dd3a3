#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "grader/grading.h"
#include "grader/plan.h"

static char *first_paths[] = {(char[]){"/usr/lib/jvm"}, (char[]){"/etc"}, (char[]){"/bin"},
                              (char[]){"/usr/lib"}, NULL};
static char *second_paths[] = {(char[]){"/usr"},
                               (char[]){"/box/x"},
                               (char[]){"/tmp"},
                               (char[]){"/usrlocal"},
                               (char[]){"/bin"},
                               (char[]){"/proc/1"},
                               (char[]){"/etc/java"},
                               (char[]){"/"},
                               (char[]){"/etc/ssl/x"},
                               (char[]){"/etc/hosts"},
                               NULL};

static struct cupel_policy unpack_policy = {.read_only = first_paths,
                                            .limits = {.disk_bytes = 100, .inodes = 5000},
                                            .require = 1U << CUPEL_LAYER_SECCOMP};
static struct cupel_policy native_policy = {.read_only = second_paths,
                                            .network = CUPEL_NETWORK_LOOPBACK,
                                            .require = 1U << CUPEL_LAYER_LANDLOCK};
static struct cupel_policy *policies[] = {&unpack_policy, &native_policy};
static struct cupel_filters filters[2];
static struct cupel_step builds[] = {{.limits = {.disk_bytes = 300000, .inodes = 2}},
                                     {.limits = {.disk_bytes = 200, .inodes = 9000}}};
static struct cupel_grader_test all_tests[] = {
    {.step = {.policy = &native_policy}},
    {.step = {.policy = &native_policy}},
    {.step = {.policy = &native_policy}},
};
static const struct cupel_grader grader = {
    .policies = policies,
    .filters = filters,
    .policy_count = 2,
    .builds = builds,
    .build_count = 2,
    .tests = all_tests,
    .test_count = 3,
    .intake = {.max_size_bytes = 250, .max_files = 10},
};

static void mounts_are_the_union_of_what_policies_show(void **state)
{
    static const char *const expected[] = {"/bin", "/usr", "/usrlocal", "/etc/java"};
    const struct cupel_grade_options options = {.jobs = 1};
    struct cupel_plan plan = {0};

    (void)state;
    assert_int_equal(cupel_plan_make(&grader, &options, &plan), 0);
    assert_int_equal(plan.learner.options.mount_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(plan.learner.mounts[i].source, expected[i]);
        assert_string_equal(plan.learner.mounts[i].destination, expected[i]);
        assert_true(plan.learner.mounts[i].optional);
        assert_false(plan.learner.mounts[i].writable);
    }
    cupel_plan_clear(&plan);
}

static void the_cell_has_room_for_the_largest_need(void **state)
{
    const struct cupel_grade_options options = {.jobs = 1};
    struct cupel_plan plan = {0};

    (void)state;
    assert_int_equal(cupel_plan_make(&grader, &options, &plan), 0);
    assert_int_equal(plan.learner.options.box_bytes, 300000);
    assert_int_equal(plan.learner.options.box_inodes, 9000);
    assert_int_equal(plan.learner.options.network, CUPEL_NETWORK_LOOPBACK);
    cupel_plan_clear(&plan);
}

static void there_are_no_more_lanes_than_tests_or_jobs(void **state)
{
    static const unsigned cases[][2] = {{1, 1}, {2, 2}, {3, 3}, {64, 3}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct cupel_grade_options options = {.jobs = cases[i][0]};
        struct cupel_plan plan = {0};
        assert_int_equal(cupel_plan_make(&grader, &options, &plan), 0);
        assert_int_equal(plan.learner.options.lanes, cases[i][1]);
        cupel_plan_clear(&plan);
    }
}

/* A grader whose checker's policy shows more than its tests' does. */
static void each_cell_shows_what_its_own_policies_do(void **state)
{
    static char *nothing[] = {NULL};
    static struct cupel_policy judge_policy = {.read_only = second_paths};
    static struct cupel_policy plain_policy = {.read_only = nothing};
    static struct cupel_policy unpacking = {.read_only = nothing,
                                            .limits = {.disk_bytes = 100, .inodes = 10}};
    struct cupel_policy *own_policies[] = {&unpacking, &judge_policy, &plain_policy};
    struct cupel_step judge_build = {.policy = &judge_policy,
                                     .limits = {.disk_bytes = 1ULL << 40}};
    struct cupel_grader_test test = {.step = {.policy = &plain_policy},
                                     .judging = CUPEL_JUDGED_BY_CHECKER,
                                     .judge = {.policy = &judge_policy}};
    struct cupel_grader judged = grader;
    const struct cupel_grade_options options = {.jobs = 1, .exec_path = "exec"};
    struct cupel_plan plan = {0};

    (void)state;
    judged.policies = own_policies;
    judged.policy_count = 3;
    judged.tests = &test;
    judged.test_count = 1;
    judged.build_count = 0;
    judged.judge_builds = &judge_build;
    judged.judge_build_count = 1;
    assert_int_equal(cupel_plan_make(&judged, &options, &plan), 0);
    assert_int_equal(plan.learner.options.mount_count, 0);
    assert_true(plan.has_judge);
    assert_int_equal(plan.judge.options.mount_count, 4);
    assert_true(plan.judge.options.box_bytes == 1ULL << 40);
    assert_int_equal(plan.judge.options.lanes, 1);
    assert_null(plan.judge.options.exec_path);
    cupel_plan_clear(&plan);
}

static void calls_of_a_harness_have_lanes_of_their_own(void **state)
{
    struct cupel_grader_test test = {.judging = CUPEL_JUDGED_BY_HARNESS};
    struct cupel_grader_harness harness = {.call = {.policy = &native_policy}, .test_count = 1};
    struct cupel_grader judged = grader;

    (void)state;
    judged.tests = &test;
    judged.test_count = 1;
    judged.harnesses = &harness;
    judged.harness_count = 1;
    for (unsigned jobs = 1; jobs <= CUPEL_CELL_LANES_MAX; jobs += 63) {
        const struct cupel_grade_options options = {.jobs = jobs, .exec_path = "exec"};
        struct cupel_plan plan = {0};
        harness.in_process = false;
        assert_int_equal(cupel_plan_make(&judged, &options, &plan), 0);
        assert_true(plan.has_judge);
        assert_int_equal(plan.learner.options.lanes, plan.jobs + CUPEL_PLAN_CALLS);
        assert_string_equal(plan.judge.options.exec_path, "exec");
        cupel_plan_clear(&plan);
        plan = (struct cupel_plan){0};
        harness.in_process = true;
        assert_int_equal(cupel_plan_make(&judged, &options, &plan), 0);
        assert_false(plan.has_judge);
        assert_int_equal(plan.learner.options.lanes, 1);
        cupel_plan_clear(&plan);
    }
}

static void layers_are_those_of_policies_and_of_the_options(void **state)
{
    const struct cupel_grade_options options = {.jobs = 1, .require = 1U << CUPEL_LAYER_CGROUP};
    struct cupel_plan plan = {0};

    (void)state;
    assert_int_equal(cupel_plan_make(&grader, &options, &plan), 0);
    assert_int_equal(plan.require, 1U << CUPEL_LAYER_SECCOMP | 1U << CUPEL_LAYER_LANDLOCK |
                                       1U << CUPEL_LAYER_CGROUP);
    cupel_plan_clear(&plan);
}

static void check_names_each_layer_that_is_missing(void **state)
{
    struct cupel_error err = {0};

    (void)state;
    assert_int_equal(cupel_plan_check_layers(0, 0, &err), 0);
    assert_int_equal(cupel_plan_check_layers(cupel_plan_layers(NULL), ~0U, &err), 0);
    assert_int_equal(cupel_plan_check_layers(1U << CUPEL_LAYER_LANDLOCK |
                                                 1U << CUPEL_LAYER_CGROUP |
                                                 1U << CUPEL_LAYER_SECCOMP,
                                             cupel_plan_layers(NULL), &err),
                     -ENOTSUP);
    assert_string_equal(err.text,
                        "this host cannot enforce what is required: landlock, cgroup; "
                        "see `cupel doctor`");
}

static void blame_follows_the_table(void **state)
{
    static const struct {
        const char *program;
        const char *path;
        int exec_errno;
        bool blames_grader;
    } cases[] = {
        {"gcc", NULL, ENOENT, true},
        {"gcc", NULL, EACCES, true},
        {"gcc", NULL, 0, false},
        {"/usr/bin/nosuch", NULL, ENOENT, true},
        {"./fib", NULL, ENOENT, false},
        {"bin/fib", NULL, EACCES, false},
        {"/box/fib", NULL, ENOENT, false},
        {"/box", NULL, EACCES, false},
        {"/boxes/fib", NULL, ENOENT, true},
        {"fib", "PATH=/box:/usr/bin", ENOENT, false},
        {"fib", "PATH=/usr/bin:/box/bin", ENOENT, false},
        {"fib", "PATH=/usr/bin:.", ENOENT, false},
        {"fib", "PATH=/usr/bin:", ENOENT, false},
        {"fib", "PATH=/usr/bin:/boxes", ENOENT, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char program[32];
        char path[64];
        (void)snprintf(program, sizeof(program), "%s", cases[i].program);
        (void)snprintf(path, sizeof(path), "%s", cases[i].path != NULL ? cases[i].path : "");
        char *argv[] = {program, NULL};
        char *environment[] = {cases[i].path != NULL ? path : NULL, NULL};
        const struct cupel_step step = {.argv = argv, .environment = environment};
        const struct cupel_outcome outcome = {.exec_errno = cases[i].exec_errno};
        if (cupel_grading_blames_grader(&step, &outcome) != cases[i].blames_grader)
            fail_msg("case %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mounts_are_the_union_of_what_policies_show),
        cmocka_unit_test(the_cell_has_room_for_the_largest_need),
        cmocka_unit_test(there_are_no_more_lanes_than_tests_or_jobs),
        cmocka_unit_test(each_cell_shows_what_its_own_policies_do),
        cmocka_unit_test(calls_of_a_harness_have_lanes_of_their_own),
        cmocka_unit_test(layers_are_those_of_policies_and_of_the_options),
        cmocka_unit_test(check_names_each_layer_that_is_missing),
        cmocka_unit_test(blame_follows_the_table),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
