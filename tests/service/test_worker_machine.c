#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service/worker_machine.h"

static void a_limit_is_a_number(void **state)
{
    (void)state;
    assert_int_equal(worker_machine_limit("4294967296\n"), INT64_C(4294967296));
    assert_int_equal(worker_machine_limit("9223372036854771712\n"),
                     INT64_C(9223372036854771712));
}

static void what_is_no_number_is_no_limit(void **state)
{
    static const char *const texts[] = {
        "max\n", "", "-1", "0\n", "12 13", "1e9", "99999999999999999999999\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_true(worker_machine_limit(texts[i]) == UINT64_MAX);
}

static void the_cgroup_is_that_of_version_two(void **state)
{
    char path[PATH_MAX];
    char large[PATH_MAX + 8];

    (void)state;
    assert_true(worker_machine_cgroup("4:memory:/old\n0::/system.slice/a.service\n", path));
    assert_string_equal(path, "/system.slice/a.service");
    assert_true(worker_machine_cgroup("0::/", path));
    assert_string_equal(path, "/");
    assert_false(worker_machine_cgroup("4:memory:/old\n", path));
    assert_false(worker_machine_cgroup("", path));
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    memcpy(large, "0::/", 4);
    assert_false(worker_machine_cgroup(large, path));
}

static void the_machine_has_memory(void **state)
{
    (void)state;
    assert_true(worker_machine_memory() > 0);
    assert_true(worker_machine_memory() < UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_is_a_number),
        cmocka_unit_test(what_is_no_number_is_no_limit),
        cmocka_unit_test(the_cgroup_is_that_of_version_two),
        cmocka_unit_test(the_machine_has_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
