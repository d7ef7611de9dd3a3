/* cupel policy explain: what happens to a call, and which rule of which file says so. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/cli.h"
#include "cli/policy.h"
#include "cli/policy_model.h"
#include "cli/policy_table.h"
#include "cupel/text.h"
#include "policy/call_text.h"
#include "policy/rules.h"
#include "render/json.h"

#define SCHEMA "cupel.policy-explain/1"

static const char help[] =
    "Usage: cupel policy explain [OPTION…] POLICY [CALL[(ARGUMENT, …)]…]\n"
    "\n"
    "Say what happens to a system call under a policy, which rule of which file says so, and\n"
    "why. Where that depends on arguments that are not given, each case is told. Without a\n"
    "call: the whole table, grouped by action, with files, network, limits and layers.\n"
    "\n"
    "  POLICY    its name, or a file\n"
    "  CALL      its name, or its number\n"
    "  ARGUMENT  a number, constants joined by '|' (AF_INET, SOCK_STREAM|SOCK_CLOEXEC), _ for\n"
    "            any value, or a \"string\", which a filter does not see\n"
    "\n"
    "      --arch ARCH  x86_64 or aarch64; default: this machine's\n"
    "      --json       print a cupel.policy-explain/1 document\n"
    "  -h, --help       print this\n"
    "\n"
    "Example:\n"
    "  cupel policy explain native 'socket(AF_INET, SOCK_STREAM, 0)' ptrace clone\n"
    "\n"
    "Exit: 0 explained, 1 platform failure, 2 usage, an unknown call or an invalid policy.\n";

/* The call of that name on some architecture that is spelt the most like it, or "". */
static void find_nearest(const char *word, char ret[static CUPEL_CALL_NAME_SIZE])
{
    char(*names)[CUPEL_CALL_NAME_SIZE] = calloc(CUPEL_CALLS, sizeof(*names));
    const char **known = calloc(CUPEL_CALLS + 1, sizeof(*known));
    size_t count = 0;

    ret[0] = '\0';
    for (int i = 0; names != NULL && known != NULL && i < CUPEL_CALLS; i++) {
        if (cupel_call_name(CUPEL_ARCH_X86_64, i, names[count])) {
            known[count] = names[count];
            count++;
        }
    }
    const char *near = count > 0 ? cupel_nearest(word, known) : NULL;
    if (near != NULL)
        (void)snprintf(ret, CUPEL_CALL_NAME_SIZE, "%s", near);
    free(known);
    free(names);
}

static int say_unknown(const struct policy_request *request, const char *name)
{
    char near[CUPEL_CALL_NAME_SIZE];
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    find_nearest(name, near);
    (void)cupel_text_excerpt(name, excerpt);
    if (near[0] != '\0')
        return cupel_cli_usage(request->command,
                               "no system call is named \"%s\"; did you mean \"%s\"?", excerpt,
                               near);
    return cupel_cli_usage(request->command, "no system call is named \"%s\"", excerpt);
}

/* A call by its name, or by its number. Returns an exit code; *ret is -ENOSYS if arch lacks it.
 */
static int find_number(const struct policy_request *request, struct cupel_call_text *call,
                       int *ret)
{
    uint64_t number = 0;

    if (cupel_cli_parse_number(call->name, 0, INT32_MAX, &number)) {
        *ret = (int)number;
        (void)cupel_call_name(request->arch, *ret, call->name);
        return CUPEL_EXIT_OK;
    }
    *ret = cupel_call_number(request->arch, call->name);
    return *ret == -ENOENT ? say_unknown(request, call->name) : CUPEL_EXIT_OK;
}

static json_t *missing_json(const struct policy_request *request, const char *text,
                            const char *name)
{
    return json_pack(
        "{so ss sn so s[]}", "call", render_text(text), "name", name, "number", "note",
        json_sprintf("%s has no call of that name", cupel_arch_names[request->arch]),
        "answers");
}

/* Append what there is to say of one call. Returns an exit code. */
static int explain_call(const struct policy_request *request, const struct cupel_policy *policy,
                        const char *text, json_t **calls)
{
    struct cupel_answers answers = {0};
    struct cupel_call_text call;
    struct cupel_error err = {0};
    int number = 0;

    if (cupel_call_parse(text, request->arch, &call, &err) < 0)
        return cupel_cli_usage(request->command, "%s: %s", text, err.text);
    int code = find_number(request, &call, &number);
    if (code != CUPEL_EXIT_OK)
        return code;
    if (number == -ENOSYS) {
        render_append(calls, missing_json(request, text, call.name));
        return CUPEL_EXIT_OK;
    }
    if (cupel_answers_find(policy, number, &call.given, &answers, &err) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s: %s", text, err.text);
    render_append(calls, json_pack("{so so si so}", "call", render_text(text), "name",
                                   render_name(call.name), "number", number, "answers",
                                   policy_answers_json(&answers)));
    cupel_answers_clear(&answers);
    return CUPEL_EXIT_OK;
}

static void put_by(struct page *page, const json_t *answer)
{
    const json_t *allowed_by = json_object_get(answer, "allowed_by");
    const json_t *origin = json_object_get(answer, "origin");
    const char *by = policy_text_of(answer, "by");
    char place[POLICY_PLACE_SIZE];

    if (strcmp(by, "invariant") != 0) {
        page_format(page, "    by   policy ");
        page_put(page, policy_text_of(origin, "policy"), 0, false);
        page_format(page, ", ");
        page_put(page, policy_place(origin, true, place), 0, false);
        page_format(page, "\n");
        return;
    }
    page_format(page, "    by   an invariant, which no policy can widen\n");
    if (json_is_object(allowed_by)) {
        page_format(page, "         over policy ");
        page_put(page, policy_text_of(allowed_by, "policy"), 0, false);
        page_format(page, ", ");
        page_put(page, policy_place(allowed_by, true, place), 0, false);
        page_format(page, ", which allows it\n");
    }
}

static void put_answer(struct page *page, const json_t *answer)
{
    const char *when = policy_text_of(answer, "when");

    page_wrap(page, "  ", 2, policy_text_of(answer, "action"));
    if (when[0] != '\0')
        page_wrap(page, "    if", 9, when);
    put_by(page, answer);
    page_wrap(page, "    why", 9, policy_text_of(answer, "why"));
}

static char *calls_text(const json_t *document)
{
    struct page page;
    json_t *call;
    json_t *answer;
    size_t i;
    size_t j;

    page_open(&page, false);
    json_array_foreach(json_object_get(document, "calls"), i, call)
    {
        page_format(&page, i > 0 ? "\n" : "");
        page_wrap(&page, "", 0, policy_text_of(call, "call"));
        if (json_object_get(call, "note") != NULL)
            page_wrap(&page, "  note:", 8, policy_text_of(call, "note"));
        json_array_foreach(json_object_get(call, "answers"), j, answer)
        {
            put_answer(&page, answer);
        }
    }
    return page_close(&page);
}

static char *table_text(const json_t *document)
{
    struct page page;

    page_open(&page, false);
    page_format(&page, "policy ");
    page_put(&page, policy_text_of(document, "policy"), 0, false);
    page_format(&page, " on %s, sha256 %.16s…\n", policy_text_of(document, "arch"),
                policy_text_of(document, "sha256"));
    page_wrap(&page, "  ", 2, policy_text_of(document, "why"));
    policy_put_calls(&page, json_object_get(document, "calls"));
    page_format(&page, "\n" POLICY_FOREIGN "\n");
    policy_put_settings(&page, json_object_get(document, "settings"), false);
    page_format(&page, "  capabilities  none\n");
    return page_close(&page);
}

static int explain_all(const struct policy_request *request, const struct cupel_policy *policy)
{
    struct cupel_error err = {0};
    json_t *calls = policy_calls_json(policy, &err);

    if (calls == NULL)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    json_t *document = policy_head_json(SCHEMA, policy);
    render_put(&document, "settings", policy_settings_json(policy));
    render_put(&document, "calls", calls);
    return policy_write_document(request, document, table_text);
}

static int explain_calls(const struct policy_request *request,
                         const struct cupel_policy *policy)
{
    json_t *calls = json_array();

    for (size_t i = 1; i < request->operand_count; i++) {
        int code = explain_call(request, policy, request->operands[i], &calls);
        if (code != CUPEL_EXIT_OK) {
            json_decref(calls);
            return code;
        }
    }
    json_t *document = calls != NULL ? policy_head_json(SCHEMA, policy) : NULL;
    render_put(&document, "calls", calls);
    return policy_write_document(request, document, calls_text);
}

int cupel_cli_policy_explain(int argc, char **argv)
{
    static const struct option options[] = {POLICY_OPTION_ARCH, POLICY_OPTION_JSON,
                                            POLICY_OPTION_HELP, POLICY_OPTION_END};
    static const struct policy_usage usage = {.help = help,
                                              .options = options,
                                              .short_options = "h",
                                              .operands = "a policy and calls",
                                              .min_operands = 1,
                                              .max_operands = SIZE_MAX};
    struct policy_request request;
    struct cupel_policy *policy = NULL;
    int code = CUPEL_EXIT_PLATFORM;

    if (!policy_request_read(&usage, argc, argv, &request, &code))
        return code;
    code = policy_load(&request, request.operands[0], &policy);
    if (code != CUPEL_EXIT_OK)
        return code;
    code = request.operand_count > 1 ? explain_calls(&request, policy)
                                     : explain_all(&request, policy);
    cupel_policy_free(policy);
    return code;
}
