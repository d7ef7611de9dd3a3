#include "service/http_body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "service/http_parse.h"
#include "service/http_spool.h"

#define FORM_BUFFER 16384U     /* holds a part's headers */
#define DROPPED_MAX (4U << 20) /* of a body that is refused */

struct http_body {
    struct http_store *store;
    uint64_t max_bytes;
    uint64_t bytes;
    struct MHD_PostProcessor *form; /* NULL: one part */
    bool is_multipart;
    struct http_part *parts;
    struct http_spool *spools; /* beside parts */
    size_t count;
    struct cupel_error err; /* code 0: nothing is wrong yet */
};

static int copy(const char *text, size_t max, char **ret, struct cupel_error *err)
{
    if (text == NULL)
        return 0;
    size_t len = strlen(text);
    if (len > max)
        return cupel_fail(err, -EINVAL, "a part's name has %zu bytes; expected %zu at most",
                          len, max);
    if (!cupel_text_is_utf8(text, len))
        return cupel_fail(err, -EINVAL, "a part's name is not UTF-8");
    *ret = strdup(text);
    return *ret != NULL ? 0 : cupel_fail(err, -ENOMEM, "out of memory");
}

static int add_part(struct http_body *body, const char *name, const char *file_name,
                    const char *type)
{
    struct cupel_error *err = &body->err;

    if (body->count == HTTP_PARTS_MAX)
        return cupel_fail(err, -EFBIG, "the form has more than %d parts; send an archive",
                          HTTP_PARTS_MAX);
    struct http_part *parts =
        reallocarray(body->parts, body->count + 1, sizeof(body->parts[0]));
    if (parts != NULL)
        body->parts = parts;
    struct http_spool *spools =
        reallocarray(body->spools, body->count + 1, sizeof(body->spools[0]));
    if (spools != NULL)
        body->spools = spools;
    if (parts == NULL || spools == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    struct http_part *part = &parts[body->count];
    *part = (struct http_part){.fd = -1};
    spools[body->count++] = (struct http_spool){.fd = -1};
    int r = copy(name, HTTP_NAME_MAX, &part->name, err);
    if (r == 0)
        r = copy(file_name, HTTP_FILE_NAME_MAX, &part->file_name, err);
    return r == 0 ? copy(type, HTTP_FILE_NAME_MAX, &part->type, err) : r;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* libmicrohttpd tells a part's beginning, at times, before any byte of it is there. */
static bool is_begun(const struct http_body *body, const char *name, const char *file_name)
{
    return body->count > 0 && body->spools[body->count - 1].bytes == 0 &&
           same(body->parts[body->count - 1].name, name) &&
           same(body->parts[body->count - 1].file_name, file_name);
}

static enum MHD_Result take_form(void *owner, enum MHD_ValueKind kind, const char *name,
                                 const char *file_name, const char *type, const char *encoding,
                                 const char *bytes, uint64_t offset, size_t len)
{
    struct http_body *body = owner;
    int r = 0;

    (void)kind;
    (void)encoding;
    if (name == NULL)
        r = cupel_fail(&body->err, -EINVAL, "a part of the form has no name");
    else if (offset == 0 && !is_begun(body, name, file_name))
        r = add_part(body, name, file_name, type);
    if (r == 0)
        r = http_spool_add(&body->spools[body->count - 1], body->store, bytes, len, &body->err);
    return r == 0 ? MHD_YES : MHD_NO;
}

int http_body_new(struct MHD_Connection *connection, struct http_store *store,
                  uint64_t max_bytes, bool is_page, struct http_body **ret,
                  struct cupel_error *err)
{
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    struct http_body *body = calloc(1, sizeof(*body));

    if (body == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    body->store = store;
    body->max_bytes = max_bytes;
    body->is_multipart = http_parse_is_type(type, "multipart/form-data");
    if (body->is_multipart ||
        (is_page && http_parse_is_type(type, "application/x-www-form-urlencoded")))
        body->form = MHD_create_post_processor(connection, FORM_BUFFER, take_form, body);
    if (body->is_multipart && body->form == NULL) {
        http_body_free(body);
        return cupel_fail(err, -EPROTO,
                          "Content-Type: multipart/form-data: expected a boundary");
    }
    *ret = body;
    return 0;
}

static int take(struct http_body *body, const char *bytes, size_t len)
{
    if (body->bytes > body->max_bytes)
        return cupel_fail(&body->err, -EFBIG,
                          "the body is too large: at most %llu bytes are taken here",
                          (unsigned long long)body->max_bytes);
    if (body->form != NULL) {
        if (MHD_post_process(body->form, bytes, len) == MHD_YES)
            return 0;
        return body->err.code != 0 ? body->err.code
                                   : cupel_fail(&body->err, -EINVAL, "malformed form");
    }
    int r = body->count == 0 ? add_part(body, NULL, NULL, NULL) : 0;
    return r == 0 ? http_spool_add(&body->spools[0], body->store, bytes, len, &body->err) : r;
}

bool http_body_add(struct http_body *body, const char *bytes, size_t len)
{
    body->bytes += len;
    if (body->err.code == 0)
        (void)take(body, bytes, len);
    return body->bytes <= body->max_bytes + DROPPED_MAX;
}

int http_body_end(struct http_body *body, struct http_part **ret, size_t *ret_count,
                  struct cupel_error *err)
{
    struct MHD_PostProcessor *form = body->form;

    body->form = NULL;
    bool is_whole = form == NULL || MHD_destroy_post_processor(form) == MHD_YES;
    if (body->err.code == 0 && !is_whole && body->is_multipart)
        (void)cupel_fail(&body->err, -EINVAL,
                         "malformed form: it ends before its last boundary");
    for (size_t i = 0; body->err.code == 0 && i < body->count; i++) {
        if (http_spool_end(&body->spools[i], &body->err) < 0)
            break;
        body->parts[i].fd = body->spools[i].fd;
        body->parts[i].bytes = body->spools[i].bytes;
    }
    if (body->err.code != 0)
        return cupel_fail(err, body->err.code, "%s", body->err.text);
    *ret = body->parts;
    *ret_count = body->count;
    return 0;
}

void http_body_free(struct http_body *body)
{
    if (body == NULL)
        return;
    if (body->form != NULL)
        (void)MHD_destroy_post_processor(body->form);
    for (size_t i = 0; i < body->count; i++) {
        http_spool_clear(&body->spools[i], body->store);
        free(body->parts[i].name);
        free(body->parts[i].file_name);
        free(body->parts[i].type);
    }
    free(body->parts);
    free(body->spools);
    free(body);
}
