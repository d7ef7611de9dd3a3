#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scope/unit.h"

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
        const char *interface = unit_interface(cases[i].object);
        if ((interface == NULL) != (cases[i].interface == NULL) ||
            (interface != NULL && strcmp(interface, cases[i].interface) != 0))
            fail_msg("case %zu: %s", i, interface);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_scopes_and_services_can_be_delegated),
    };
    return cmocka_run_group_tests_name("scope_unit", tests, NULL, NULL);
}
