/*
 * What the client commands have in common: a table of options, a table of actions ("cupel jobs
 * cancel"), where the service is, and what becomes of errors.
 */
#ifndef CUPEL_SERVICE_CLIENT_COMMAND_H
#define CUPEL_SERVICE_CLIENT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/client.h"

/* A command's own request begins with it. */
struct client_request {
    const char *command; /* "cupel jobs"; with an action "cupel jobs cancel" */
    char action[64];     /* has that */
    const char *queue;   /* NULL: not given */
    const char *server;
    const char *token_file;
    const char *ca_file;
    bool json;
    bool help;
    char **operands; /* behind the action's name */
    int operand_count;
    struct client *client;
};

enum client_value {
    CLIENT_FLAG,   /* bool */
    CLIENT_TEXT,   /* const char *, UTF-8, not empty */
    CLIENT_PATH,   /* const char * */
    CLIENT_NUMBER, /* int64_t, from min to max */
    CLIENT_CHOICE, /* int: index into names */
    CLIENT_TIME,   /* int64_t: microseconds since 1970 */
    CLIENT_SPAN,   /* int64_t: microseconds; units and "d" for days */
    CLIENT_WAIT,   /* struct client_wait: an optional span */
};

struct client_option {
    const char *name; /* NULL behind the last */
    const char *const *names;
    size_t offset; /* in the command's request */
    int64_t min;
    int64_t max;
    enum client_value value;
    int letter;       /* 0: none */
    unsigned actions; /* 1 << index of each action that it belongs to; 0: all */
};

struct client_action {
    const char *name; /* NULL: what is done where no other's name is there; the last one */
    int (*function)(struct client_request *request); /* returns the exit code */
    int min_operands;
    int max_operands;
    const char *expected; /* of operands, for messages */
};

struct client_command {
    const char *help;
    const struct client_option *options;
    const struct client_action *actions;
};

/* Read the options, open the service, act. Returns the exit code. */
int client_main(const struct client_command *command, struct client_request *request, int argc,
                char **argv);

/* One line on standard error; returns the exit code of r: CUPEL_EXIT_USAGE or
 * CUPEL_EXIT_PLATFORM. */
int client_fail(const struct client_request *request, int r, const struct cupel_error *err);

/* The same of a job or a regrade that the service has: what: "job". */
int client_fail_about(const struct client_request *request, const char *what, int64_t id, int r,
                      const struct cupel_error *err);

/* The document on standard output, which is dropped. Returns the exit code. */
int client_print_json(const struct client_request *request, json_t *document);

/* An operand that names a job or a regrade. False with one line on standard error. */
bool client_parse_id(const struct client_request *request, const char *text, int64_t *ret);

#define CLIENT_HELP                                                                              \
    "Service:\n"                                                                                 \
    "      --queue URL         sqlite://PATH or postgresql://…; default: $CUPEL_QUEUE, then\n" \
    "                          the service's own queue below $XDG_STATE_HOME\n"                  \
    "      --server URL        ask a server by HTTP; default: $CUPEL_SERVER\n"                   \
    "      --token-file FILE   who you are to it, a file that only you may read; default:\n"     \
    "                          $CUPEL_TOKEN\n"                                                   \
    "      --ca-file FILE      certificates to trust, PEM; default: the system's\n"              \
    "\n"

#define CLIENT_HELP_END                                                                        \
    "      --json              print documents of the HTTP API instead\n"                      \
    "  -h, --help              print this\n"                                                   \
    "\n"

#endif
