/*
 * One request by the service's HTTP client, or one webhook, for the tests in Python.
 *
 * Standard input: a JSON object with "url" and any of method, token, content_type, headers
 * ([[name, value], …]), text (a body), file (its path, of which file_bytes are announced),
 * parts
 * ([[name, path], …]), ca_file, limit_ms, idle_limit_s, max_bytes, allow_http, allow_private;
 * or with "webhook": true, url, text and what of the others a webhook has. "stream": the body
 * is taken as it comes, and written to standard error, until it has an empty line or "fail" in
 * it. Standard output: a JSON object with code and error, or with what the answer had.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "service/http_client.h"
#include "service/webhook.h"

#define PARTS_MAX 8U

static const char *text_of(const json_t *in, const char *key)
{
    return json_string_value(json_object_get(in, key));
}

static uint64_t number_of(const json_t *in, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(in, key));
}

static bool flag_of(const json_t *in, const char *key)
{
    return json_is_true(json_object_get(in, key));
}

static enum http_method method_of(const json_t *in)
{
    static const char *const names[] = {"GET", "POST", "PUT", "DELETE"};
    const char *name = text_of(in, "method");

    for (enum http_method m = HTTP_GET; name != NULL && m <= HTTP_DELETE; m++) {
        if (strcmp(names[m], name) == 0)
            return m;
    }
    return HTTP_GET;
}

static int take(void *owner, const void *bytes, size_t len, struct cupel_error *err)
{
    (void)owner;
    (void)fwrite(bytes, 1, len, stderr);
    if (memmem(bytes, len, "fail", 4) != NULL)
        return cupel_fail(err, -ENOSPC, "the taker is full");
    return memmem(bytes, len, "\n\n", 2) != NULL ? HTTP_ENOUGH : 0;
}

static size_t read_pairs(const json_t *pairs, const char *first[PARTS_MAX],
                         const char *second[PARTS_MAX])
{
    size_t count = json_array_size(pairs);

    for (size_t i = 0; i < count && i < PARTS_MAX; i++) {
        const json_t *pair = json_array_get(pairs, i);
        first[i] = json_string_value(json_array_get(pair, 0));
        second[i] = json_string_value(json_array_get(pair, 1));
    }
    return count;
}

static void read_headers(const json_t *in, struct http_header ret[PARTS_MAX + 1])
{
    const char *names[PARTS_MAX] = {NULL};
    const char *values[PARTS_MAX] = {NULL};
    size_t count = read_pairs(json_object_get(in, "headers"), names, values);

    for (size_t i = 0; i < count; i++)
        ret[i] = (struct http_header){names[i], values[i]};
    ret[count] = (struct http_header){NULL, NULL};
}

/* A part that is called "value" is one; the others are files. */
static size_t read_parts(const json_t *in, struct http_part ret[PARTS_MAX])
{
    const char *names[PARTS_MAX] = {NULL};
    const char *texts[PARTS_MAX] = {NULL};
    size_t count = read_pairs(json_object_get(in, "parts"), names, texts);

    for (size_t i = 0; i < count; i++) {
        bool is_value = strcmp(names[i], "value") == 0;
        ret[i] = (struct http_part){.name = names[i],
                                    .path = is_value ? NULL : texts[i],
                                    .value = is_value ? texts[i] : NULL};
    }
    return count;
}

static struct http_body body_of(const json_t *in, int fd, struct http_part parts[PARTS_MAX])
{
    const char *text = text_of(in, "text");
    size_t part_count = read_parts(in, parts);

    if (text != NULL)
        return (struct http_body){.kind = HTTP_BODY_BYTES, .bytes = text, .len = strlen(text)};
    if (fd >= 0)
        return (struct http_body){
            .kind = HTTP_BODY_FD, .fd = fd, .len = number_of(in, "file_bytes")};
    if (part_count > 0)
        return (struct http_body){
            .kind = HTTP_BODY_PARTS, .parts = parts, .part_count = part_count};
    return (struct http_body){.kind = HTTP_BODY_NONE};
}

static json_t *failed(const struct cupel_error *err)
{
    return json_pack("{s:i, s:s}", "code", err->code, "error", err->text);
}

static json_t *ask(const json_t *in)
{
    struct http_part parts[PARTS_MAX];
    struct http_header headers[PARTS_MAX + 1];
    struct http_answer answer = {0};
    struct cupel_error err = {0};
    const char *file = text_of(in, "file");
    CUPEL_AUTO_FD fd = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);

    read_headers(in, headers);
    const struct http_request request = {
        .method = method_of(in),
        .url = text_of(in, "url"),
        .token = text_of(in, "token"),
        .content_type = text_of(in, "content_type"),
        .headers = headers,
        .body = body_of(in, fd, parts),
        .take = flag_of(in, "stream") ? take : NULL,
        .answer_max_bytes = number_of(in, "max_bytes"),
        .limit_ms = (uint32_t)number_of(in, "limit_ms"),
        .idle_limit_s = (uint32_t)number_of(in, "idle_limit_s"),
        .ca_file = text_of(in, "ca_file"),
        .allow_http = flag_of(in, "allow_http"),
        .allow_private = flag_of(in, "allow_private"),
    };
    if (http_client_request(&request, &answer, &err) < 0)
        return failed(&err);
    json_t *out = json_pack("{s:i, s:i, s:s?, s:s?, s:I, s:s, s:I, s:b}", "code", 0, "status",
                            (int)answer.status, "content_type", answer.content_type, "location",
                            answer.location, "retry_after_s", (json_int_t)answer.retry_after_s,
                            "body", answer.body, "body_len", (json_int_t)answer.body_len,
                            "is_cut", answer.is_cut);
    http_answer_free(&answer);
    return out;
}

static json_t *post_webhook(const json_t *in)
{
    const char *body = text_of(in, "text");
    struct cupel_error err = {0};
    long status = -1;
    const struct webhook_request webhook = {
        .url = text_of(in, "url"),
        .event = text_of(in, "event"),
        .delivery = "d-1",
        .body = body,
        .body_len = strlen(body),
        .key = "secret",
        .key_len = 6,
        .now_s = 1700000000,
        .limit_ms = (uint32_t)number_of(in, "limit_ms"),
        .ca_file = text_of(in, "ca_file"),
        .allow_http = flag_of(in, "allow_http"),
        .allow_private = flag_of(in, "allow_private"),
    };

    if (webhook_post(&webhook, &status, &err) < 0)
        return failed(&err);
    return json_pack("{s:i, s:i}", "code", 0, "status", (int)status);
}

int main(void)
{
    json_t *in = json_loadf(stdin, 0, NULL);
    json_t *out = flag_of(in, "webhook") ? post_webhook(in) : ask(in);

    int r = out == NULL ? 1 : json_dumpf(out, stdout, JSON_COMPACT);
    json_decref(in);
    json_decref(out);
    return r == 0 ? 0 : 1;
}
