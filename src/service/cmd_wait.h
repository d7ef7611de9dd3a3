/* Waiting for a job, and its result as `cupel grade` would have printed it. */
#ifndef CUPEL_SERVICE_CMD_WAIT_H
#define CUPEL_SERVICE_CMD_WAIT_H

#include "service/client_command.h"

/* --format, --view, --output and --wait. */
struct client_result {
    struct client_wait wait;
    int format;         /* enum cli_format */
    int view;           /* index into client_view_names */
    const char *output; /* NULL: standard output */
};

extern const char *const client_view_names[];

/* Wait until a job has ended if that is asked for, with progress on a terminal. *ret: the job.
 * Returns the exit code, with what is wrong on standard error. */
int client_wait(const struct client_request *request, const struct client_wait *wait,
                int64_t id, json_t **ret);

/* The same, and print the result. The exit code is that of the result's status. */
int client_print_result(const struct client_request *request,
                        const struct client_result *result, int64_t id);

#define CLIENT_HELP_RESULT                                                                     \
    "      --format FORMAT     json, text, html, junit, gradescope, coursera, prairielearn;\n" \
    "                          default: json\n"                                                \
    "      --view VIEW         staff or learner, who sees nothing of hidden tests but what\n"  \
    "                          they are worth, and no total that tells; default: staff\n"      \
    "  -o, --output FILE       write it to FILE, complete or not at all; default: standard\n"  \
    "                          output\n"

#endif
