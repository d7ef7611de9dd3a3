/*
 * What handlers of requests see of HTTP: a request whose body has been read, and an answer to
 * fill. http_server.c does all else: connections, limits of size and rate, who it is, problem
 * documents, logs.
 */
#ifndef CUPEL_SERVICE_HTTP_H
#define CUPEL_SERVICE_HTTP_H

#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "cupel/error.h"
#include "queue/queue.h"
#include "queue/tokens.h"

#define HTTP_PATH_PARTS 4

/* One file of a body; a raw body is one part without a name. */
struct http_part {
    char *name;      /* of the form's field; NULL: the whole body */
    char *file_name; /* as sent, hostile; NULL: none */
    char *type;      /* media type, as sent; NULL: none */
    int fd;          /* to be read from its beginning */
    uint64_t bytes;
};

struct http_request {
    const char *method;
    const char *path;                       /* decoded */
    const char *variables[HTTP_PATH_PARTS]; /* what stands for each {…} of the route, decoded */
    struct cupel_queue
        *queue; /* this request's alone, while it is handled; not of HTTP_ALWAYS */
    const struct cupel_token *who; /* NULL: nobody; only where the route lets nobody in */
    struct http_part *parts;       /* of the body */
    size_t part_count;
    struct http_service *service;
    bool is_last;   /* waiting is over: answer with what there is */
    bool is_secure; /* the client speaks TLS, with us or with the proxy that is trusted */
    void *private;  /* http_server.c's */
};

/* What handlers need of what `cupel serve` was told. */
struct http_settings {
    const char *work;         /* folder of temporary files */
    const char *policies;     /* folder of the shipped ones */
    char *const *environment; /* of programs that are started */
    sem_t *unpacking;         /* so many archives at the same time */
    uint64_t max_submission;
    struct metrics *metrics;
    bool allow_private_webhooks;
};

const struct http_settings *http_settings(const struct http_request *request);

/* Of the query; NULL: not there. Borrowed. */
const char *http_argument(const struct http_request *request, const char *name);
/* -EINVAL that names an argument of the query that is not in names (NULL behind the last), or
 * is there twice. */
CUPEL_MUST_CHECK int http_arguments_only(const struct http_request *request,
                                         const char *const *names, struct cupel_error *err);
/* NULL: not there. Borrowed. */
const char *http_header(const struct http_request *request, const char *name);
/* A whole number of the query from min to max; *ret is left alone if it is not there. -EINVAL.
 */
CUPEL_MUST_CHECK int http_argument_number(const struct http_request *request, const char *name,
                                          int64_t min, int64_t max, int64_t *ret,
                                          struct cupel_error *err);
/* A part by its name; NULL: not there. */
const struct http_part *http_part(const struct http_request *request, const char *name);
/* The text of a part of at most 64 KiB, valid UTF-8 without NUL; the caller's to free. NULL as
 * value where there is no such part. -EINVAL, -EFBIG. */
CUPEL_MUST_CHECK int http_part_text(const struct http_request *request, const char *name,
                                    char **ret, struct cupel_error *err);
/* The body as one JSON object of at most 1 MiB; a new reference. -EINVAL with line and column.
 */
CUPEL_MUST_CHECK int http_body_json(const struct http_request *request, json_t **ret,
                                    struct cupel_error *err);
/* Whether who may see or change what is a course's: platform all, auditors read all. */
bool http_may_read(const struct cupel_token *who, const char *course);
bool http_may_change(const struct cupel_token *who, const char *course);

/* An event stream (text/event-stream): called whenever the queue may have changed. */
struct http_stream {
    void *state;
    /* Appends what is new to *ret (the caller's to free; NULL: nothing). Returns 1 if the
     * stream is at its end, 0, or -errno. */
    int (*next)(void *state, struct cupel_queue *queue, char **ret, struct cupel_error *err);
    void (*free)(void *state);
};

#define HTTP_HEADERS_MAX 8

struct http_answer {
    unsigned status;  /* 0: 200 */
    const char *type; /* static; NULL: application/json */
    char *body;       /* owned */
    size_t len;
    int fd; /* instead of body: sent to its end, then closed; -1: none. Set before the handler
             */
    struct {
        const char *name; /* static */
        char *value;      /* owned */
    } headers[HTTP_HEADERS_MAX];
    struct http_stream stream; /* with next: instead of body */
    int64_t wait_us; /* > 0: ask the handler again when the queue has changed, at most so long;
                      * the rest of the answer is dropped */
};

/* value is copied. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int http_set_header(struct http_answer *answer, const char *name,
                                     const char *value);
/* The document is the answer's; json is stolen (NULL: -ENOMEM). */
CUPEL_MUST_CHECK int http_answer_json(struct http_answer *answer, unsigned status, json_t *json,
                                      struct cupel_error *err);

/*
 * Returns 0 with *ret filled, or -errno with err, which becomes a problem document (RFC 9457):
 * -EINVAL 400, -EACCES 403, -ENOENT 404, -EEXIST, -EBUSY and -ESTALE 409, -EFBIG 413, -EPROTO
 * 415, -ENOSPC and -EDQUOT 507, -EPIPE and -EAGAIN 503 with Retry-After, others 500, whose text
 * is logged and not sent.
 */
typedef int http_handler(struct http_request *request, struct http_answer *ret,
                         struct cupel_error *err);

/* What a function said of files of ours, as a handler returns it: what tells of what was sent
 * (-EINVAL, -EFBIG), of room (-ENOSPC, -EDQUOT) and of the queue (-EPIPE, -EAGAIN) as it is,
 * else -EIO: that one of them is missing is nothing that a client has done. 0 is 0. */
CUPEL_MUST_CHECK int http_own_fault(int r, struct cupel_error *err);

enum http_access {
    HTTP_ALWAYS,   /* anybody, and without the queue: at once, so it must not wait */
    HTTP_ANYBODY,  /* also without a token */
    HTTP_SOMEBODY, /* any role; the handler looks at the course */
    HTTP_CHANGERS, /* platform and staff; the handler looks at the course */
    HTTP_PLATFORM, /* platform alone */
    HTTP_READERS,  /* platform and auditors */
};

/* As max_body: what --max-submission allows. */
#define HTTP_BODY_SUBMISSION UINT64_MAX

struct http_route {
    const char *method;  /* GET serves HEAD as well */
    const char *pattern; /* "/v1/jobs/{id}/events" */
    uint64_t max_body;   /* bytes; 0: no body */
    http_handler *handler;
    enum http_access access;
    bool is_page; /* of HTML: errors are pages, and who it is comes by cookie as well */
};

/* Each file of handlers exports its routes; http_routes.c lists the tables. */
struct http_routes {
    const struct http_route *items;
    size_t count;
};

#endif
