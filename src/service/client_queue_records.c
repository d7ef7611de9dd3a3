/* Regrades, schedules and tokens of a queue. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/install.h"
#include "cupel/cleanup.h"
#include "service/client_queue.h"
#include "service/documents.h"
#include "service/job_request.h"

#define ITEMS_PAGE 1000

int queue_client_get_regrade(struct client *client, int64_t id, json_t **ret,
                             struct cupel_error *err)
{
    struct cupel_regrade regrade;

    int r = cupel_queue_get_regrade(queue_client(client)->queue, id, &regrade, err);
    if (r < 0)
        return r;
    r = queue_client_give(document_regrade(&regrade), ret, err);
    cupel_regrade_clear(&regrade);
    return r;
}

int queue_client_regrade(struct client *client, const struct cupel_regrade_request *request,
                         json_t **ret, struct cupel_error *err)
{
    struct cupel_regrade_request signed_request = *request;
    int64_t id = 0;

    signed_request.by = queue_client(client)->by;
    int r = cupel_queue_regrade(queue_client(client)->queue, &signed_request, &id, err);
    return r < 0 ? r : queue_client_get_regrade(client, id, ret, err);
}

int queue_client_list_regrades(struct client *client, int64_t before, json_t **ret,
                               struct cupel_error *err)
{
    struct cupel_regrade_list list;
    char next[32] = "";

    int r = cupel_queue_list_regrades(queue_client(client)->queue, NULL, NULL, before,
                                      ITEMS_PAGE, &list, err);
    if (r < 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; i < list.count; i++)
        (void)json_array_append_new(items, document_regrade(&list.items[i]));
    if (list.count == ITEMS_PAGE)
        (void)snprintf(next, sizeof(next), "%" PRId64, list.items[list.count - 1].id);
    cupel_regrade_list_clear(&list);
    return queue_client_give(
        json_pack("{s:o, s:s?}", "regrades", items, "next", next[0] != '\0' ? next : NULL), ret,
        err);
}

int queue_client_list_regrade_items(struct client *client, int64_t id, bool changed_only,
                                    int64_t after, json_t **ret, struct cupel_error *err)
{
    struct cupel_regrade_items list;
    char next[32] = "";

    int r = cupel_queue_list_regrade_items(queue_client(client)->queue, id, changed_only, after,
                                           ITEMS_PAGE, &list, err);
    if (r < 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; i < list.count; i++)
        (void)json_array_append_new(items, document_regrade_item(&list.items[i]));
    if (list.count == ITEMS_PAGE)
        (void)snprintf(next, sizeof(next), "%" PRId64, list.items[list.count - 1].job);
    cupel_regrade_items_clear(&list);
    return queue_client_give(
        json_pack("{s:o, s:s?}", "items", items, "next", next[0] != '\0' ? next : NULL), ret,
        err);
}

int queue_client_publish_regrade(struct client *client, int64_t id, json_t **ret,
                                 struct cupel_error *err)
{
    int r = cupel_queue_publish_regrade(queue_client(client)->queue, id, err);

    return r < 0 ? r : queue_client_get_regrade(client, id, ret, err);
}

int queue_client_withdraw_regrade(struct client *client, int64_t id, json_t **ret,
                                  struct cupel_error *err)
{
    int r = cupel_queue_withdraw_regrade(queue_client(client)->queue, id, err);

    return r < 0 ? r : queue_client_get_regrade(client, id, ret, err);
}

int queue_client_list_schedules(struct client *client, json_t **ret, struct cupel_error *err)
{
    struct cupel_schedule_list list;

    int r = cupel_queue_list_schedules(queue_client(client)->queue, NULL, &list, err);
    if (r < 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; i < list.count; i++)
        (void)json_array_append_new(items, document_schedule(&list.items[i]));
    cupel_schedule_list_clear(&list);
    return queue_client_give(json_pack("{s:o}", "schedules", items), ret, err);
}

/* As the server does. */
static int check_job(const struct cupel_job_request *job, struct cupel_error *err)
{
    struct cupel_cli_paths paths;

    int r = cupel_cli_paths_find(&paths, err);
    return r < 0 ? r
                 : job_request_check_spec(job->spec, job->memory_bytes, paths.policies, err);
}

int queue_client_set_schedule(struct client *client,
                              const struct cupel_schedule_request *request, json_t **ret,
                              struct cupel_error *err)
{
    struct cupel_queue *queue = queue_client(client)->queue;
    struct cupel_schedule_request signed_request = *request;
    struct cupel_schedule_list list = {.count = 0};
    int64_t next_us = 0;
    json_t *found = NULL;

    signed_request.by = queue_client(client)->by;
    int r = check_job(&request->job, err);
    if (r == 0)
        r = cupel_queue_set_schedule(queue, &signed_request, &next_us, err);
    if (r == 0)
        r = cupel_queue_list_schedules(queue, request->job.course, &list, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < list.count && found == NULL; i++) {
        if (strcmp(list.items[i].name, request->name) == 0)
            found = document_schedule(&list.items[i]);
    }
    cupel_schedule_list_clear(&list);
    return queue_client_give(found, ret, err);
}

int queue_client_remove_schedule(struct client *client, const char *name,
                                 struct cupel_error *err)
{
    return cupel_queue_remove_schedule(queue_client(client)->queue, name, NULL, err);
}

int queue_client_list_tokens(struct client *client, json_t **ret, struct cupel_error *err)
{
    struct cupel_token_list list;

    int r = cupel_queue_list_tokens(queue_client(client)->queue, &list, err);
    if (r < 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; i < list.count; i++)
        (void)json_array_append_new(items, document_token(&list.items[i]));
    cupel_token_list_clear(&list);
    return queue_client_give(json_pack("{s:o}", "tokens", items), ret, err);
}

int queue_client_add_token(struct client *client, enum cupel_role role, const char *course,
                           const char *name, int64_t expires_us, json_t **ret,
                           struct cupel_error *err)
{
    struct cupel_token token;
    char *text = NULL;

    int r = cupel_queue_add_token(queue_client(client)->queue, role, course, name, expires_us,
                                  &token, &text, err);
    if (r < 0)
        return r;
    json_t *document = document_token(&token);
    cupel_token_clear(&token);
    if (document != NULL)
        (void)json_object_set_new(document, "token", json_string(text));
    r = queue_client_give(document, ret, err);
    explicit_bzero(text, strlen(text));
    free(text);
    return r;
}

int queue_client_revoke_token(struct client *client, const char *id, struct cupel_error *err)
{
    return cupel_queue_revoke_token(queue_client(client)->queue, id, err);
}
