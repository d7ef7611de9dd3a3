/* A service that is asked by HTTP. Internal to client_server*.c. */
#ifndef CUPEL_SERVICE_CLIENT_SERVER_H
#define CUPEL_SERVICE_CLIENT_SERVER_H

#include "service/client.h"
#include "service/http_client.h"

#define CALL_PATH_MAX  5
#define CALL_QUERY_MAX 9

struct call_argument {
    const char *name;
    const char *value; /* NULL: it is left out */
};

/* One request. Path and query are texts as they are: they are encoded here. */
struct call {
    enum http_method method;
    const char *role;                /* whose token may do that, for messages */
    const char *path[CALL_PATH_MAX]; /* below /v1, NULL behind the last */
    struct call_argument query[CALL_QUERY_MAX];
    json_t *json;          /* the body; stolen */
    struct http_body body; /* where json is NULL */
    const char *content_type;
    const struct http_header *headers;
    http_take *take;
    void *take_owner;
    uint32_t limit_ms; /* 0: none */
};

#define CALL_READERS  "platform, staff or auditor"
#define CALL_CHANGERS "platform, or staff of the course"
#define CALL_PLATFORM "platform"

/* The text of the answer, the caller's to free. What is not 2xx is an error, with what the
 * server says of it. */
CUPEL_MUST_CHECK int server_client_call(struct client *client, const struct call *call,
                                        char **ret, size_t *ret_len, struct cupel_error *err);

/* The same, as JSON. */
CUPEL_MUST_CHECK int server_client_ask(struct client *client, const struct call *call,
                                       json_t **ret, struct cupel_error *err);

/* A folder as the body of a request. */
struct client_form {
    int fd; /* at its beginning; the caller's to close */
    uint64_t bytes;
    char type[80]; /* Content-Type */
};

/* -EINVAL: a name that cannot be sent, or no files; -EFBIG; -EBUSY: a file has changed. */
CUPEL_MUST_CHECK int client_form_make(const char *folder, struct client_form *ret,
                                      struct cupel_error *err);

/* As client_functions has them. */
int server_client_submit(struct client *client, const struct client_submission *submission,
                         json_t **ret, struct cupel_error *err);
int server_client_list_jobs(struct client *client, const struct cupel_job_filter *filter,
                            json_t **ret, struct cupel_error *err);
int server_client_watch_job(struct client *client, int64_t id, const struct client_watch *watch,
                            struct cupel_error *err);

/* Calls without much of their own. */
extern const struct client_functions server_client_functions;
void server_client_close(struct client *client);

#endif
