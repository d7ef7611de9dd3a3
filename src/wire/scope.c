#include "wire/scope.h"

#include <errno.h>
#include <string.h>

#include "wire/buffer.h"

#define MAGIC 0x31535543U /* "CUS1" */

enum { REQUEST = 1, ANSWER };

_Static_assert(WIRE_SCOPE_MAX >= 8 + 12 + 4 + WIRE_SCOPE_NAME &&
                   WIRE_SCOPE_MAX >= 8 + 8 + 4 + WIRE_SCOPE_TEXT,
               "any packet fits");

static struct wire_reader open_packet(const void *buf, size_t len, uint32_t expected)
{
    uint32_t type = 0;
    bool good =
        len <= WIRE_SCOPE_MAX && wire_get_header(buf, len, MAGIC, &type) && type == expected;

    return wire_skip_header(buf, len, good);
}

static void get_text(struct wire_reader *r, char *ret, size_t size)
{
    const char *text = wire_get_string(r);
    size_t len = strlen(text);

    if (len >= size)
        r->bad = true;
    else
        memcpy(ret, text, len + 1);
}

size_t wire_scope_encode_request(const struct wire_scope_request *request, void *buf)
{
    struct wire_writer w = wire_put_header(buf, WIRE_SCOPE_MAX, MAGIC, REQUEST);

    wire_put_bool(&w, request->is_bus);
    wire_put_u64(&w, request->left_us);
    wire_put_string(&w, request->scope);
    return w.len;
}

int wire_scope_decode_request(const void *buf, size_t len, struct wire_scope_request *ret)
{
    struct wire_reader r = open_packet(buf, len, REQUEST);
    struct wire_scope_request request = {.is_bus = wire_get_bool(&r)};

    request.left_us = wire_get_u64(&r);
    get_text(&r, request.scope, sizeof(request.scope));
    if (wire_close_frame(&r) < 0)
        return -EPROTO;
    *ret = request;
    return 0;
}

size_t wire_scope_encode_answer(const struct wire_scope_answer *answer, void *buf)
{
    struct wire_writer w = wire_put_header(buf, WIRE_SCOPE_MAX, MAGIC, ANSWER);

    wire_put_u32(&w, (uint32_t)answer->outcome);
    wire_put_bool(&w, answer->delegated);
    wire_put_string(&w, answer->text);
    return w.len;
}

int wire_scope_decode_answer(const void *buf, size_t len, struct wire_scope_answer *ret)
{
    struct wire_reader r = open_packet(buf, len, ANSWER);
    uint32_t outcome = wire_get_u32(&r);
    struct wire_scope_answer answer = {.outcome = (enum wire_scope_outcome)outcome};

    answer.delegated = wire_get_bool(&r);
    get_text(&r, answer.text, sizeof(answer.text));
    if (wire_close_frame(&r) < 0 || outcome >= WIRE_SCOPE_OUTCOMES)
        return -EPROTO;
    *ret = answer;
    return 0;
}
