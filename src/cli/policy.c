/* cupel policy: what policies say, for those who have to trust them. Each command below it has
 * a file of its own; here is only the table of them. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/policy.h"

static const struct cupel_cli_command commands[] = {
    {"list", cupel_cli_policy_list,
     "the shipped policies, what they extend, what they are for"},
    {"show", cupel_cli_policy_show,
     "a policy merged with what it extends, or a group of calls"},
    {"explain", cupel_cli_policy_explain,
     "what happens to a call, which rule says so, and why"},
    {"diff", cupel_cli_policy_diff,
     "what one allows that another, or an OCI profile, does not"},
    {"export", cupel_cli_policy_export,
     "as a BPF program, an OCI seccomp profile, or one file"},
    {"audit", cupel_cli_policy_audit, "statements of policies that can be archived"},
    {"learn", cupel_cli_policy_learn, "run a command and propose the policy that it needs"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static int print_help(void)
{
    (void)printf(
        "Usage: cupel policy COMMAND [OPTION…]\n"
        "\n"
        "Policies say what a program may do and use. A policy is named, or given as a file: a\n"
        "path that holds a '/' or ends in .json.\n"
        "\n"
        "Commands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)printf("  %-8s  %s\n", commands[i].name, commands[i].help);
    (void)printf(
        "\n"
        "  cupel policy COMMAND --help  tells the options of a command\n"
        "\n"
        "Example:\n"
        "  cupel policy explain native ptrace 'socket(AF_INET, SOCK_STREAM, 0)'\n"
        "\n"
        "Exit: 0 if all went well, 1 platform failure, 2 usage or an invalid policy.\n");
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

int cupel_cli_policy(int argc, char **argv)
{
    if (argc < 2)
        return cupel_cli_usage(argv[0], "expected a command; see cupel policy --help");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help();
    return cupel_cli_dispatch(commands, COMMAND_COUNT, argc, argv);
}
