/*
 * cupel lint: what is wrong, or probably wrong, with policies and graders, as
 * file:line:column: severity: text.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/install.h"
#include "cupel/grader.h"
#include "cupel/policy.h"

#define MAX_SIZE (1024UL * 1024)

static const char help[] =
    "Usage: cupel lint FILE…\n"
    "\n"
    "Check policies and graders. FILE is a policy, a grader.json, or the folder of a grader.\n"
    "Each finding is a line: file:line:column: error, warning or note: text.\n"
    "\n"
    "  -h, --help  print this\n"
    "\n"
    "Example:\n"
    "  cupel lint policies/*.json graders/*\n"
    "\n"
    "Exit:\n"
    "  0  no errors; there may be warnings and notes\n"
    "  1  platform failure\n"
    "  2  errors, or usage\n";

static void print(const struct cupel_diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct cupel_diagnostic *item = &diagnostics->items[i];
        const char *severity = cupel_severity_names[item->severity];
        if (item->line > 0)
            (void)printf("%s:%u:%u: %s: %s\n", item->file, item->line, item->column, severity,
                         item->text);
        else
            (void)printf("%s: %s: %s\n", item->file, severity, item->text);
    }
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum kind { POLICY, GRADER };

/* By the key "schema". Returns 0, or -EINVAL with diagnostics, or -errno with err. */
static int find_kind(const char *path, struct cupel_diagnostics *diagnostics, enum kind *ret,
                     struct cupel_error *err)
{
    static const char *const schemas[] = {
        [POLICY] = "cupel.policy/1", [GRADER] = "cupel.grader/1", NULL};
    struct cupel_document *document = NULL;
    struct cupel_field schema;
    size_t kind = GRADER;

    if (is_folder(path)) {
        *ret = GRADER;
        return 0;
    }
    int r = cupel_document_load(AT_FDCWD, path, path, MAX_SIZE, diagnostics, &document, err);
    if (r < 0)
        return r;
    struct cupel_field root = cupel_document_root(document);
    if (!cupel_field_is_object(&root) || !cupel_field_require(&root, "schema", &schema) ||
        !cupel_field_choice(&schema, schemas, &kind))
        r = -EINVAL;
    cupel_document_free(document);
    *ret = (enum kind)kind;
    return r;
}

static int lint_file(const char *path, const struct cupel_cli_paths *paths,
                     struct cupel_diagnostics *diagnostics, struct cupel_error *err)
{
    struct cupel_grader *grader = NULL;
    enum kind kind = POLICY;

    int r = find_kind(path, diagnostics, &kind, err);
    if (r < 0)
        return r;
    if (kind == POLICY)
        return cupel_policy_lint(paths->policies, path, diagnostics, err);
    r = cupel_grader_load(path, paths->policies, paths->filters, diagnostics, &grader, err);
    cupel_grader_free(grader);
    return r;
}

/* Print what is found in one file. Returns the exit code for it. */
static int lint_and_print(const char *path, const struct cupel_cli_paths *paths)
{
    struct cupel_diagnostics diagnostics = {.remarks = true};
    struct cupel_error err = {0};

    int r = lint_file(path, paths, &diagnostics, &err);
    if (r < 0 && cupel_diagnostics_errors(&diagnostics, 0) == 0)
        cupel_diagnostics_add(&diagnostics, path, 0, 0, "%s",
                              err.text[0] != '\0' ? err.text : strerrordesc_np(-r));
    bool has_errors = cupel_diagnostics_errors(&diagnostics, 0) > 0;
    print(&diagnostics);
    cupel_diagnostics_clear(&diagnostics);
    if (cupel_is_shortage(r))
        return CUPEL_EXIT_PLATFORM;
    return has_errors ? CUPEL_EXIT_USAGE : CUPEL_EXIT_OK;
}

int cupel_cli_lint(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct cupel_cli_paths paths;
    struct cupel_error err = {0};
    int code = CUPEL_EXIT_OK;
    int id;

    while ((id = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (id != 'h')
            return CUPEL_EXIT_USAGE; /* getopt(3) has told */
        return cupel_cli_write(NULL, help, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
    }
    if (optind == argc)
        return cupel_cli_usage(argv[0], "expected files; see cupel lint --help");
    if (cupel_cli_paths_find(&paths, &err) < 0)
        return cupel_cli_fail(argv[0], CUPEL_EXIT_PLATFORM, "%s", err.text);
    for (int i = optind; i < argc && code != CUPEL_EXIT_PLATFORM; i++) {
        int of_file = lint_and_print(argv[i], &paths);
        code = of_file != CUPEL_EXIT_OK ? of_file : code;
    }
    return fflush(stdout) == 0 ? code : CUPEL_EXIT_PLATFORM;
}
