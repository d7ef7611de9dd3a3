/* What handlers ask of a request. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/text.h"
#include "service/http_exchange.h"
#include "service/http_parse.h"

#define TEXT_MAX 65536U
#define JSON_MAX (1U << 20)

const char *http_argument(const struct http_request *request, const char *name)
{
    const struct exchange *exchange = request->private;

    return MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct known {
    const char *const *names;
    uint64_t seen;
    struct cupel_error *err;
    int r;
};

static enum MHD_Result look_at_name(void *owner, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct known *known = owner;

    (void)kind;
    (void)value;
    known->r = http_parse_once("argument", name, known->names, &known->seen, known->err);
    return known->r == 0 ? MHD_YES : MHD_NO;
}

int http_arguments_only(const struct http_request *request, const char *const *names,
                        struct cupel_error *err)
{
    const struct exchange *exchange = request->private;
    struct known known = {.names = names, .err = err};

    (void)MHD_get_connection_values(exchange->connection, MHD_GET_ARGUMENT_KIND, look_at_name,
                                    &known);
    return known.r;
}

const char *http_header(const struct http_request *request, const char *name)
{
    const struct exchange *exchange = request->private;

    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const struct http_settings *http_settings(const struct http_request *request)
{
    return &request->service->options->settings;
}

int http_argument_number(const struct http_request *request, const char *name, int64_t min,
                         int64_t max, int64_t *ret, struct cupel_error *err)
{
    const char *text = http_argument(request, name);

    return text == NULL ? 0 : http_parse_number(name, text, min, max, ret, err);
}

const struct http_part *http_part(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->part_count; i++) {
        const char *other = request->parts[i].name;
        if (other != NULL && strcmp(other, name) == 0)
            return &request->parts[i];
    }
    return NULL;
}

static int read_part(const struct http_part *part, size_t max, char **ret, size_t *ret_len,
                     struct cupel_error *err)
{
    const char *name = part->name != NULL ? part->name : "the body";

    if (lseek(part->fd, 0, SEEK_SET) < 0)
        return cupel_fail_errno(err, "%s", name);
    int r = cupel_path_read_fd(part->fd, max, ret, ret_len);
    if (r == -EFBIG)
        return cupel_fail(err, r, "%s: expected %zu bytes at most", name, max);
    return r < 0 ? cupel_fail(err, r, "%s: %s", name, strerrordesc_np(-r)) : 0;
}

int http_part_text(const struct http_request *request, const char *name, char **ret,
                   struct cupel_error *err)
{
    const struct http_part *part = http_part(request, name);
    char *text = NULL;
    size_t len = 0;

    if (part == NULL) {
        *ret = NULL;
        return 0;
    }
    int r = read_part(part, TEXT_MAX, &text, &len, err);
    if (r < 0)
        return r;
    if (strlen(text) != len || !cupel_text_is_utf8(text, len)) {
        free(text);
        return cupel_fail(err, -EINVAL, "%s: expected UTF-8 text without NUL", name);
    }
    *ret = text;
    return 0;
}

int http_body_json(const struct http_request *request, json_t **ret, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    if (request->part_count != 1 || request->parts[0].name != NULL)
        return cupel_fail(err, -EINVAL, "expected a JSON object as the body");
    int r = read_part(&request->parts[0], JSON_MAX, &text, &len, err);
    return r < 0 ? r : http_parse_json(text, len, ret, err);
}

bool http_may_read(const struct cupel_token *who, const char *course)
{
    return who->role != CUPEL_ROLE_STAFF || strcmp(who->course, course) == 0;
}

bool http_may_change(const struct cupel_token *who, const char *course)
{
    return who->role != CUPEL_ROLE_AUDITOR && http_may_read(who, course);
}
