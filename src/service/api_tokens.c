/* /v1/tokens: who may use the service. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "queue/tokens.h"
#include "service/api.h"
#include "service/documents.h"
#include "service/http_parse.h"

#define SMALL_BODY 4096

static int list(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_token_list tokens;

    int r = cupel_queue_list_tokens(request->queue, &tokens, err);
    if (r != 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; i < tokens.count; i++)
        api_append(&items, document_token(&tokens.items[i]));
    cupel_token_list_clear(&tokens);
    return api_answer_list(ret, "tokens", items, err);
}

struct wanted {
    int role;
    const char *course;
    const char *name;
    int64_t expires_us;
};

static int read_wanted(json_t *json, struct wanted *ret, struct cupel_error *err)
{
    static const char *const keys[] = {"role", "course", "name", "expires_at", NULL};
    const char *role = NULL;

    int r = http_json_only(json, keys, err);
    if (r == 0)
        r = http_json_text(json, "role", true, &role, err);
    if (r == 0)
        r = http_parse_choice("\"role\"", role, cupel_role_names, &ret->role, err);
    if (r == 0)
        r = http_json_text(json, "course", false, &ret->course, err);
    if (r == 0)
        r = http_json_text(json, "name", true, &ret->name, err);
    return r == 0 ? http_json_time(json, "expires_at", &ret->expires_us, err) : r;
}

/* The only answer that has the token itself. */
static int answer_new(const struct cupel_token *token, const char *text,
                      struct http_answer *ret, struct cupel_error *err)
{
    json_t *document = document_token(token);

    if (document != NULL && json_object_set_new(document, "token", json_string(text)) < 0) {
        json_decref(document);
        document = NULL;
    }
    return http_answer_json(ret, 201, document, err);
}

static int post(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct wanted wanted = {.course = NULL};
    struct cupel_token token;
    json_t *json = NULL;
    char *text = NULL;

    int r = http_body_json(request, &json, err);
    if (r == 0)
        r = read_wanted(json, &wanted, err);
    if (r == 0)
        r = cupel_queue_add_token(request->queue, (enum cupel_role)wanted.role, wanted.course,
                                  wanted.name, wanted.expires_us, &token, &text, err);
    json_decref(json);
    if (r != 0)
        return r;
    r = answer_new(&token, text, ret, err);
    cupel_token_clear(&token);
    explicit_bzero(text, strlen(text));
    free(text);
    return r;
}

static int revoke(struct http_request *request, struct http_answer *ret,
                  struct cupel_error *err)
{
    int r = cupel_queue_revoke_token(request->queue, request->variables[0], err);

    return r < 0 ? r : api_answer_nothing(ret);
}

static const struct http_route routes[] = {
    {"GET", "/v1/tokens", 0, list, HTTP_PLATFORM, false},
    {"POST", "/v1/tokens", SMALL_BODY, post, HTTP_PLATFORM, false},
    {"DELETE", "/v1/tokens/{id}", 0, revoke, HTTP_PLATFORM, false},
};

const struct http_routes api_token_routes = {routes, sizeof(routes) / sizeof(routes[0])};
