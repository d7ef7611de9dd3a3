/* Prints what is found in a policy: lint_policy FOLDER NAME. Exits with 0, also if much is. */
#include <stdio.h>
#include <stdlib.h>

#include "cupel/policy.h"

int main(int argc, char **argv)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_error err = {0};

    if (argc != 3)
        return EXIT_FAILURE;
    int r = cupel_policy_lint(argv[1], argv[2], &diagnostics, &err);
    for (size_t i = 0; i < diagnostics.count; i++) {
        const struct cupel_diagnostic *d = &diagnostics.items[i];
        (void)printf("%s:%u:%u: %s: %s\n", d->file, d->line, d->column,
                     cupel_severity_names[d->severity], d->text);
    }
    if (r < 0 && diagnostics.count == 0)
        (void)printf("%s\n", err.text);
    cupel_diagnostics_clear(&diagnostics);
    return EXIT_SUCCESS;
}
