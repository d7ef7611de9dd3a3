/* cupel policy show: the merged policy, and where each line of it comes from. */
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/cli.h"
#include "cli/policy.h"
#include "cli/policy_documents.h"
#include "cli/policy_model.h"
#include "cli/policy_rules.h"
#include "cupel/text.h"
#include "policy/groups.h"
#include "render/json.h"

#define MAX_GROUPS 256
#define LEAD       18

static const char help[] =
    "Usage: cupel policy show [OPTION…] POLICY|@GROUP|@\n"
    "\n"
    "Show a policy merged with what it extends: each line with the file and line that it "
    "comes\n"
    "from, the rules in their order (the last that matches a call decides), and the "
    "invariants.\n"
    "Of a group, what it is for and which calls are in it; of @, all groups.\n"
    "\n"
    "  POLICY  its name, or a file\n"
    "\n"
    "      --arch ARCH  x86_64 or aarch64; default: this machine's\n"
    "      --json       print a cupel.policy-show/1 document, or cupel.policy-groups/1\n"
    "  -h, --help       print this\n"
    "\n"
    "Example:\n"
    "  cupel policy show @network-local\n"
    "\n"
    "Exit: 0 shown, 1 platform failure, 2 usage, an unknown group or an invalid policy.\n";

static json_t *group_json(const struct cupel_group *group)
{
    json_t *calls = json_array();

    for (size_t i = 0; group->calls[i] != NULL; i++)
        render_append(&calls, render_text(group->calls[i]));
    return json_pack("{ss ss so}", "name", group->name, "why", group->why, "calls", calls);
}

/* That group, or all of them for "@". NULL with a message if there is none. */
static json_t *groups_json(const struct policy_request *request, const char *name)
{
    const char *names[MAX_GROUPS + 1] = {NULL};
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    json_t *groups = json_array();

    for (size_t i = 0; i < MAX_GROUPS && cupel_group_at(i) != NULL; i++) {
        names[i] = cupel_group_at(i)->name;
        if (strcmp(name, "@") == 0 || strcmp(name, names[i]) == 0)
            render_append(&groups, group_json(cupel_group_at(i)));
    }
    if (json_array_size(groups) > 0)
        return groups;
    json_decref(groups);
    const char *near = cupel_nearest(name, names);
    (void)cupel_text_excerpt(name, excerpt);
    if (near != NULL)
        (void)cupel_cli_usage(request->command,
                              "no group is named \"%s\"; did you mean \"%s\"?", excerpt, near);
    else
        (void)cupel_cli_usage(request->command,
                              "no group is named \"%s\"; see cupel policy show @", excerpt);
    return NULL;
}

static char *groups_text(const json_t *document)
{
    const json_t *groups = json_object_get(document, "groups");
    struct page page;
    json_t *group;
    json_t *call;
    size_t i;
    size_t j;

    page_open(&page, false);
    json_array_foreach(groups, i, group)
    {
        char names[4096] = "";
        size_t len = 0;
        page_wrap(&page, policy_text_of(group, "name"), LEAD, policy_text_of(group, "why"));
        json_array_foreach(json_object_get(group, "calls"), j, call)
        {
            if (len < sizeof(names))
                len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
                                        j > 0 ? " " : "", json_string_value(call));
        }
        page_wrap(&page, "", 4, names);
    }
    return page_close(&page);
}

static int show_groups(const struct policy_request *request, const char *name)
{
    json_t *groups = groups_json(request, name);

    if (groups == NULL)
        return CUPEL_EXIT_USAGE;
    json_t *document =
        json_pack("{ss so}", "schema", "cupel.policy-groups/1", "groups", groups);
    return policy_write_document(request, document, groups_text);
}

static char *policy_text(const json_t *document)
{
    struct page page;
    json_t *parent;
    size_t i;

    page_open(&page, false);
    page_format(&page, "policy ");
    page_put(&page, policy_text_of(document, "policy"), 0, false);
    json_array_foreach(json_object_get(document, "extends"), i, parent)
    {
        page_format(&page, i == 0 ? " extends " : ", which extends ");
        page_put(&page, json_string_value(parent), 0, false);
    }
    page_format(&page, "\n");
    page_wrap(&page, "", 2, policy_text_of(document, "why"));
    page_format(&page, "  sha256 %s\n\n", policy_text_of(document, "sha256"));
    policy_put_settings(&page, json_object_get(document, "settings"), true);
    page_format(&page, "\nRules; the last that matches a call decides:\n");
    policy_put_rules(&page, json_object_get(document, "rules"));
    page_format(&page, "\nInvariants, which hold where rules allow a call:\n");
    policy_put_rules(&page, json_object_get(document, "invariants"));
    return page_close(&page);
}

int cupel_cli_policy_show(int argc, char **argv)
{
    static const struct option options[] = {POLICY_OPTION_ARCH, POLICY_OPTION_JSON,
                                            POLICY_OPTION_HELP, POLICY_OPTION_END};
    static const struct policy_usage usage = {.help = help,
                                              .options = options,
                                              .short_options = "h",
                                              .operands = "a policy or a group",
                                              .min_operands = 1,
                                              .max_operands = 1};
    struct policy_request request;
    struct cupel_policy *policy = NULL;
    int code = CUPEL_EXIT_PLATFORM;

    if (!policy_request_read(&usage, argc, argv, &request, &code))
        return code;
    if (request.operands[0][0] == '@')
        return show_groups(&request, request.operands[0]);
    code = policy_load(&request, request.operands[0], &policy);
    if (code != CUPEL_EXIT_OK)
        return code;
    json_t *document = policy_show_json(policy);
    cupel_policy_free(policy);
    return policy_write_document(&request, document, policy_text);
}
