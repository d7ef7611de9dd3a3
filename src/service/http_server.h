/* The HTTP server: connections, limits, who it is, and what is told to whom. */
#ifndef CUPEL_SERVICE_HTTP_SERVER_H
#define CUPEL_SERVICE_HTTP_SERVER_H

#include "service/http.h"

struct http_server_options {
    struct http_settings settings;
    const char *queue_url;
    const char *address;  /* "127.0.0.1", "::1" */
    uint16_t port;        /* 0: any */
    const char *tls_cert; /* PEM files, or both NULL */
    const char *tls_key;
    bool trust_proxy;       /* take the client's address from the last of X-Forwarded-For */
    unsigned rate;          /* requests a second of a token, or an address without one */
    const char *access_log; /* file, or "-": standard output; NULL: none */
    const char *audit_log;  /* the same */
    const struct http_routes *const *tables; /* NULL behind the last */
    /* A page that says what went wrong, where one was asked for; title: "Not Found". Returns 0
     * or -ENOMEM. */
    int (*problem_page)(const struct http_request *request, unsigned status, const char *title,
                        const char *detail, struct http_answer *ret, struct cupel_error *err);
};

struct http_service;

/* options are borrowed until the end. *ret_port: what it listens on. Returns 0; -EADDRINUSE
 * and others of bind(2); -EINVAL: the address, or the certificate; as cupel_queue_open(). */
CUPEL_MUST_CHECK int http_server_start(const struct http_server_options *options,
                                       struct http_service **ret, uint16_t *ret_port,
                                       struct cupel_error *err);
/* Accept no more, answer what waits, and end, within some seconds. */
void http_server_stop(struct http_service *service);

#endif
