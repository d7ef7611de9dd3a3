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

static void only_scopes_and_services_can_be_delegated(void **state)
{
    static const struct {
        const char *object;
        const char *interface;
    } cases[] = {
        {"/org/freedesktop/systemd1/unit/a_2escope", "org.freedesktop.systemd1.Scope"},
        {"/org/freedesktop/systemd1/unit/user_401000_2eservice",
         "org.freedesktop.systemd1.Service"},
        {"/org/freedesktop/systemd1/unit/app_2eslice", NULL},
        {"/org/freedesktop/systemd1/unit/_2escopes", NULL},
        {"_2escope", NULL},
        {"/", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *interface = cgroup_scope_interface(cases[i].object);
        if ((interface == NULL) != (cases[i].interface == NULL) ||
            (interface != NULL && strcmp(interface, cases[i].interface) != 0))
            fail_msg("case %zu: %s", i, interface);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scope_holds_who_runs_in_it_and_not_below_it),
        cmocka_unit_test(only_scopes_and_services_can_be_delegated),
    };
    return cmocka_run_group_tests_name("cgroup_scope", tests, NULL, NULL);
}
