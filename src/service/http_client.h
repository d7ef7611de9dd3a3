/*
 * One HTTP/1.1 request, blocking, by libcurl: what client commands ask of the service, and what
 * webhooks are sent with. Unless a request allows it, neither plain HTTP nor a server whose
 * address is not public is used; the address is checked as it is connected to, so that a name
 * which resolves to another one the second time gains nothing. Redirects are told, never
 * followed; proxies, .netrc and cookies are not used. May be called by several threads at once.
 */
#ifndef CUPEL_SERVICE_HTTP_CLIENT_H
#define CUPEL_SERVICE_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

#define HTTP_CONNECT_LIMIT_MS 5000U
#define HTTP_HEADERS_MAX      65536U /* bytes of an answer's headers, interim ones among them */
#define HTTP_ENOUGH           1

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE };

enum http_body_kind {
    HTTP_BODY_NONE,
    HTTP_BODY_BYTES, /* bytes, len */
    HTTP_BODY_FD,    /* len bytes of fd, from where it stands */
    HTTP_BODY_PARTS, /* multipart/form-data (RFC 7578) */
};

/* A part is a file, sent under the last component of its path, or a value. */
struct http_part {
    const char *name;
    const char *path;  /* or NULL */
    const char *value; /* where path is NULL */
};

struct http_body {
    enum http_body_kind kind;
    const void *bytes;
    uint64_t len;
    int fd;
    const struct http_part *parts;
    size_t part_count;
};

struct http_header {
    const char *name;
    const char *value;
};

/* Takes the body of an answer of status 2xx as it comes. Returns 0 to go on, HTTP_ENOUGH to end
 * the request as done, or a negative errno with err filled to fail it. */
typedef int http_take(void *owner, const void *bytes, size_t len, struct cupel_error *err);

struct http_request {
    enum http_method method;
    const char *url;
    const char *token;                 /* sent as a bearer token (RFC 6750), or NULL */
    const char *content_type;          /* of bytes and fd */
    const struct http_header *headers; /* ended by a name of NULL, or NULL */
    struct http_body body;
    http_take *take; /* NULL: the body of the answer is kept, as it is of other statuses */
    void *take_owner;
    size_t answer_max_bytes; /* kept of the body; more is not read */
    uint32_t limit_ms;       /* for all of it; 0: none */
    uint32_t idle_limit_s;   /* without a byte, once connected; 0: none */
    const char *ca_file;     /* certificates to trust, PEM; NULL: the system's */
    bool allow_http;
    bool allow_private;
};

/* Texts are a server's: hostile. Freed by http_answer_free(). */
struct http_answer {
    long status;
    char *content_type;     /* or NULL */
    char *location;         /* or NULL */
    uint64_t retry_after_s; /* 0: none was named */
    char *body;             /* NUL after its last byte, never NULL */
    size_t body_len;
    bool is_cut; /* there was more than answer_max_bytes */
};

/*
 * Returns 0 if there was an answer, of whatever status; else, with the server as HOST:PORT in
 * err: -EINVAL        the URL, see http_url_check(), a header, the token or the CA file is
 * unusable -EACCES        the server's address is not public -EHOSTUNREACH  its name is not
 * known; -ECONNREFUSED and others of connect(2): no connection -ETIMEDOUT     a limit of time
 * has passed -EKEYREJECTED  its TLS certificate is not trusted, or another host's -ECONNRESET
 * it broke off; -EPROTO: what it speaks is not HTTP or TLS -EMSGSIZE      more than
 * HTTP_HEADERS_MAX of headers -ENOMEM; what failed of reading the body to send, or what take
 * returned err never has the token in it.
 */
CUPEL_MUST_CHECK int http_client_request(const struct http_request *request,
                                         struct http_answer *ret, struct cupel_error *err);

void http_answer_free(struct http_answer *answer);

#endif
