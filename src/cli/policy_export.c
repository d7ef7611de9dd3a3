/* cupel policy export: a policy for other programs. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/policy.h"
#include "policy/disassemble.h"
#include "policy/oci.h"
#include "policy/standalone.h"

#define INSTRUCTION_SIZE 8 /* struct sock_filter */

static const char help[] =
    "Usage: cupel policy export --format FORMAT [OPTION…] POLICY\n"
    "\n"
    "Write a policy in a form that other programs take.\n"
    "\n"
    "      --format bpf     the program for seccomp(2): an array of struct sock_filter\n"
    "      --format disasm  that program to read, an instruction a line\n"
    "      --format oci     a seccomp profile of the OCI runtime specification (crun, runc)\n"
    "      --format json    the merged policy as one policy file, which extends nothing\n"
    "  -o, --output FILE    write to FILE, complete or not at all; default: standard output\n"
    "      --arch ARCH      x86_64 or aarch64; default: this machine's\n"
    "  -h, --help           print this\n"
    "\n"
    "Example:\n"
    "  cupel policy export native --format oci -o native-seccomp.json\n"
    "\n"
    "Exit: 0 written, 1 platform failure, 2 usage or an invalid policy.\n";

enum format { FORMAT_BPF, FORMAT_DISASM, FORMAT_OCI, FORMAT_JSON };

static const char *const format_names[] = {"bpf", "disasm", "oci", "json", NULL};

static int export_filter(const struct policy_request *request,
                         const struct cupel_policy *policy, enum format format)
{
    struct cupel_filter filter = {0};
    struct cupel_error err = {0};
    int code = CUPEL_EXIT_OK;

    if (cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, &filter, &err) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    if (format == FORMAT_DISASM)
        code = policy_write(request, cupel_filter_disassemble(&filter, policy->arch));
    else if (cupel_cli_write_bytes(request->output, filter.instructions,
                                   filter.count * INSTRUCTION_SIZE, &err) < 0)
        code = cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    cupel_filter_clear(&filter);
    return code;
}

static int export_oci(const struct policy_request *request, const struct cupel_policy *policy)
{
    struct cupel_error err = {0};
    char *text = NULL;

    if (cupel_oci_export(policy, &text, &err) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    return policy_write(request, text);
}

static int export(const struct policy_request *request, const struct cupel_policy *policy,
                  enum format format)
{
    switch (format) {
    case FORMAT_OCI:
        return export_oci(request, policy);
    case FORMAT_JSON:
        return policy_write_json(request, cupel_policy_standalone(policy));
    case FORMAT_BPF:
    case FORMAT_DISASM:
        break;
    }
    return export_filter(request, policy, format);
}

int cupel_cli_policy_export(int argc, char **argv)
{
    static const struct option options[] = {POLICY_OPTION_ARCH, POLICY_OPTION_FORMAT,
                                            POLICY_OPTION_OUTPUT, POLICY_OPTION_HELP,
                                            POLICY_OPTION_END};
    static const struct policy_usage usage = {.help = help,
                                              .options = options,
                                              .short_options = "ho:",
                                              .operands = "a policy",
                                              .min_operands = 1,
                                              .max_operands = 1};
    struct policy_request request;
    struct cupel_policy *policy = NULL;
    size_t format = 0;
    int code = CUPEL_EXIT_PLATFORM;

    if (!policy_request_read(&usage, argc, argv, &request, &code))
        return code;
    if (request.format == NULL)
        return cupel_cli_usage(request.command, "expected --format bpf, disasm, oci or json");
    if (!cupel_cli_parse_choice(request.command, "--format", request.format, format_names,
                                &format))
        return CUPEL_EXIT_USAGE;
    code = policy_load(&request, request.operands[0], &policy);
    if (code == CUPEL_EXIT_OK)
        code = export(&request, policy, (enum format)format);
    cupel_policy_free(policy);
    return code;
}
