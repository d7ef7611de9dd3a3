#include "fake_http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *value_of(const struct fake_pair *pairs, const char *name)
{
    for (size_t i = 0; pairs[i].name != NULL; i++) {
        if (strcmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    }
    return NULL;
}

const char *http_argument(const struct http_request *request, const char *name)
{
    const struct fake_request *fake = request->private;

    return value_of(fake->arguments, name);
}

const char *http_header(const struct http_request *request, const char *name)
{
    const struct fake_request *fake = request->private;

    return value_of(fake->headers, name);
}

int http_argument_number(const struct http_request *request, const char *name, int64_t min,
                         int64_t max, int64_t *ret, struct cupel_error *err)
{
    const char *text = http_argument(request, name);
    char *end = NULL;

    if (text == NULL)
        return 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || number < min || number > max)
        return cupel_fail(err, -EINVAL, "%s: expected a number", name);
    *ret = number;
    return 0;
}

int http_part_text(const struct http_request *request, const char *name, char **ret,
                   struct cupel_error *err)
{
    const struct fake_request *fake = request->private;
    const char *text = value_of(fake->form, name);

    *ret = text != NULL ? strdup(text) : NULL;
    return text != NULL && *ret == NULL ? cupel_fail(err, -ENOMEM, "out of memory") : 0;
}

bool http_may_read(const struct cupel_token *who, const char *course)
{
    return who->role != CUPEL_ROLE_STAFF || strcmp(who->course, course) == 0;
}

bool http_may_change(const struct cupel_token *who, const char *course)
{
    return who->role != CUPEL_ROLE_AUDITOR && http_may_read(who, course);
}

const struct http_settings *http_settings(const struct http_request *request)
{
    static const struct http_settings settings = {.policies = CUPEL_POLICIES};

    (void)request;
    return &settings;
}

int http_set_header(struct http_answer *answer, const char *name, const char *value)
{
    for (size_t i = 0; i < HTTP_HEADERS_MAX; i++) {
        if (answer->headers[i].name != NULL)
            continue;
        answer->headers[i].name = name;
        answer->headers[i].value = strdup(value);
        return answer->headers[i].value != NULL ? 0 : -ENOMEM;
    }
    return -ENOMEM;
}

const char *fake_header_of(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < HTTP_HEADERS_MAX && answer->headers[i].name != NULL; i++) {
        if (strcmp(answer->headers[i].name, name) == 0)
            return answer->headers[i].value;
    }
    return NULL;
}

void fake_answer_clear(struct http_answer *answer)
{
    free(answer->body);
    for (size_t i = 0; i < HTTP_HEADERS_MAX; i++)
        free(answer->headers[i].value);
    *answer = (struct http_answer){.fd = -1};
}

/* Whether path is like the pattern; *ret is what stands for its one variable, to be freed. The
 * last one takes all that is left: what is decoded may hold a slash. */
static bool fits(const char *pattern, const char *path, char **ret)
{
    size_t plain = strcspn(pattern, "{");
    const char *rest = strchr(pattern, '}');

    if (rest == NULL)
        return strcmp(pattern, path) == 0;
    rest++;
    size_t len = strlen(path);
    size_t rest_len = strlen(rest);
    if (len <= plain + rest_len || strncmp(pattern, path, plain) != 0 ||
        strcmp(path + len - rest_len, rest) != 0)
        return false;
    *ret = strndup(path + plain, len - plain - rest_len);
    return *ret != NULL;
}

/* The longest pattern that fits. */
static const struct http_route *find_route(const struct http_routes *routes, const char *method,
                                           const char *path, char **ret_variable)
{
    const struct http_route *found = NULL;

    for (size_t i = 0; i < routes->count; i++) {
        const struct http_route *route = &routes->items[i];
        char *variable = NULL;
        if (strcmp(route->method, method) != 0 || !fits(route->pattern, path, &variable))
            continue;
        if (found != NULL && strlen(found->pattern) > strlen(route->pattern)) {
            free(variable);
            continue;
        }
        free(*ret_variable);
        *ret_variable = variable;
        found = route;
    }
    return found;
}

int fake_serve(const struct http_routes *routes, struct cupel_queue *queue,
               const struct fake_request *fake, struct http_answer *ret,
               struct cupel_error *err)
{
    struct fake_request copy = *fake;
    const char *method = fake->method != NULL ? fake->method : "GET";
    struct http_request request = {.method = method,
                                   .path = fake->path,
                                   .queue = queue,
                                   .who = fake->who,
                                   .is_secure = fake->is_secure,
                                   .private = &copy};
    char *variable = NULL;

    *ret = (struct http_answer){.fd = -1};
    const struct http_route *route = find_route(routes, method, fake->path, &variable);
    if (route != NULL) {
        request.variables[0] = variable;
        int r = route->handler(&request, ret, err);
        free(variable);
        return r;
    }
    return cupel_fail(err, -ENOTSUP, "%s %s: no such page", method, fake->path);
}
