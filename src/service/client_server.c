#include "service/client_server.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "service/http_url.h"

#define IDLE_LIMIT_S 120U
#define TOKEN_PREFIX "cupel_"

struct server_client {
    struct client client; /* first */
    char *url;            /* without a '/' at its end */
    char place[HTTP_PLACE_SIZE];
    char *token; /* or NULL */
    char *ca_file;
    bool allow_http;
};

void server_client_close(struct client *base)
{
    struct server_client *client = (struct server_client *)base;

    if (client->token != NULL)
        explicit_bzero(client->token, strlen(client->token));
    free(client->token);
    free(client->ca_file);
    free(client->url);
    free(client);
}

/* A token is never sent where others may read it on its way. */
static bool is_this_machine(const char *place)
{
    static const char *const hosts[] = {"localhost:", "127.0.0.1:", "[::1]:"};

    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        if (strncmp(place, hosts[i], strlen(hosts[i])) == 0)
            return true;
    }
    return false;
}

static int check_url(struct server_client *client, const char *url, struct cupel_error *err)
{
    int r = http_url_check(url, true, client->place, err);

    if (r < 0)
        return r;
    client->allow_http = is_this_machine(client->place);
    if (!client->allow_http && strncasecmp(url, "http:", 5) == 0)
        return cupel_fail(err, -EINVAL,
                          "%s: expected https://…, since others could read the token; http:// "
                          "is for this machine alone",
                          client->place);
    return 0;
}

/* Without the '/' at its end. */
static char *copy_url(const char *url)
{
    size_t len = strlen(url);

    while (len > 0 && url[len - 1] == '/')
        len--;
    return strndup(url, len);
}

int client_open_server(const char *url, const char *token, const char *ca_file,
                       struct client **ret, struct cupel_error *err)
{
    struct server_client *client = calloc(1, sizeof(*client));

    if (client == NULL)
        return cupel_fail_errno(err, "open a client");
    client->client.functions = &server_client_functions;
    client->url = copy_url(url);
    client->token = token != NULL ? strdup(token) : NULL;
    client->ca_file = ca_file != NULL ? strdup(ca_file) : NULL;
    int r = 0;
    if (client->url == NULL || (token != NULL && client->token == NULL) ||
        (ca_file != NULL && client->ca_file == NULL))
        r = cupel_fail(err, -ENOMEM, "out of memory");
    if (r == 0)
        r = check_url(client, url, err);
    if (r < 0)
        server_client_close(&client->client);
    else
        *ret = &client->client;
    return r;
}

/* RFC 3986: all but what is unreserved. */
static void encode(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        bool is_plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                        (*text >= '0' && *text <= '9') || strchr("-._~", *text) != NULL;
        (void)(is_plain ? fputc(*text, out)
                        : fprintf(out, "%%%02X", (unsigned)(unsigned char)*text));
    }
}

static int make_url(const struct server_client *client, const struct call *call, char **ret,
                    struct cupel_error *err)
{
    char *text = NULL;
    size_t size = 0;
    char before = '?';

    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return cupel_fail_errno(err, "make a URL");
    (void)fprintf(out, "%s/v1", client->url);
    for (size_t i = 0; i < CALL_PATH_MAX && call->path[i] != NULL; i++) {
        (void)fputc('/', out);
        encode(out, call->path[i]);
    }
    for (size_t i = 0; i < CALL_QUERY_MAX; i++) {
        if (call->query[i].value == NULL)
            continue;
        (void)fprintf(out, "%c%s=", before, call->query[i].name);
        encode(out, call->query[i].value);
        before = '&';
    }
    if (fclose(out) != 0) {
        free(text);
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    *ret = text;
    return 0;
}

/* What a problem document says (RFC 9457), in one clean line. */
static void find_detail(const struct http_answer *answer, char ret[static 160])
{
    json_t *problem = json_loadb(answer->body, answer->body_len, 0, NULL);
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    CUPEL_AUTO_FREE char *clean = NULL;

    if (detail == NULL)
        detail = json_string_value(json_object_get(problem, "title"));
    ret[0] = '\0';
    if (detail != NULL && cupel_text_clean(detail, strlen(detail), 1024, &clean) == 0)
        (void)snprintf(ret, 160, "%.*s", (int)strcspn(clean, "\n"), clean);
    size_t len = cupel_text_utf8_prefix(ret, strlen(ret));
    ret[len] = '\0';
    json_decref(problem);
}

/* The name of a token without its secret: "cupel_ID". */
static int token_name_length(const char *token)
{
    const char *end = strncmp(token, TOKEN_PREFIX, strlen(TOKEN_PREFIX)) == 0
                          ? strchr(token + strlen(TOKEN_PREFIX), '_')
                          : NULL;

    return end != NULL && end - token < 32 ? (int)(end - token) : 0;
}

static int refuse_token(const struct server_client *client, const struct call *call,
                        long status, const char *detail, struct cupel_error *err)
{
    if (client->token == NULL)
        return cupel_fail(err, -EACCES,
                          "%s asks for a token of role %s: set CUPEL_TOKEN, or give "
                          "--token-file",
                          client->place, call->role);
    int len = token_name_length(client->token);
    if (status == 401)
        return cupel_fail(err, -EACCES,
                          "%s does not take the token %.*s: it has expired, was revoked or "
                          "never was; expected one of role %s",
                          client->place, len, client->token, call->role);
    return cupel_fail(err, -EACCES,
                      "%s: the token %.*s may not do that: %s; expected one of role %s",
                      client->place, len, client->token, detail, call->role);
}

static int fail_status(const struct server_client *client, const struct call *call,
                       const struct http_answer *answer, struct cupel_error *err)
{
    static const struct {
        long status;
        int code;
    } codes[] = {{400, -EINVAL}, {404, -ENOENT}, {405, -EINVAL}, {409, -EEXIST},
                 {413, -EFBIG},  {415, -EINVAL}, {429, -EAGAIN}, {502, -EAGAIN},
                 {503, -EAGAIN}, {504, -EAGAIN}, {507, -ENOSPC}};
    char detail[160];
    int code = -EIO;

    find_detail(answer, detail);
    if (answer->status == 401 || answer->status == 403)
        return refuse_token(client, call, answer->status, detail, err);
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (answer->status == codes[i].status)
            code = codes[i].code;
    }
    if (detail[0] != '\0' && code != -EIO)
        return cupel_fail(err, code, "%s", detail);
    return cupel_fail(err, code, "%s answers with status %ld%s%s", client->place,
                      answer->status, detail[0] != '\0' ? ": " : "", detail);
}

/* ret->body and its length, once it was a success. */
static int request(const struct server_client *client, const struct call *call,
                   const struct http_request *asked, struct http_answer *ret,
                   struct cupel_error *err)
{
    int r = http_client_request(asked, ret, err);

    if (r < 0)
        return r == -ENOENT || r == -EACCES ? -EIO : r;
    if (ret->status < 200 || ret->status > 299)
        r = fail_status(client, call, ret, err);
    else if (ret->is_cut)
        r = cupel_fail(err, -EIO, "%s answers with more than %" PRIu64 " bytes", client->place,
                       CLIENT_BYTES_MAX);
    if (r < 0)
        http_answer_free(ret);
    return r;
}

int server_client_call(struct client *base, const struct call *call, char **ret,
                       size_t *ret_len, struct cupel_error *err)
{
    const struct server_client *client = (const struct server_client *)base;
    CUPEL_AUTO_FREE char *text =
        call->json != NULL ? json_dumps(call->json, JSON_COMPACT) : NULL;
    CUPEL_AUTO_FREE char *url = NULL;
    struct http_answer answer = {0};

    json_decref(call->json);
    int r = make_url(client, call, &url, err);
    if (r < 0)
        return r;
    struct http_request asked = {.method = call->method,
                                 .url = url,
                                 .token = client->token,
                                 .content_type = call->content_type,
                                 .headers = call->headers,
                                 .body = call->body,
                                 .take = call->take,
                                 .take_owner = call->take_owner,
                                 .answer_max_bytes = CLIENT_BYTES_MAX,
                                 .limit_ms = call->limit_ms,
                                 .idle_limit_s = IDLE_LIMIT_S,
                                 .ca_file = client->ca_file,
                                 .allow_http = client->allow_http,
                                 .allow_private = true};
    if (text != NULL) {
        asked.content_type = "application/json";
        asked.body =
            (struct http_body){.kind = HTTP_BODY_BYTES, .bytes = text, .len = strlen(text)};
    }
    r = request(client, call, &asked, &answer, err);
    if (r < 0)
        return r;
    *ret = answer.body;
    *ret_len = answer.body_len;
    answer.body = NULL;
    http_answer_free(&answer);
    return 0;
}

int server_client_ask(struct client *base, const struct call *call, json_t **ret,
                      struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    int r = server_client_call(base, call, &text, &len, err);
    if (r < 0)
        return r;
    json_t *document = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(document)) {
        json_decref(document);
        return cupel_fail(err, -EIO, "%s answers with what is no JSON object",
                          ((const struct server_client *)base)->place);
    }
    *ret = document;
    return 0;
}
