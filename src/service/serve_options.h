/* The command line of cupel serve. */
#ifndef CUPEL_SERVICE_SERVE_OPTIONS_H
#define CUPEL_SERVICE_SERVE_OPTIONS_H

#include <limits.h>
#include <netinet/in.h>

#include "service/http_server.h"

struct serve_options {
    struct http_server_options server;
    char queue_url[PATH_MAX + 32]; /* where --queue is not given */
    char address[INET6_ADDRSTRLEN];
    const char *slots; /* of the worker; NULL: as it likes */
    bool has_worker;
};

/* state_folder: $XDG_STATE_HOME or what stands for it; NULL: there is none. False if there is
 * nothing more to do than to return *ret_code: help was printed, or what is wrong was said. */
bool serve_options_read(int argc, char **argv, const char *state_folder,
                        struct serve_options *ret, int *ret_code);

#endif
