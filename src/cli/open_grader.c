#include "cli/open_grader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"

static bool is_missing(const char *path)
{
    return access(path, F_OK) < 0 && errno == ENOENT;
}

char *cli_find_grader(const char *name, const struct cupel_cli_paths *paths)
{
    CUPEL_AUTO_FREE char *shipped = NULL;

    if (strchr(name, '/') != NULL || !is_missing(name))
        return strdup(name);
    if (asprintf(&shipped, "%s/%s", paths->graders, name) < 0) {
        shipped = NULL;
        return NULL;
    }
    return strdup(is_missing(shipped) ? name : shipped);
}

int cli_open_grader(const char *command, const char *path, const struct cupel_cli_paths *paths,
                    struct cupel_grader **ret)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_error err = {0};
    int code = CUPEL_EXIT_OK;

    int r = cupel_grader_load(path, paths->policies, paths->filters, &diagnostics, ret, &err);
    if (r < 0 && cupel_diagnostics_errors(&diagnostics, 0) > 0) {
        cupel_cli_print_diagnostics(&diagnostics);
        code = CUPEL_EXIT_USAGE;
    } else if (r < 0) {
        code = cupel_cli_fail(command,
                              cupel_is_shortage(r) ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_USAGE,
                              "%s", err.text[0] != '\0' ? err.text : strerrordesc_np(-r));
    }
    cupel_diagnostics_clear(&diagnostics);
    return code;
}
