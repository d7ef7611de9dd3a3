/*
 * Runs a command under the Landlock rules of policy native, and under nothing else:
 * under_landlock COMMAND [ARGUMENT…]
 * Exits with 125 if that could not be done, and with 77 on a kernel without Landlock. For root,
 * whom Landlock does not ask for no_new_privs, which is a layer of its own.
 */
#include <stdio.h>
#include <unistd.h>

#include "cell/cell.h"

enum { NOT_HERE = 77, NOT_RUN = 125 };

int main(int argc, char **argv)
{
    static const struct cupel_wire_rule rules[] = {
        {"/usr", CUPEL_WIRE_READ},        {"/bin", CUPEL_WIRE_READ},
        {"/sbin", CUPEL_WIRE_READ},       {"/lib", CUPEL_WIRE_READ},
        {"/lib64", CUPEL_WIRE_READ},      {"/etc", CUPEL_WIRE_READ},
        {"/tmp", CUPEL_WIRE_WRITE},       {"/dev/null", CUPEL_WIRE_DEVICE},
        {"/dev/zero", CUPEL_WIRE_DEVICE}, {"/dev/full", CUPEL_WIRE_DEVICE},
        {"/proc", CUPEL_WIRE_INSPECT},    {"/", CUPEL_WIRE_LIST},
    };
    struct cupel_wire_run run = {.rule_count = sizeof(rules) / sizeof(rules[0])};
    struct cupel_error err = {0};
    int abi = cell_landlock_abi(&err);

    for (size_t i = 0; i < run.rule_count; i++)
        run.rules[i] = rules[i];
    if (abi == 0) {
        (void)puts("a kernel without Landlock");
        return NOT_HERE;
    }
    int ruleset_fd = abi < 0 ? abi : cell_landlock_make(&run, abi, &err);
    if (argc < 2 || ruleset_fd < 0 || cell_landlock_restrict(ruleset_fd, &err) < 0) {
        (void)fprintf(stderr, "under_landlock: %s\n", err.text);
        return NOT_RUN;
    }
    (void)execv(argv[1], argv + 1);
    return NOT_RUN;
}
