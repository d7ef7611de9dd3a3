/* Waiting for a job, and its result as `cupel grade` would have printed it. */
#ifndef CUPEL_SERVICE_CMD_WAIT_H
#define CUPEL_SERVICE_CMD_WAIT_H

#include "service/client_command.h"

/* --format, --view, --output and --wait. */
struct client_result {
    struct client_wait wait;
    int format;         /* enum cli_format; -1: not given */
    int view;           /* index into client_view_names; -1: not given */
    const char *output; /* NULL: standard output */
};

extern const char *const client_view_names[];

/* Whether the options that were given go together; what was not is its default then. printed:
 * whether a result is. False with one line on standard error. */
bool client_check_result(const struct client_request *request, bool printed,
                         struct client_result *result);

/* Wait until a job has ended if that is asked for, with progress on a terminal. *ret: the job.
 * Returns the exit code, with what is wrong on standard error. */
int client_wait(const struct client_request *request, struct client_patience *patience,
                int64_t id, json_t **ret);

/* Say why a job has no result. Returns the exit code. */
int client_has_no_result(const struct client_request *request, int64_t id, const json_t *job);

/* Wait, and print the result. was_there: the service has answered before, so that it is waited
 * for if it is away. The exit code is that of the result's status. */
int client_print_result(const struct client_request *request,
                        const struct client_result *result, bool was_there, int64_t id);

#define CLIENT_HELP_RESULT                                                                     \
    "      --format FORMAT     json, text, html, junit, gradescope, coursera, prairielearn;\n" \
    "                          default: json\n"                                                \
    "      --view VIEW         staff or learner, who sees nothing of hidden tests but what\n"  \
    "                          they are worth, and no total that tells; default: staff\n"      \
    "  -o, --output FILE       write it to FILE, complete or not at all; default: standard\n"  \
    "                          output\n"

#endif
