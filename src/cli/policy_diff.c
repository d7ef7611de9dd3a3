/* cupel policy diff: what a policy allows that another does not. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/policy.h"
#include "cli/policy_compare.h"
#include "cli/policy_model.h"
#include "render/json.h"

/* No code of enum cupel_exit, so that a difference is never taken for a failure. */
#define EXIT_DIFFERENT 10
#define EXIT_WIDER     11

#define NAME_INDENT 26

static const char help[] =
    "Usage: cupel policy diff [OPTION…] A B\n"
    "\n"
    "Say what B allows that A does not, what A allows that B does not, and where both deny a\n"
    "call but answer it differently: by call, arguments, limit, path and layer. What counts "
    "is\n"
    "what they mean, not how they are written.\n"
    "\n"
    "  A, B  a policy's name, its file, or the file of a seccomp profile of the OCI runtime\n"
    "        specification, taken for a process without capabilities on the newest kernel\n"
    "\n"
    "      --arch ARCH  x86_64 or aarch64; default: this machine's\n"
    "      --json       print a cupel.policy-diff/1 document\n"
    "  -h, --help       print this\n"
    "\n"
    "Example:\n"
    "  cupel policy diff native /usr/share/containers/seccomp.json\n"
    "\n"
    "Exit:\n"
    "   0  they are equal\n"
    "   1  platform failure\n"
    "   2  usage, or an invalid policy or profile\n"
    "  10  they differ, and B is nowhere wider\n"
    "  11  B is wider somewhere\n";

static int load_profile(const struct policy_request *request, const char *name,
                        struct cupel_oci **ret, struct cupel_diagnostics *diagnostics)
{
    struct cupel_error err = {0};

    int r = cupel_oci_load(name, request->arch, diagnostics, ret, &err);
    cupel_cli_print_diagnostics(diagnostics);
    if (r < 0 && diagnostics->count == 0)
        return cupel_cli_usage(request->command, "%s", err.text);
    return r < 0 ? CUPEL_EXIT_USAGE : CUPEL_EXIT_OK;
}

static int load_side(const struct policy_request *request, const char *name,
                     struct policy_side *ret, struct cupel_diagnostics *diagnostics)
{
    bool is_file = strchr(name, '/') != NULL || strchr(name, '.') != NULL;

    ret->name = name;
    return is_file && cupel_oci_is_profile(name)
               ? load_profile(request, name, &ret->oci, diagnostics)
               : policy_load(request, name, &ret->policy);
}

static json_t *side_json(const struct policy_side *side)
{
    return json_pack("{so ss so}", "name", render_text(side->name), "kind",
                     side->policy != NULL ? "policy" : "oci", "sha256",
                     render_text(side->policy != NULL ? side->policy->sha256 : NULL));
}

/* "kill (invariant)" */
static void put_decision(FILE *out, const json_t *decision)
{
    const char *by = policy_text_of(decision, "by");

    (void)fprintf(out, "%s%s", policy_text_of(decision, "action"),
                  strcmp(by, "invariant") == 0 ? " (invariant)" : "");
}

static void put_call(struct page *page, const json_t *call)
{
    const char *when = policy_text_of(call, "when");
    char lead[NAME_INDENT + CUPEL_CALL_NAME_SIZE];
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        return;
    put_decision(out, json_object_get(call, "a"));
    (void)fputs(" → ", out);
    put_decision(out, json_object_get(call, "b"));
    (void)fprintf(out, "%s%s", when[0] != '\0' ? ", if " : "", when);
    (void)snprintf(lead, sizeof(lead), "  %s ", policy_text_of(call, "name"));
    if (fclose(out) == 0)
        page_wrap(page, lead, NAME_INDENT, text);
    free(text);
}

static void put_setting(struct page *page, const json_t *setting)
{
    const char *a = policy_text_of(setting, "a");
    const char *b = policy_text_of(setting, "b");
    char lead[NAME_INDENT + 1];
    char *text = NULL;

    (void)snprintf(lead, sizeof(lead), "  %s ", policy_text_of(setting, "key"));
    if (asprintf(&text, "%s → %s", a[0] != '\0' ? a : "—", b[0] != '\0' ? b : "—") < 0)
        return;
    page_wrap(page, lead, NAME_INDENT, text);
    free(text);
}

static void put_changes(struct page *page, const json_t *items, const char *change,
                        void (*put)(struct page *page, const json_t *item))
{
    json_t *item;
    size_t i;

    json_array_foreach(items, i, item)
    {
        if (strcmp(policy_text_of(item, "change"), change) == 0)
            put(page, item);
    }
}

static bool has_change(const json_t *items, const char *change)
{
    json_t *item;
    size_t i;

    json_array_foreach(items, i, item)
    {
        if (strcmp(policy_text_of(item, "change"), change) == 0)
            return true;
    }
    return false;
}

static char *as_text(const json_t *document)
{
    static const struct {
        const char *change;
        const char *title;
    } parts[] = {{"wider", "B is wider"},
                 {"narrower", "B is narrower"},
                 {"other", "Both deny or allow, but answer otherwise"}};
    const json_t *calls = json_object_get(document, "calls");
    const json_t *settings = json_object_get(document, "settings");
    struct page page;

    page_open(&page, false);
    page_wrap(&page, "A", 3, policy_text_of(json_object_get(document, "a"), "name"));
    page_wrap(&page, "B", 3, policy_text_of(json_object_get(document, "b"), "name"));
    page_format(&page, "B is, compared with A: %s\n", policy_text_of(document, "verdict"));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *change = parts[i].change;
        if (!has_change(settings, change) && !has_change(calls, change))
            continue;
        page_format(&page, "\n%s:\n", parts[i].title);
        put_changes(&page, settings, change, put_setting);
        put_changes(&page, calls, change, put_call);
    }
    return page_close(&page);
}

static int write_difference(const struct policy_request *request, const struct policy_side *a,
                            const struct policy_side *b)
{
    struct policy_verdict verdict = {0};
    struct cupel_error err = {0};

    json_t *calls = policy_compare_calls(a, b, request->arch, &verdict, &err);
    if (calls == NULL)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    json_t *settings = policy_compare_settings(a, b, &verdict);
    json_t *document =
        json_pack("{ss so so ss ss so so}", "schema", "cupel.policy-diff/1", "a", side_json(a),
                  "b", side_json(b), "arch", cupel_arch_names[request->arch], "verdict",
                  policy_verdict_text(&verdict), "settings", settings, "calls", calls);
    int code = policy_write_document(request, document, as_text);
    if (code != CUPEL_EXIT_OK)
        return code;
    if (verdict.wider)
        return EXIT_WIDER;
    return verdict.narrower || verdict.other ? EXIT_DIFFERENT : CUPEL_EXIT_OK;
}

int cupel_cli_policy_diff(int argc, char **argv)
{
    static const struct option options[] = {POLICY_OPTION_ARCH, POLICY_OPTION_JSON,
                                            POLICY_OPTION_HELP, POLICY_OPTION_END};
    static const struct policy_usage usage = {.help = help,
                                              .options = options,
                                              .short_options = "h",
                                              .operands = "two policies or profiles",
                                              .min_operands = 2,
                                              .max_operands = 2};
    struct cupel_diagnostics diagnostics = {0};
    struct policy_side sides[2] = {0};
    struct policy_request request;
    int code = CUPEL_EXIT_PLATFORM;

    if (!policy_request_read(&usage, argc, argv, &request, &code))
        return code;
    code = CUPEL_EXIT_OK;
    for (size_t i = 0; i < 2 && code == CUPEL_EXIT_OK; i++)
        code = load_side(&request, request.operands[i], &sides[i], &diagnostics);
    if (code == CUPEL_EXIT_OK)
        code = write_difference(&request, &sides[0], &sides[1]);
    for (size_t i = 0; i < 2; i++) {
        cupel_policy_free(sides[i].policy);
        cupel_oci_free(sides[i].oci);
    }
    cupel_diagnostics_clear(&diagnostics);
    return code;
}
