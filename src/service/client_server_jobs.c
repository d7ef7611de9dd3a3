/* Jobs of a server: handing in, watching, listing. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "cupel/cleanup.h"
#include "grader/submission_copy.h"
#include "service/client_server.h"
#include "service/client_submission.h"
#include "service/documents.h"
#include "service/event_stream.h"

#define AGAIN_NS 200000000L /* pause before a stream is taken up again */

/* What is sent of a submission. */
struct sending {
    struct client_form form; /* or a file as it is */
    char *name;              /* of that; NULL: the form's */
};

/* A pipe's end is not known before it is read. */
static int take_input(struct sending *ret, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = memfd_create("cupel-input", MFD_CLOEXEC);

    if (fd < 0)
        return cupel_fail_errno(err, "keep standard input");
    int r = cupel_copy_file(STDIN_FILENO, fd, CLIENT_BYTES_MAX + 1, &ret->form.bytes, err);
    if (r < 0)
        return r;
    if (ret->form.bytes > CLIENT_BYTES_MAX)
        return cupel_fail(err, -EFBIG, "standard input has more than %" PRIu64 " bytes",
                          CLIENT_BYTES_MAX);
    if (lseek(fd, 0, SEEK_SET) < 0)
        return cupel_fail_errno(err, "keep standard input");
    ret->form.fd = cupel_take_fd(&fd);
    ret->name = strdup(client_submission_name("-"));
    return ret->name == NULL ? cupel_fail_errno(err, "keep standard input") : 0;
}

static int take_submission(const char *path, struct sending *ret, struct cupel_error *err)
{
    struct stat st;

    if (strcmp(path, "-") == 0)
        return take_input(ret, err);
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "%s", path);
    if (S_ISDIR(st.st_mode))
        return client_form_make(path, &ret->form, err);
    if (!S_ISREG(st.st_mode))
        return cupel_fail(err, -EINVAL, "%s: neither a folder nor a file", path);
    ret->form.bytes = (uint64_t)st.st_size;
    ret->name = strdup(client_submission_name(path));
    if (ret->name == NULL)
        return cupel_fail_errno(err, "%s", path);
    ret->form.fd = cupel_take_fd(&fd);
    return 0;
}

#define TIME_SIZE 40

/* NULL of 0. */
static const char *time_text(int64_t us, char ret[static TIME_SIZE])
{
    json_t *text = document_time(us);

    (void)snprintf(ret, TIME_SIZE, "%s", json_is_null(text) ? "" : json_string_value(text));
    json_decref(text);
    return ret[0] != '\0' ? ret : NULL;
}

static int post(struct client *client, const struct client_submission *submission,
                const struct sending *sending, json_t **ret, struct cupel_error *err)
{
    char not_before[TIME_SIZE];
    char deadline[TIME_SIZE];
    char attempts[16];

    (void)snprintf(attempts, sizeof(attempts), "%u", submission->attempts);
    const struct call call = {
        .method = HTTP_POST,
        .role = CALL_CHANGERS,
        .path = {"jobs"},
        .query = {{"grader", submission->grader},
                  {"name", sending->name},
                  {"form", sending->name == NULL ? "tree" : NULL},
                  {"learner", submission->learner},
                  {"priority", cupel_job_priority_names[submission->priority]},
                  {"attempts", attempts},
                  {"not_before", time_text(submission->not_before_us, not_before)},
                  {"deadline", time_text(submission->deadline_us, deadline)},
                  {"idempotency_key", submission->key}},
        .body = {.kind = HTTP_BODY_FD, .fd = sending->form.fd, .len = sending->form.bytes},
        .content_type = sending->form.type,
    };
    return server_client_ask(client, &call, ret, err);
}

static int check_course(struct client *client, const struct client_submission *submission,
                        struct cupel_error *err)
{
    json_t *graders = NULL;

    int r = client->functions->list_graders(client, submission->grader, &graders, err);
    if (r < 0)
        return r;
    const json_t *newest = json_array_get(json_object_get(graders, "versions"), 0);
    const char *course = json_string_value(json_object_get(newest, "course"));
    r = client_check_course(submission, course != NULL ? course : "", err);
    json_decref(graders);
    return r;
}

int server_client_submit(struct client *client, const struct client_submission *submission,
                         json_t **ret, struct cupel_error *err)
{
    struct sending sending = {.form = {.fd = -1, .type = "application/octet-stream"}};

    if (strchr(submission->grader, '/') != NULL)
        return cupel_fail(err, -EINVAL,
                          "%s: a server grades with graders that are published; give the name "
                          "of one, or --queue",
                          submission->grader);
    int r = client_check_submission(submission, err);
    if (r == 0 && submission->course != NULL)
        r = check_course(client, submission, err);
    if (r == 0)
        r = take_submission(submission->path, &sending, err);
    if (r == 0)
        r = post(client, submission, &sending, ret, err);
    cupel_close_p(&sending.form.fd);
    free(sending.name);
    return r;
}

int server_client_list_jobs(struct client *client, const struct cupel_job_filter *filter,
                            json_t **ret, struct cupel_error *err)
{
    char limit[24];
    char cursor[24];
    char regrade[24];

    (void)snprintf(limit, sizeof(limit), "%zu", filter->limit);
    (void)snprintf(cursor, sizeof(cursor), "%" PRId64, filter->before);
    (void)snprintf(regrade, sizeof(regrade), "%" PRId64, filter->regrade);
    const struct call call = {
        .method = HTTP_GET,
        .role = CALL_READERS,
        .path = {"jobs"},
        .query = {{"course", filter->course},
                  {"grader", filter->grader},
                  {"learner", filter->learner},
                  {"kind", filter->kind < 0 ? NULL : cupel_job_kind_names[filter->kind]},
                  {"state", filter->state < 0 ? NULL : cupel_job_state_names[filter->state]},
                  {"regrade", filter->regrade == 0 ? NULL : regrade},
                  {"limit", limit},
                  {"cursor", filter->before == 0 ? NULL : cursor}},
    };
    return server_client_ask(client, &call, ret, err);
}

/* A stream of events, which may break off and be taken up again. */
struct following {
    const struct client_watch *watch;
    struct event_stream stream;
    char last_id[EVENT_NAME_SIZE];
};

static void take_event(void *owner, const struct event *event)
{
    struct following *following = owner;
    json_t *json = NULL;

    if (event->id[0] != '\0') /* the first ones of a stream may have none */
        (void)snprintf(following->last_id, sizeof(following->last_id), "%s", event->id);
    if (strcmp(event->name, "end") == 0)
        return;
    json = json_loadb(event->data, event->len, 0, NULL);
    if (strcmp(event->name, "attempt") == 0 && json_is_object(json))
        (void)json_object_set_new(json, "event", json_string("attempt"));
    if (json_is_object(json))
        following->watch->tell(following->watch->owner, json);
    json_decref(json);
}

static int feed(void *owner, const void *bytes, size_t len, struct cupel_error *err)
{
    struct following *following = owner;

    return event_stream_feed(&following->stream, bytes, len, err);
}

/* Until it ends or breaks off; why is told by whoever asks for the job then. */
static void follow(struct client *client, const char *id, struct following *following,
                   int64_t left_us)
{
    const struct http_header headers[] = {{"Last-Event-ID", following->last_id}, {NULL, NULL}};
    struct cupel_error err = {0};
    char *text = NULL;
    size_t len = 0;

    following->stream = (struct event_stream){.take = take_event, .owner = following};
    const struct call call = {
        .method = HTTP_GET,
        .role = CALL_READERS,
        .path = {"jobs", id, "events"},
        .headers = following->last_id[0] != '\0' ? headers : NULL,
        .take = feed,
        .take_owner = following,
        .limit_ms = left_us / 1000 < UINT32_MAX ? (uint32_t)(left_us / 1000) + 1 : 0,
    };
    if (server_client_call(client, &call, &text, &len, &err) == 0)
        free(text);
    event_stream_clear(&following->stream);
}

static int has_ended(struct client *client, int64_t id, struct cupel_error *err)
{
    json_t *job = NULL;

    int r = client->functions->get_job(client, id, &job, err);
    if (r < 0)
        return r;
    r = client_has_ended(job) ? 1 : 0;
    json_decref(job);
    return r;
}

int server_client_watch_job(struct client *client, int64_t id, const struct client_watch *watch,
                            struct cupel_error *err)
{
    struct following following = {.watch = watch};
    const struct timespec pause = {.tv_nsec = AGAIN_NS};
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, id);
    for (;;) {
        int r = has_ended(client, id, err);
        if (client_patience_again(watch->patience, r))
            continue;
        if (r != 0)
            return r < 0 ? r : 0;
        int64_t left_us = client_patience_left_us(watch->patience);
        if (left_us <= 0)
            return cupel_fail(err, -ETIME, "job %" PRId64 " has not ended yet", id);
        follow(client, text, &following, left_us);
        (void)nanosleep(&pause, NULL);
    }
}
