/*
 * Logs as JSON lines: the access log (each request) and the audit log (who changed what, and
 * what came of it). Never a secret, a query or a body.
 */
#ifndef CUPEL_SERVICE_HTTP_LOG_H
#define CUPEL_SERVICE_HTTP_LOG_H

#include <stdint.h>

#include "cupel/error.h"

struct http_log;

/* Paths of files to append to; "-": standard output; NULL: none. Returns 0 or -errno. */
CUPEL_MUST_CHECK int http_log_open(const char *access, const char *audit, struct http_log **ret,
                                   struct cupel_error *err);
void http_log_free(struct http_log *log);

struct http_log_line {
    const char *address;
    const char *token; /* its id; NULL: nobody */
    const char *name;  /* whose it is */
    const char *method;
    const char *path;
    const char *pattern; /* of the route; NULL: none */
    const char *object;  /* that was made; NULL: what path names */
    unsigned status;
    int64_t duration_us;
};

void http_log_access(struct http_log *log, const struct http_log_line *line);
void http_log_audit(struct http_log *log, const struct http_log_line *line);

#endif
