/* What the commands of `cupel policy` share: options, loading, writing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/install.h"
#include "cli/policy.h"
#include "cupel/render.h"

static bool take_arch(struct policy_request *request)
{
    size_t index = 0;

    if (!cupel_cli_parse_choice(request->command, "--arch", optarg, cupel_arch_names, &index))
        return false;
    request->arch = (enum cupel_arch)index;
    return true;
}

static bool take_option(struct policy_request *request, int id)
{
    switch (id) {
    case 'o':
        request->output = optarg;
        return true;
    case POLICY_ARCH:
        return take_arch(request);
    case POLICY_FORMAT:
        request->format = optarg;
        return true;
    case POLICY_JSON:
        request->json = true;
        return true;
    default:
        return false; /* getopt(3) has told */
    }
}

int policy_print(const char *text)
{
    struct cupel_error err = {0};

    return cupel_cli_write(NULL, text, &err) < 0 ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_OK;
}

bool policy_find_folder(struct policy_request *request, int *ret_code)
{
    struct cupel_cli_paths paths;
    struct cupel_error err = {0};

    if (cupel_cli_paths_find(&paths, &err) < 0) {
        *ret_code = cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
        return false;
    }
    memcpy(request->folder, paths.policies, sizeof(request->folder));
    return true;
}

bool policy_request_read(const struct policy_usage *usage, int argc, char **argv,
                         struct policy_request *ret, int *ret_code)
{
    int id = 0;

    *ret = (struct policy_request){.command = argv[0], .arch = cupel_arch_native()};
    *ret_code = CUPEL_EXIT_USAGE;
    while ((id = getopt_long(argc, argv, usage->short_options, usage->options, NULL)) != -1) {
        if (id == 'h') {
            *ret_code = policy_print(usage->help);
            return false;
        }
        if (!take_option(ret, id))
            return false;
    }
    ret->operands = argv + optind;
    ret->operand_count = (size_t)(argc - optind);
    if (ret->operand_count < usage->min_operands || ret->operand_count > usage->max_operands) {
        (void)cupel_cli_usage(argv[0], "expected %s; see %s --help", usage->operands, argv[0]);
        return false;
    }
    return policy_find_folder(ret, ret_code);
}

int policy_load(const struct policy_request *request, const char *name,
                struct cupel_policy **ret)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_error err = {0};

    int r = cupel_policy_load(request->folder, name, request->arch, &diagnostics, ret, &err);
    cupel_cli_print_diagnostics(&diagnostics);
    if (r < 0 && cupel_diagnostics_errors(&diagnostics, 0) == 0)
        (void)cupel_cli_usage(request->command, "%s", err.text);
    cupel_diagnostics_clear(&diagnostics);
    if (r == 0)
        return CUPEL_EXIT_OK;
    return cupel_is_shortage(r) ? CUPEL_EXIT_PLATFORM : CUPEL_EXIT_USAGE;
}

int policy_write(const struct policy_request *request, char *text)
{
    struct cupel_error err = {0};

    if (text == NULL)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "out of memory");
    int r = cupel_cli_write(request->output, text, &err);
    free(text);
    return r < 0 ? cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text)
                 : CUPEL_EXIT_OK;
}

int policy_write_json(const struct policy_request *request, json_t *json)
{
    char *text = json == NULL ? NULL : cupel_render_json_text(json);

    json_decref(json);
    return policy_write(request, text);
}

int policy_write_document(const struct policy_request *request, json_t *document,
                          char *(*as_text)(const json_t *document))
{
    if (document == NULL || request->json)
        return policy_write_json(request, document);
    char *text = as_text(document);
    json_decref(document);
    return policy_write(request, text);
}
