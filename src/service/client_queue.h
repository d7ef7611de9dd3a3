/* A service whose queue is opened here. Internal to client_queue*.c. */
#ifndef CUPEL_SERVICE_CLIENT_QUEUE_H
#define CUPEL_SERVICE_CLIENT_QUEUE_H

#include "service/client.h"

struct queue_client {
    struct client client; /* first */
    struct cupel_queue *queue;
    char by[64]; /* who asks, for the record */
};

static inline struct queue_client *queue_client(struct client *client)
{
    return (struct queue_client *)client;
}

/* *ret = document; -EINVAL if it is NULL, which a text that is not UTF-8 makes it. */
CUPEL_MUST_CHECK int queue_client_give(json_t *document, json_t **ret, struct cupel_error *err);

/* As client_functions has them. */
int queue_client_submit(struct client *client, const struct client_submission *submission,
                        json_t **ret, struct cupel_error *err);
int queue_client_publish_grader(struct client *client, const char *folder, const char *name,
                                const char *course, json_t **ret, struct cupel_error *err);
int queue_client_list_graders(struct client *client, const char *name, json_t **ret,
                              struct cupel_error *err);
int queue_client_roll_back_grader(struct client *client, const char *name, int64_t version,
                                  json_t **ret, struct cupel_error *err);

int queue_client_get_job(struct client *client, int64_t id, json_t **ret,
                         struct cupel_error *err);
int queue_client_cancel_job(struct client *client, int64_t id, json_t **ret,
                            struct cupel_error *err);
int queue_client_retry_job(struct client *client, int64_t id, json_t **ret,
                           struct cupel_error *err);
int queue_client_list_jobs(struct client *client, const struct cupel_job_filter *filter,
                           json_t **ret, struct cupel_error *err);
int queue_client_watch_job(struct client *client, int64_t id, const struct client_watch *watch,
                           struct cupel_error *err);
int queue_client_get_result(struct client *client, int64_t id, char **ret, size_t *ret_len,
                            struct cupel_error *err);
int queue_client_prune(struct client *client, int64_t age_us, json_t **ret,
                       struct cupel_error *err);
int queue_client_list_courses(struct client *client, json_t **ret, struct cupel_error *err);
int queue_client_set_course(struct client *client, const char *name, unsigned weight,
                            unsigned max_running, json_t **ret, struct cupel_error *err);

int queue_client_regrade(struct client *client, const struct cupel_regrade_request *request,
                         json_t **ret, struct cupel_error *err);
int queue_client_get_regrade(struct client *client, int64_t id, json_t **ret,
                             struct cupel_error *err);
int queue_client_list_regrades(struct client *client, int64_t before, json_t **ret,
                               struct cupel_error *err);
int queue_client_list_regrade_items(struct client *client, int64_t id, bool changed_only,
                                    int64_t after, json_t **ret, struct cupel_error *err);
int queue_client_publish_regrade(struct client *client, int64_t id, json_t **ret,
                                 struct cupel_error *err);
int queue_client_withdraw_regrade(struct client *client, int64_t id, json_t **ret,
                                  struct cupel_error *err);

int queue_client_list_schedules(struct client *client, json_t **ret, struct cupel_error *err);
int queue_client_set_schedule(struct client *client,
                              const struct cupel_schedule_request *request, json_t **ret,
                              struct cupel_error *err);
int queue_client_remove_schedule(struct client *client, const char *name,
                                 struct cupel_error *err);

int queue_client_list_tokens(struct client *client, json_t **ret, struct cupel_error *err);
int queue_client_add_token(struct client *client, enum cupel_role role, const char *course,
                           const char *name, int64_t expires_us, json_t **ret,
                           struct cupel_error *err);
int queue_client_revoke_token(struct client *client, const char *id, struct cupel_error *err);

#endif
