/* cupel policy audit: a statement of each policy that can be signed and archived. Nothing in it
 * depends on the machine, the folder or the time. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/policy.h"
#include "cli/policy_model.h"
#include "cli/policy_rules.h"
#include "cli/policy_table.h"

static const char help[] =
    "Usage: cupel policy audit [-o FOLDER] [POLICY…]\n"
    "\n"
    "Print a statement of each shipped policy, or of those named: hashes of the policy and of\n"
    "its filters, limits, files, network, layers, and each rule and invariant with its "
    "reason.\n"
    "The same policy gives the same statement on every machine.\n"
    "\n"
    "  -o, --output FOLDER  write each to FOLDER/NAME.txt instead\n"
    "  -h, --help           print this\n"
    "\n"
    "Example:\n"
    "  cupel policy audit -o docs/audit\n"
    "\n"
    "Exit: 0 written, 1 platform failure, 2 usage or an invalid policy.\n";

#define INDENT 16

/* How many calls there are of each kind, and what filter they make. */
static int put_filter(struct page *page, const struct cupel_policy *policy,
                      struct cupel_error *err)
{
    struct cupel_filter filter = {0};

    json_t *calls = policy_calls_json(policy, err);
    if (calls == NULL)
        return err->code;
    int r = cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, &filter, err);
    if (r == 0) {
        page_format(page, "  %-*s%s\n", INDENT - 2, cupel_arch_names[policy->arch],
                    filter.sha256);
        page_format(page, "%*s%zu instructions; ", INDENT, "", filter.count);
        page_format(page, "%zu calls allowed, %zu by arguments, %zu killed\n",
                    policy_count_calls(calls, "allow"),
                    policy_count_calls(calls, "by arguments"),
                    policy_count_calls(calls, "kill"));
    }
    cupel_filter_clear(&filter);
    json_decref(calls);
    return r;
}

static void put_parents(struct page *page, const json_t *head)
{
    const json_t *chain = json_object_get(head, "extends");
    json_t *parent;
    size_t i;

    page_format(page, "  %-*s", INDENT - 2, "extends");
    json_array_foreach(chain, i, parent)
    {
        page_format(page, i > 0 ? ", which extends " : "");
        page_put(page, json_string_value(parent), 0, false);
    }
    page_format(page, json_array_size(chain) == 0 ? "nothing\n" : "\n");
}

static void put_statement(struct page *page, const struct cupel_policy *policy)
{
    json_t *head = policy_head_json("", policy);
    json_t *settings = policy_settings_json(policy);
    json_t *rules = policy_rules_json(policy);
    json_t *invariants = policy_invariants_json(policy);

    put_parents(page, head);
    policy_put_settings(page, settings, false);
    page_format(page, "  capabilities  none\n");
    page_format(page, "\nRules; the last that matches a call decides:\n");
    policy_put_rules(page, rules);
    page_format(page, "\nInvariants, which no policy can widen:\n");
    policy_put_rules(page, invariants);
    page_wrap(page, "  invariant", 20, "kill entry by 32-bit and x32 calls");
    json_decref(head);
    json_decref(settings);
    json_decref(rules);
    json_decref(invariants);
}

/* Load the policy for each architecture and put what differs. Returns an exit code. */
static int put_filters(struct page *page, struct policy_request *request, const char *name)
{
    struct cupel_error err = {0};

    page_format(page, "  filters, by sha256\n");
    for (request->arch = 0; request->arch < CUPEL_ARCH_COUNT; request->arch++) {
        struct cupel_policy *policy = NULL;
        int code = policy_load(request, name, &policy);
        if (code != CUPEL_EXIT_OK)
            return code;
        int r = put_filter(page, policy, &err);
        cupel_policy_free(policy);
        if (r < 0)
            return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s: %s", name,
                                  err.text);
    }
    return CUPEL_EXIT_OK;
}

static int make_statement(struct policy_request *request, const char *name,
                          const struct cupel_policy *policy, char **ret)
{
    struct page page;

    page_open(&page, false);
    page_format(&page, "Policy ");
    page_put(&page, policy->name, 0, false);
    page_format(&page, "\n");
    page_wrap(&page, "", 2, policy->why);
    page_format(&page, "  %-*s%s\n", INDENT - 2, "sha256", policy->sha256);
    int code = put_filters(&page, request, name);
    put_statement(&page, policy);
    char *text = page_close(&page);
    if (code != CUPEL_EXIT_OK) {
        free(text);
        return code;
    }
    if (text == NULL)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "out of memory");
    *ret = text;
    return code;
}

/* Takes text. folder: NULL for standard output. */
static int write_statement(struct policy_request *request, const char *folder, const char *name,
                           char *text)
{
    char path[PATH_MAX];

    if (folder != NULL) {
        int n = snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
        if (n < 0 || (size_t)n >= sizeof(path)) {
            free(text);
            return cupel_cli_usage(request->command, "%s: path too long", folder);
        }
        request->output = path;
    }
    int code = policy_write(request, text);
    request->output = NULL;
    return code;
}

static int audit(struct policy_request *request, const char *folder, const char *name)
{
    struct cupel_policy *policy = NULL;
    char *text = NULL;

    request->arch = CUPEL_ARCH_X86_64; /* what is said of rules is the same for all */
    int code = policy_load(request, name, &policy);
    if (code != CUPEL_EXIT_OK)
        return code;
    code = make_statement(request, name, policy, &text);
    if (code == CUPEL_EXIT_OK)
        code = write_statement(request, folder, policy->name, text);
    cupel_policy_free(policy);
    return code;
}

int cupel_cli_policy_audit(int argc, char **argv)
{
    static const struct option options[] = {POLICY_OPTION_OUTPUT, POLICY_OPTION_HELP,
                                            POLICY_OPTION_END};
    static const struct policy_usage usage = {.help = help,
                                              .options = options,
                                              .short_options = "ho:",
                                              .operands = "policies",
                                              .max_operands = SIZE_MAX};
    struct policy_request request;
    int code = CUPEL_EXIT_PLATFORM;

    if (!policy_request_read(&usage, argc, argv, &request, &code))
        return code;
    const char *folder = request.output;
    request.output = NULL;
    char **shipped = request.operand_count == 0 ? policy_names(&request) : NULL;
    char **names = shipped != NULL ? shipped : request.operands;
    if (request.operand_count == 0 && shipped == NULL)
        return CUPEL_EXIT_PLATFORM;
    code = CUPEL_EXIT_OK;
    for (size_t i = 0; names[i] != NULL && code == CUPEL_EXIT_OK; i++) {
        if (i > 0 && folder == NULL)
            code = policy_write(&request, strdup("\n"));
        if (code == CUPEL_EXIT_OK)
            code = audit(&request, folder, names[i]);
    }
    cupel_strings_free(shipped);
    return code;
}
