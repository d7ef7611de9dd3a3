#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/doctor.h"

#define HEADING "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"

static void controllers_of_version_1_have_a_hierarchy(void **state)
{
    struct doctor_names names = {.count = 7};
    bool disabled = true;

    (void)state;
    doctor_parse_controllers(HEADING
                             "cpuset\t3\t1\t1\n"
                             "cpu\t0\t20\t1\n"
                             "memory\t10\t20\t1\n"
                             "broken\n"
                             "\n"
                             "pids\t0\t1\t1",
                             &names, &disabled);
    assert_int_equal(names.count, 2);
    assert_string_equal(names.names[0], "cpuset");
    assert_string_equal(names.names[1], "memory");
    assert_false(disabled);
    doctor_parse_controllers(HEADING "memory\t0\t1\t0\ncpu\t0\t1\t1\n", &names, &disabled);
    assert_int_equal(names.count, 0);
    assert_true(disabled);
    doctor_parse_controllers("", &names, &disabled);
    assert_false(disabled);
}

static void no_more_controllers_are_kept_than_there_is_room_for(void **state)
{
    struct doctor_names names;
    char text[1024] = "";
    bool disabled;

    (void)state;
    for (int i = 0; i < 20; i++)
        strcat(text, "a_name_of_usual_length 1 1 1\n");
    doctor_parse_controllers(text, &names, &disabled);
    assert_int_equal(names.count, DOCTOR_NAMES_MAX);
    doctor_parse_controllers("a_name_that_is_too_long_for_a_controller 1 1 1\n", &names,
                             &disabled);
    assert_int_equal(names.count, 0);
}

static void own_cgroup_is_that_of_version_2(void **state)
{
    static const char *const cases[][2] = {
        {"0::/user.slice/user-1000.slice\n", "/user.slice/user-1000.slice"},
        {"5:memory:/a\n1:name=systemd:/b\n0::/c\n", "/c"},
        {"0::/", "/"},
        {"5:memory:/a\n", ""},
        {"10::/a\n", ""},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[PATH_MAX] = "before";
        doctor_parse_own_cgroup(cases[i][0], path);
        assert_string_equal(path, cases[i][1]);
    }
}

static void mounts_of_a_type_are_found_one_after_the_other(void **state)
{
    static const char text[] =
        "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
        "40 31 0:37 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:2 master:1 - cgroup2 cgroup2 "
        "rw\n"
        "broken - cgroup2 x y\n"
        "50 27 0:38 / /mnt/a\\040b\\134c rw - cgroup2 none rw\n";
    char path[PATH_MAX];

    (void)state;
    const char *rest = doctor_parse_mount(text, "cgroup2", path);
    assert_non_null(rest);
    assert_string_equal(path, "/sys/fs/cgroup/unified");
    rest = doctor_parse_mount(rest, "cgroup2", path);
    assert_non_null(rest);
    rest = doctor_parse_mount(rest, "cgroup2", path);
    assert_non_null(rest);
    assert_string_equal(path, "/mnt/a b\\c");
    assert_null(doctor_parse_mount(rest, "cgroup2", path));
    assert_non_null(doctor_parse_mount(text, "cgroup", path));
    assert_string_equal(path, "/sys/fs/cgroup/memory");
    assert_null(doctor_parse_mount(text, "overlay", path));
}

static void a_hierarchy_is_named_as_what_it_is(void **state)
{
    const struct doctor_names none = {.count = 0};
    const struct doctor_names some = {.count = 1};

    (void)state;
    assert_int_equal(doctor_hierarchy_of(false, true, &none), DOCTOR_VERSION_2);
    assert_int_equal(doctor_hierarchy_of(true, true, &none), DOCTOR_VERSION_2);
    assert_int_equal(doctor_hierarchy_of(true, true, &some), DOCTOR_HYBRID);
    assert_int_equal(doctor_hierarchy_of(true, false, &some), DOCTOR_VERSION_1);
    assert_int_equal(doctor_hierarchy_of(false, false, &none), DOCTOR_NO_HIERARCHY);
}

static void the_unit_is_the_innermost_one(void **state)
{
    static const char *const cases[][2] = {
        {"/system.slice/judge.service", "judge.service"},
        {"/system.slice/judge.service/below", "judge.service"},
        {"/system.slice/system-a\\x2db.slice/a\\x2db@1.service", "a\\x2db@1.service"},
        {"/user.slice/user-1000.slice/user@1000.service/app.slice/x.service", "x.service"},
        {"/user.slice/user-1000.slice/session-3.scope", "session-3.scope"},
        {"/made/by hand'; reboot.service", ""},
        {"/.service", ""},
        {"/", ""},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char unit[256] = "before";
        doctor_parse_unit(cases[i][0], unit);
        assert_string_equal(unit, cases[i][1]);
    }
}

static void releases_compare_by_number(void **state)
{
    (void)state;
    assert_true(doctor_is_release("5.13.0", 5, 13));
    assert_true(doctor_is_release("6.1.0-40-amd64", 5, 13));
    assert_true(doctor_is_release("5.100", 5, 13));
    assert_false(doctor_is_release("5.4.0-150-generic", 5, 13));
    assert_false(doctor_is_release("4.18.0-553.el8", 5, 13));
    assert_true(doctor_is_release("unknown", 5, 13));
}

static void the_version_of_systemd_is_its_number(void **state)
{
    char version[32] = "before";

    (void)state;
    doctor_parse_systemd("systemd 252 (252.38-1~deb12u1)\n+PAM +AUDIT\n", version);
    assert_string_equal(version, "252");
    doctor_parse_systemd("systemctl: not found\n", version);
    assert_string_equal(version, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controllers_of_version_1_have_a_hierarchy),
        cmocka_unit_test(no_more_controllers_are_kept_than_there_is_room_for),
        cmocka_unit_test(own_cgroup_is_that_of_version_2),
        cmocka_unit_test(mounts_of_a_type_are_found_one_after_the_other),
        cmocka_unit_test(a_hierarchy_is_named_as_what_it_is),
        cmocka_unit_test(the_unit_is_the_innermost_one),
        cmocka_unit_test(releases_compare_by_number),
        cmocka_unit_test(the_version_of_systemd_is_its_number),
    };
    return cmocka_run_group_tests_name("doctor_parse", tests, NULL, NULL);
}
