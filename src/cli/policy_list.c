/* cupel policy list: the shipped policies. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/policy.h"
#include "cli/policy_documents.h"
#include "render/json.h"
#include "render/page.h"

#define LEAD 20 /* columns before what a policy is for */

static const char help[] =
    "Usage: cupel policy list [--json]\n"
    "\n"
    "List the shipped policies: what each extends, and what it is for.\n"
    "\n"
    "      --json  print a cupel.policy-list/1 document\n"
    "  -h, --help  print this\n"
    "\n"
    "Example:\n"
    "  cupel policy list\n"
    "\n"
    "Exit: 0 listed, 1 platform failure, 2 usage or an invalid policy.\n";

char **policy_names(const struct policy_request *request)
{
    struct cupel_error err = {0};
    char **names = NULL;

    if (cupel_policy_names(request->folder, &names, &err) < 0)
        (void)cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    return names;
}

/* An entry for each policy; NULL, with the exit code, if one is not valid. */
static json_t *describe_all(const struct policy_request *request, char *const *names,
                            int *ret_code)
{
    json_t *entries = json_array();

    for (size_t i = 0; names[i] != NULL; i++) {
        struct cupel_policy *policy = NULL;
        *ret_code = policy_load(request, names[i], &policy);
        if (*ret_code != CUPEL_EXIT_OK) {
            json_decref(entries);
            return NULL;
        }
        render_append(&entries, policy_entry_json(request->folder, policy));
        cupel_policy_free(policy);
    }
    return entries;
}

static char *as_text(const json_t *document)
{
    const json_t *entries = json_object_get(document, "policies");
    struct page page;
    json_t *entry;
    size_t i;

    page_open(&page, false);
    json_array_foreach(entries, i, entry)
    {
        char lead[LEAD + 1];
        const char *extends = json_string_value(json_object_get(entry, "extends"));
        (void)snprintf(lead, sizeof(lead), "%-10s%-10s",
                       json_string_value(json_object_get(entry, "name")),
                       extends != NULL ? extends : "-");
        page_wrap(&page, lead, LEAD, json_string_value(json_object_get(entry, "why")));
    }
    return page_close(&page);
}

int cupel_cli_policy_list(int argc, char **argv)
{
    static const struct option options[] = {POLICY_OPTION_JSON, POLICY_OPTION_HELP,
                                            POLICY_OPTION_END};
    static const struct policy_usage usage = {
        .help = help, .options = options, .short_options = "h", .operands = "no operands"};
    struct policy_request request;
    int code = CUPEL_EXIT_PLATFORM;

    if (!policy_request_read(&usage, argc, argv, &request, &code))
        return code;
    char **names = policy_names(&request);
    if (names == NULL)
        return CUPEL_EXIT_PLATFORM;
    json_t *entries = describe_all(&request, names, &code);
    cupel_strings_free(names);
    if (entries == NULL)
        return code;
    return policy_write_document(&request, policy_list_json(entries), as_text);
}
