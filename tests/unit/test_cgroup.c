#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/cgroup_files.h"
#include "sandbox/cgroup_internal.h"

static void find_key_reads_whole_keys_only(void **state)
{
    static const char events[] = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 1\n";

    (void)state;
    assert_int_equal(cgroup_find_key(events, "max"), 12);
    assert_int_equal(cgroup_find_key(events, "oom"), 3);
    assert_int_equal(cgroup_find_key(events, "oom_kill"), 2);
    assert_int_equal(cgroup_find_key(events, "oom_group"), UINT64_MAX);
    assert_int_equal(cgroup_find_key(events, "kill"), UINT64_MAX);
    assert_int_equal(cgroup_find_key("usage_usec 18446744073709\n", "usage_usec"),
                     18446744073709ULL);
}

static void find_key_takes_no_number_for_nothing(void **state)
{
    (void)state;
    assert_int_equal(cgroup_find_key("", "max"), UINT64_MAX);
    assert_int_equal(cgroup_find_key("max", "max"), UINT64_MAX);
    assert_int_equal(cgroup_find_key("max \nx 1\n", "max"), UINT64_MAX);
    assert_int_equal(cgroup_find_key("max many\n", "max"), UINT64_MAX);
}

static void has_word_finds_whole_words(void **state)
{
    static const char controllers[] = "cpuset cpu io memory pids\n";

    (void)state;
    assert_true(cgroup_has_word(controllers, "cpu"));
    assert_true(cgroup_has_word(controllers, "cpuset"));
    assert_true(cgroup_has_word(controllers, "pids"));
    assert_false(cgroup_has_word(controllers, "pid"));
    assert_false(cgroup_has_word(controllers, "mem"));
    assert_false(cgroup_has_word("\n", "cpu"));
    assert_false(cgroup_has_word("", "cpu"));
}

static void own_path_is_that_of_version_2(void **state)
{
    static const char hybrid[] = "4:memory:/0::/no\n1:name=systemd:/\n0::/user.slice/a b\n";
    const char *path = NULL;

    (void)state;
    assert_int_equal(cgroup_find_own_path(hybrid, &path), 15);
    assert_memory_equal(path, "/user.slice/a b", 15);
    assert_int_equal(cgroup_find_own_path("0::/\n", &path), 1);
    assert_int_equal(cgroup_find_own_path("10::/x\n4:memory:/\n", &path), -ENOENT);
    assert_int_equal(cgroup_find_own_path("", &path), -ENOENT);
}

static void version_1_has_taken_what_it_has_a_hierarchy_for(void **state)
{
    static const char table[] =
        "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
        "cpu\t1\t3\t1\nmemory\t0\t60\t1\npids\t12\t60\t1\n";

    (void)state;
    assert_true(cgroup_is_taken_by_v1(table, "pids"));
    assert_true(cgroup_is_taken_by_v1(table, "cpu"));
    assert_false(cgroup_is_taken_by_v1(table, "memory"));
    assert_false(cgroup_is_taken_by_v1(table, "io"));
}

static void jobs_are_known_by_their_whole_name(void **state)
{
    (void)state;
    assert_true(cgroup_job_is_name("cupel-1-00000000"));
    assert_true(cgroup_job_is_name("cupel-4194304-89abcdef"));
    assert_false(cgroup_job_is_name("cupel-production"));
    assert_false(cgroup_job_is_name("cupel-12"));
    assert_false(cgroup_job_is_name("cupel--89abcdef"));
    assert_false(cgroup_job_is_name("cupel-1-89ABCDEF"));
    assert_false(cgroup_job_is_name("cupel-1-89abcdef0"));
    assert_false(cgroup_job_is_name("cupel-1-89abcdef.scope"));
    assert_false(cgroup_job_is_name("a-cupel-1-89abcdef"));
    assert_false(cgroup_job_is_name(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_key_reads_whole_keys_only),
        cmocka_unit_test(find_key_takes_no_number_for_nothing),
        cmocka_unit_test(has_word_finds_whole_words),
        cmocka_unit_test(own_path_is_that_of_version_2),
        cmocka_unit_test(version_1_has_taken_what_it_has_a_hierarchy_for),
        cmocka_unit_test(jobs_are_known_by_their_whole_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
