#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/cgroup_scope.h"

static void a_scope_holds_who_runs_in_it_and_not_below_it(void **state)
{
    static const struct {
        const char *text;
        bool holds;
    } cases[] = {
        {"0::/system.slice/a.scope\n", true},
        {"0::/a.scope\n", true},
        {"0::/system.slice/a.scope", true},
        {"12:pids:/\n1:name=systemd:/\n0::/user.slice/a.scope\n", true},
        {"0::/../../a.scope\n", true},
        {"0::/system.slice/a.scope/supervisor\n", false},
        {"0::/system.slice/aa.scope\n", false},
        {"0::/system.slice/a.scope (deleted)\n", false},
        {"12:pids:/a.scope\n0::/\n", false},
        {"1:name=systemd:/a.scope\n", false},
        {"0::/\n", false},
        {"0::\n", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cgroup_scope_holds(cases[i].text, "a.scope") != cases[i].holds)
            fail_msg("case %zu: %s", i, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scope_holds_who_runs_in_it_and_not_below_it),
    };
    return cmocka_run_group_tests_name("cgroup_scope", tests, NULL, NULL);
}
