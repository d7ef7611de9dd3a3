/* What a server is asked in one call each. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "service/client_server.h"
#include "service/documents.h"

#define ID_SIZE 24

static const char *id_text(int64_t id, char ret[static ID_SIZE])
{
    (void)snprintf(ret, ID_SIZE, "%" PRId64, id);
    return ret;
}

static int get_job(struct client *client, int64_t id, json_t **ret, struct cupel_error *err)
{
    char text[ID_SIZE];
    const struct call call = {
        .method = HTTP_GET, .role = CALL_READERS, .path = {"jobs", id_text(id, text)}};

    return server_client_ask(client, &call, ret, err);
}

static int cancel_job(struct client *client, int64_t id, json_t **ret, struct cupel_error *err)
{
    char text[ID_SIZE];
    const struct call call = {
        .method = HTTP_DELETE, .role = CALL_CHANGERS, .path = {"jobs", id_text(id, text)}};

    return server_client_ask(client, &call, ret, err);
}

static int retry_job(struct client *client, int64_t id, json_t **ret, struct cupel_error *err)
{
    char text[ID_SIZE];
    const struct call call = {.method = HTTP_POST,
                              .role = CALL_CHANGERS,
                              .path = {"jobs", id_text(id, text), "retry"}};

    return server_client_ask(client, &call, ret, err);
}

static int get_result(struct client *client, int64_t id, char **ret, size_t *ret_len,
                      struct cupel_error *err)
{
    char text[ID_SIZE];
    const struct call call = {.method = HTTP_GET,
                              .role = CALL_READERS,
                              .path = {"jobs", id_text(id, text), "result"}};

    return server_client_call(client, &call, ret, ret_len, err);
}

static int prune(struct client *client, int64_t age_us, json_t **ret, struct cupel_error *err)
{
    (void)client;
    (void)age_us;
    (void)ret;
    return cupel_fail(err, -EINVAL,
                      "jobs are dropped where the queue is: give --queue, not --server");
}

static int list_courses(struct client *client, json_t **ret, struct cupel_error *err)
{
    const struct call call = {.method = HTTP_GET, .role = CALL_READERS, .path = {"courses"}};

    return server_client_ask(client, &call, ret, err);
}

static int set_course(struct client *client, const char *name, unsigned weight,
                      unsigned max_running, json_t **ret, struct cupel_error *err)
{
    const struct call call = {.method = HTTP_PUT,
                              .role = CALL_PLATFORM,
                              .path = {"courses", name},
                              .json = json_pack("{s:i, s:i}", "weight", (int)weight,
                                                "max_running", (int)max_running)};

    return server_client_ask(client, &call, ret, err);
}

static json_t *number_or_null(int64_t number)
{
    return number == 0 ? json_null() : json_integer(number);
}

static int regrade(struct client *client, const struct cupel_regrade_request *request,
                   json_t **ret, struct cupel_error *err)
{
    const struct call call = {
        .method = HTTP_POST,
        .role = CALL_CHANGERS,
        .path = {"regrades"},
        .json = json_pack("{s:s, s:o, s:o, s:o}", "grader", request->grader, "from",
                          number_or_null(request->from), "to", number_or_null(request->to),
                          "sample", number_or_null(request->sample))};

    return server_client_ask(client, &call, ret, err);
}

static int get_regrade(struct client *client, int64_t id, json_t **ret, struct cupel_error *err)
{
    char text[ID_SIZE];
    const struct call call = {
        .method = HTTP_GET, .role = CALL_READERS, .path = {"regrades", id_text(id, text)}};

    return server_client_ask(client, &call, ret, err);
}

static int list_regrades(struct client *client, int64_t before, json_t **ret,
                         struct cupel_error *err)
{
    char cursor[ID_SIZE];
    const struct call call = {
        .method = HTTP_GET,
        .role = CALL_READERS,
        .path = {"regrades"},
        .query = {{"cursor", before > 0 ? id_text(before, cursor) : NULL}, {"limit", "1000"}}};

    return server_client_ask(client, &call, ret, err);
}

static int list_regrade_items(struct client *client, int64_t id, bool changed_only,
                              int64_t after, json_t **ret, struct cupel_error *err)
{
    char text[ID_SIZE];
    char cursor[ID_SIZE];
    const struct call call = {.method = HTTP_GET,
                              .role = CALL_READERS,
                              .path = {"regrades", id_text(id, text), "items"},
                              .query = {{"changed", changed_only ? "1" : NULL},
                                        {"cursor", after > 0 ? id_text(after, cursor) : NULL},
                                        {"limit", "1000"}}};

    return server_client_ask(client, &call, ret, err);
}

static int end_regrade(struct client *client, int64_t id, const char *how, json_t **ret,
                       struct cupel_error *err)
{
    char text[ID_SIZE];
    const struct call call = {.method = HTTP_POST,
                              .role = CALL_CHANGERS,
                              .path = {"regrades", id_text(id, text), how}};

    return server_client_ask(client, &call, ret, err);
}

static int publish_regrade(struct client *client, int64_t id, json_t **ret,
                           struct cupel_error *err)
{
    return end_regrade(client, id, "publish", ret, err);
}

static int withdraw_regrade(struct client *client, int64_t id, json_t **ret,
                            struct cupel_error *err)
{
    return end_regrade(client, id, "withdraw", ret, err);
}

static int list_schedules(struct client *client, json_t **ret, struct cupel_error *err)
{
    const struct call call = {.method = HTTP_GET, .role = CALL_READERS, .path = {"schedules"}};

    return server_client_ask(client, &call, ret, err);
}

/* A spec has the names of what is asked for. */
static json_t *job_of(const struct cupel_job_request *job)
{
    json_t *json = json_loads(job->spec, 0, NULL);

    (void)json_object_set_new(json, "kind", json_string(cupel_job_kind_names[job->kind]));
    (void)json_object_set_new(json, "course", json_string(job->course));
    (void)json_object_set_new(json, "priority",
                              json_string(cupel_job_priority_names[job->priority]));
    (void)json_object_set_new(json, "attempts", json_integer(job->attempts));
    (void)json_object_set_new(json, "memory", json_integer((json_int_t)job->memory_bytes));
    (void)json_object_set_new(json, "cpus", json_real((double)job->cpus_milli / 1000));
    return json;
}

static int set_schedule(struct client *client, const struct cupel_schedule_request *request,
                        json_t **ret, struct cupel_error *err)
{
    const struct call call = {.method = HTTP_PUT,
                              .role = CALL_PLATFORM,
                              .path = {"schedules", request->name},
                              .json = json_pack("{s:s, s:s, s:s, s:o}", "cron", request->cron,
                                                "zone", request->zone, "missed",
                                                cupel_missed_names[request->missed], "job",
                                                job_of(&request->job))};

    return server_client_ask(client, &call, ret, err);
}

static int ask_nothing(struct client *client, const struct call *call, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    return server_client_call(client, call, &text, &len, err);
}

static int remove_schedule(struct client *client, const char *name, struct cupel_error *err)
{
    const struct call call = {
        .method = HTTP_DELETE, .role = CALL_PLATFORM, .path = {"schedules", name}};

    return ask_nothing(client, &call, err);
}

static int list_tokens(struct client *client, json_t **ret, struct cupel_error *err)
{
    const struct call call = {.method = HTTP_GET, .role = CALL_PLATFORM, .path = {"tokens"}};

    return server_client_ask(client, &call, ret, err);
}

static int add_token(struct client *client, enum cupel_role role, const char *course,
                     const char *name, int64_t expires_us, json_t **ret,
                     struct cupel_error *err)
{
    const struct call call = {
        .method = HTTP_POST,
        .role = CALL_PLATFORM,
        .path = {"tokens"},
        .json = json_pack("{s:s, s:s?, s:s, s:o}", "role", cupel_role_names[role], "course",
                          course, "name", name, "expires_at", document_time(expires_us))};

    return server_client_ask(client, &call, ret, err);
}

static int revoke_token(struct client *client, const char *id, struct cupel_error *err)
{
    const struct call call = {
        .method = HTTP_DELETE, .role = CALL_PLATFORM, .path = {"tokens", id}};

    return ask_nothing(client, &call, err);
}

static int list_graders(struct client *client, const char *name, json_t **ret,
                        struct cupel_error *err)
{
    const struct call call = {
        .method = HTTP_GET, .role = CALL_READERS, .path = {"graders", name}};

    return server_client_ask(client, &call, ret, err);
}

static int publish_grader(struct client *client, const char *folder, const char *name,
                          const char *course, json_t **ret, struct cupel_error *err)
{
    struct client_form form = {.fd = -1};

    int r = client_form_make(folder, &form, err);
    if (r < 0)
        return r;
    const struct call call = {.method = HTTP_PUT,
                              .role = CALL_CHANGERS,
                              .path = {"graders", name},
                              .query = {{"course", course}},
                              .body = {.kind = HTTP_BODY_FD, .fd = form.fd, .len = form.bytes},
                              .content_type = form.type};
    r = server_client_ask(client, &call, ret, err);
    (void)close(form.fd);
    return r;
}

static int roll_back_grader(struct client *client, const char *name, int64_t version,
                            json_t **ret, struct cupel_error *err)
{
    const struct call call = {.method = HTTP_POST,
                              .role = CALL_CHANGERS,
                              .path = {"graders", name, "live"},
                              .json = json_pack("{s:I}", "version", (json_int_t)version)};

    return server_client_ask(client, &call, ret, err);
}

const struct client_functions server_client_functions = {
    .close = server_client_close,
    .submit = server_client_submit,
    .get_job = get_job,
    .cancel_job = cancel_job,
    .retry_job = retry_job,
    .list_jobs = server_client_list_jobs,
    .watch_job = server_client_watch_job,
    .get_result = get_result,
    .prune = prune,
    .list_courses = list_courses,
    .set_course = set_course,
    .regrade = regrade,
    .get_regrade = get_regrade,
    .list_regrades = list_regrades,
    .list_regrade_items = list_regrade_items,
    .publish_regrade = publish_regrade,
    .withdraw_regrade = withdraw_regrade,
    .list_schedules = list_schedules,
    .set_schedule = set_schedule,
    .remove_schedule = remove_schedule,
    .list_tokens = list_tokens,
    .add_token = add_token,
    .revoke_token = revoke_token,
    .list_graders = list_graders,
    .publish_grader = publish_grader,
    .roll_back_grader = roll_back_grader,
};
