/*
 * cupel: grade programming assignments in a sandbox.
 *
 * Theory of operation. This process is the supervisor of design section 2: it reads graders,
 * policies and hidden data, starts cells (cupel-cell, executed afresh) and judges what their
 * runs did. It never runs, parses or unpacks anything of a learner's itself. Each command has a
 * file of its own, and those of the service a program; here is only the table of them.
 * Libraries below do not print, exit or read the environment.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/start.h"

static int help(int argc, char **argv);

static const struct cupel_cli_command commands[] = {
    {"grade", cupel_cli_grade, "grade one submission and print the result"},
    {"test", cupel_cli_test, "grade a grader's samples, and submissions that cheat"},
    {"new", cupel_cli_new, "start a grader from a template"},
    {"lint", cupel_cli_lint, "check policies and graders: file:line:column: what is wrong"},
    {"run", cupel_cli_run, "one command in the sandbox"},
    {"policy", cupel_cli_policy,
     "what policies say: list, show, explain, diff, export, audit, learn"},
    {"doctor", cupel_cli_doctor,
     "what this host can enforce, what is missing, and what mends it"},
    {"submit", cupel_cli_service, "hand a submission to a queue"},
    {"jobs", cupel_cli_service, "list jobs of a queue; show, cancel, retry one"},
    {"result", cupel_cli_service, "the result of a job"},
    {"regrade", cupel_cli_service, "grade again with another version of a grader, and compare"},
    {"schedule", cupel_cli_service, "jobs that recur"},
    {"worker", cupel_cli_service, "take jobs from a queue and do them"},
    {"serve", cupel_cli_service, "the HTTP service, with pages and workers"},
    {"token", cupel_cli_service, "who may use the service"},
    {"publish", cupel_cli_service, "put a grader into the service; list versions, roll back"},
    {"help", help, "the options of a command, as its --help"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static int print_help(void)
{
    (void)printf(
        "Usage: cupel COMMAND [OPTION…]\n"
        "\n"
        "Grades programming assignments in a sandbox.\n"
        "\n"
        "Commands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)printf("  %-8s  %s\n", commands[i].name, commands[i].help);
    (void)printf(
        "\n"
        "  cupel COMMAND --help  tells the options of a command; man cupel-COMMAND has more\n"
        "  cupel --version       prints the version\n"
        "\n"
        "Example:\n"
        "  cupel grade graders/fibonacci submission.zip\n"
        "\n"
        "Exit: 0 if all went well; each command tells its other codes.\n");
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

/* "cupel help policy show" is "cupel policy show --help". */
static int help(int argc, char **argv)
{
    enum { WORDS_MAX = 4 };
    char name[] = "cupel";
    char option[] = "--help";
    char *words[WORDS_MAX + 1] = {name};

    if (argc == 1 || strcmp(argv[1], option) == 0 || strcmp(argv[1], "-h") == 0)
        return print_help();
    if (argc >= WORDS_MAX)
        return cupel_cli_usage(argv[0], "expected a command; see cupel --help");
    for (int i = 1; i < argc; i++)
        words[i] = argv[i];
    words[argc] = option;
    return cupel_cli_dispatch(commands, COMMAND_COUNT, argc + 1, words);
}

static int print_version(void)
{
    (void)printf("cupel %s\n", CUPEL_VERSION);
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

/*
 * In a static program libc begins its heap within a page, before main(), and asks for the rest
 * of the page. Where the kernel refuses that, malloc() works until it needs more, and then
 * aborts.
 */
static bool has_whole_heap(void)
{
    return (uintptr_t)sbrk(0) % (uintptr_t)sysconf(_SC_PAGESIZE) == 0;
}

int main(int argc, char **argv)
{
    char name[] = "cupel";
    int failure = CUPEL_EXIT_PLATFORM; /* of the platform */

    /* Other exit statuses of cupel run are its command's. */
    if (argc > 1 && strcmp(argv[1], "run") == 0)
        failure = CUPEL_EXIT_NO_SANDBOX;
    if (!cli_open_standard_streams()) {
        perror("cupel: open /dev/null"); /* which may be seen */
        return failure;
    }
    if (!has_whole_heap()) {
        (void)fputs("cupel: out of memory\n", stderr);
        return failure;
    }
    cupel_cli_catch_signals();
    cli_end_without_memory(failure);
    if (argc < 2)
        return cupel_cli_usage("cupel", "expected a command; see cupel --help");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help();
    if (strcmp(argv[1], "--version") == 0)
        return print_version();
    argv[0] = name;
    return cupel_cli_dispatch(commands, COMMAND_COUNT, argc, argv);
}
