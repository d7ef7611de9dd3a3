#include "service/client_queue.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PASSWORD_ENTRY_SIZE 4096

static void close_queue(struct client *client)
{
    cupel_queue_close(queue_client(client)->queue);
    free(client);
}

static const struct client_functions functions = {
    .close = close_queue,
    .submit = queue_client_submit,
    .get_job = queue_client_get_job,
    .cancel_job = queue_client_cancel_job,
    .retry_job = queue_client_retry_job,
    .list_jobs = queue_client_list_jobs,
    .watch_job = queue_client_watch_job,
    .get_result = queue_client_get_result,
    .prune = queue_client_prune,
    .list_courses = queue_client_list_courses,
    .set_course = queue_client_set_course,
    .regrade = queue_client_regrade,
    .get_regrade = queue_client_get_regrade,
    .list_regrades = queue_client_list_regrades,
    .list_regrade_items = queue_client_list_regrade_items,
    .publish_regrade = queue_client_publish_regrade,
    .withdraw_regrade = queue_client_withdraw_regrade,
    .list_schedules = queue_client_list_schedules,
    .set_schedule = queue_client_set_schedule,
    .remove_schedule = queue_client_remove_schedule,
    .list_tokens = queue_client_list_tokens,
    .add_token = queue_client_add_token,
    .revoke_token = queue_client_revoke_token,
    .list_graders = queue_client_list_graders,
    .publish_grader = queue_client_publish_grader,
    .roll_back_grader = queue_client_roll_back_grader,
};

/* By the system's record, since who opens a queue is a user of this machine. */
static void name_user(char *ret, size_t size)
{
    char buffer[PASSWORD_ENTRY_SIZE];
    struct passwd entry;
    struct passwd *found = NULL;

    if (getpwuid_r(geteuid(), &entry, buffer, sizeof(buffer), &found) == 0 && found != NULL)
        (void)snprintf(ret, size, "%s", found->pw_name);
    else
        (void)snprintf(ret, size, "uid %u", (unsigned)geteuid());
}

int queue_client_give(json_t *document, json_t **ret, struct cupel_error *err)
{
    if (document == NULL)
        return cupel_fail(err, -EINVAL, "a text of it is not in UTF-8");
    *ret = document;
    return 0;
}

int client_open_queue(const char *url, struct client **ret, struct cupel_error *err)
{
    struct queue_client *client = calloc(1, sizeof(*client));

    if (client == NULL)
        return cupel_fail_errno(err, "open the queue");
    int r = cupel_queue_open(url, &client->queue, err);
    if (r < 0) {
        free(client);
        /* A file that cannot be opened is no mistake of a request. */
        return r == -EINVAL ? r : -EIO;
    }
    client->client.functions = &functions;
    name_user(client->by, sizeof(client->by));
    *ret = &client->client;
    return 0;
}
