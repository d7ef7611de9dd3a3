/*
 * What the client commands ask of a service, in one form for both ways to it: a queue that is
 * opened here (client_queue.c), or a server (client_server.c). Both answer with the documents
 * of the HTTP API, so that a command is written once and prints the same either way.
 *
 * All functions return 0 or -errno with err: -EINVAL, -EACCES, -ENOENT, -EEXIST, -EBUSY,
 * -ESTALE and -EFBIG where what was asked for is at fault, anything else where the queue or the
 * server is. *ret is a new reference.
 */
#ifndef CUPEL_SERVICE_CLIENT_H
#define CUPEL_SERVICE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "cupel/error.h"
#include "queue/graders.h"
#include "queue/regrades.h"
#include "queue/schedules.h"
#include "queue/tokens.h"
#include "service/client_patience.h"

#define CLIENT_BYTES_MAX (UINT64_C(1) << 30) /* of a submission, a grader or a result */
#define CLIENT_FILES_MAX 10000

/* A submission; all of it is borrowed. */
struct client_submission {
    const char *grader; /* name of a live one; or a folder: a path that has a '/' */
    const char *path;   /* a file or a folder; "-": standard input */
    const char *course; /* of a grader that is a folder */
    const char *learner;
    const char *key;
    enum cupel_job_priority priority;
    int64_t not_before_us;
    int64_t deadline_us;
    unsigned attempts;
};

/* Who hears of a job while it runs. */
struct client_watch {
    struct client_patience *patience;
    /* {"event": "attempt", "token": n} when the n-th begins, which may be told more than once;
     * else as `cupel grade --events` writes it. */
    void (*tell)(void *owner, const json_t *event);
    void *owner;
};

struct client;

struct client_functions {
    void (*close)(struct client *client);

    /* A job. */
    int (*submit)(struct client *client, const struct client_submission *submission,
                  json_t **ret, struct cupel_error *err);
    /* With its "attempts_made". */
    int (*get_job)(struct client *client, int64_t id, json_t **ret, struct cupel_error *err);
    int (*cancel_job)(struct client *client, int64_t id, json_t **ret, struct cupel_error *err);
    int (*retry_job)(struct client *client, int64_t id, json_t **ret, struct cupel_error *err);
    /* {"jobs": …, "next": …}. */
    int (*list_jobs)(struct client *client, const struct cupel_job_filter *filter, json_t **ret,
                     struct cupel_error *err);
    /* Until it has ended, or the time of watch's patience is over: -ETIME. */
    int (*watch_job)(struct client *client, int64_t id, const struct client_watch *watch,
                     struct cupel_error *err);
    /* The text of a result as staff see it; the caller's to free. */
    int (*get_result)(struct client *client, int64_t id, char **ret, size_t *ret_len,
                      struct cupel_error *err);
    /* {"jobs": n, "blobs": n, "bytes": n} that were dropped. */
    int (*prune)(struct client *client, int64_t age_us, json_t **ret, struct cupel_error *err);

    /* {"courses": …}; a course. */
    int (*list_courses)(struct client *client, json_t **ret, struct cupel_error *err);
    int (*set_course)(struct client *client, const char *name, unsigned weight,
                      unsigned max_running, json_t **ret, struct cupel_error *err);

    /* A regrade; {"regrades": …, "next": …}; {"items": …, "next": …}. */
    int (*regrade)(struct client *client, const struct cupel_regrade_request *request,
                   json_t **ret, struct cupel_error *err);
    int (*get_regrade)(struct client *client, int64_t id, json_t **ret,
                       struct cupel_error *err);
    int (*list_regrades)(struct client *client, int64_t before, json_t **ret,
                         struct cupel_error *err);
    int (*list_regrade_items)(struct client *client, int64_t id, bool changed_only,
                              int64_t after, json_t **ret, struct cupel_error *err);
    int (*publish_regrade)(struct client *client, int64_t id, json_t **ret,
                           struct cupel_error *err);
    int (*withdraw_regrade)(struct client *client, int64_t id, json_t **ret,
                            struct cupel_error *err);

    /* {"schedules": …}; a schedule; its job is a run. */
    int (*list_schedules)(struct client *client, json_t **ret, struct cupel_error *err);
    int (*set_schedule)(struct client *client, const struct cupel_schedule_request *request,
                        json_t **ret, struct cupel_error *err);
    int (*remove_schedule)(struct client *client, const char *name, struct cupel_error *err);

    /* {"tokens": …}; {"token": "cupel_…", …}. */
    int (*list_tokens)(struct client *client, json_t **ret, struct cupel_error *err);
    int (*add_token)(struct client *client, enum cupel_role role, const char *course,
                     const char *name, int64_t expires_us, json_t **ret,
                     struct cupel_error *err);
    int (*revoke_token)(struct client *client, const char *id, struct cupel_error *err);

    /* {"graders": …}, or with a name {"versions": …}. */
    int (*list_graders)(struct client *client, const char *name, json_t **ret,
                        struct cupel_error *err);
    /* A version. */
    int (*publish_grader)(struct client *client, const char *folder, const char *name,
                          const char *course, json_t **ret, struct cupel_error *err);
    /* {"versions": …}. */
    int (*roll_back_grader)(struct client *client, const char *name, int64_t version,
                            json_t **ret, struct cupel_error *err);
};

/* Each way to a service begins with it. */
struct client {
    const struct client_functions *functions;
};

/* A queue at url, as cupel_queue_open() has it. */
CUPEL_MUST_CHECK int client_open_queue(const char *url, struct client **ret,
                                       struct cupel_error *err);

/* A server at url: https://…, or http://… of this machine. token: NULL for none, copied;
 * ca_file: certificates to trust instead of the system's, or NULL. Nothing is asked of it yet.
 */
CUPEL_MUST_CHECK int client_open_server(const char *url, const char *token, const char *ca_file,
                                        struct client **ret, struct cupel_error *err);

/* Whether it ends no more by itself, by its document. */
bool client_has_ended(const json_t *job);

#endif
