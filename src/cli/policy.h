/* The commands of `cupel policy`, and what they share. */
#ifndef CUPEL_CLI_POLICY_H
#define CUPEL_CLI_POLICY_H

#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "cupel/policy.h"

/* argv[0] is "cupel policy NAME"; each returns the exit code. */
int cupel_cli_policy_list(int argc, char **argv);
int cupel_cli_policy_show(int argc, char **argv);
int cupel_cli_policy_explain(int argc, char **argv);
int cupel_cli_policy_diff(int argc, char **argv);
int cupel_cli_policy_export(int argc, char **argv);
int cupel_cli_policy_audit(int argc, char **argv);
int cupel_cli_policy_learn(int argc, char **argv);

/* What a command was asked for. */
struct policy_request {
    const char *command; /* argv[0] */
    const char *output;  /* -o; NULL: standard output */
    const char *format;  /* --format; NULL: not given */
    char **operands;
    size_t operand_count;
    enum cupel_arch arch; /* --arch; this machine's if it is not given */
    bool json;
    char folder[PATH_MAX]; /* of the shipped policies */
};

enum policy_option_id { POLICY_ARCH = 256, POLICY_FORMAT, POLICY_JSON };

#define POLICY_OPTION_ARCH                                                                     \
    {                                                                                          \
        "arch", required_argument, NULL, POLICY_ARCH                                           \
    }
#define POLICY_OPTION_JSON                                                                     \
    {                                                                                          \
        "json", no_argument, NULL, POLICY_JSON                                                 \
    }
#define POLICY_OPTION_FORMAT                                                                   \
    {                                                                                          \
        "format", required_argument, NULL, POLICY_FORMAT                                       \
    }
#define POLICY_OPTION_OUTPUT                                                                   \
    {                                                                                          \
        "output", required_argument, NULL, 'o'                                                 \
    }
#define POLICY_OPTION_HELP                                                                     \
    {                                                                                          \
        "help", no_argument, NULL, 'h'                                                         \
    }
#define POLICY_OPTION_END                                                                      \
    {                                                                                          \
        NULL, 0, NULL, 0                                                                       \
    }

/* How a command is called. */
struct policy_usage {
    const char *help;
    const struct option *options; /* of the above; ends with HELP and END */
    const char *short_options;    /* "h", or "ho:" */
    const char *operands;         /* what is expected, for messages: "a policy" */
    size_t min_operands;
    size_t max_operands;
};

/* Read the command line. False if there is nothing more to do than to return *ret_code: help
 * was printed, or what is wrong was said. */
bool policy_request_read(const struct policy_usage *usage, int argc, char **argv,
                         struct policy_request *ret, int *ret_code);

/* Find the shipped policies. False, with the exit code, after saying what went wrong. */
bool policy_find_folder(struct policy_request *request, int *ret_code);

/* Print to standard output. Returns the exit code. */
int policy_print(const char *text);

/* Load a policy. Returns CUPEL_EXIT_OK and sets *ret, or another exit code after saying what
 * is wrong with it. */
int policy_load(const struct policy_request *request, const char *name,
                struct cupel_policy **ret);

/* The names of the shipped policies, sorted; released with cupel_strings_free(). NULL, with a
 * message, if they cannot be read. */
char **policy_names(const struct policy_request *request);

/* Write text to where the request says; NULL stands for memory that ran out. Frees it. Returns
 * the exit code. */
int policy_write(const struct policy_request *request, char *text);

/* The same of a document, whose reference it takes. */
int policy_write_json(const struct policy_request *request, json_t *json);

/* The same of a document, whose reference it takes: with --json as it is, else as the text that
 * is made of it. */
int policy_write_document(const struct policy_request *request, json_t *document,
                          char *(*as_text)(const json_t *document));

#endif
