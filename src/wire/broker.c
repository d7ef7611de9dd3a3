#include "cupel/broker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/buffer.h"

#define MAGIC 0x31425543U /* "CUB1" */

static struct wire_writer begin(void *buf, size_t size, enum cupel_broker_type type)
{
    return wire_put_header(buf, size < CUPEL_BROKER_MAX ? size : CUPEL_BROKER_MAX, MAGIC,
                           (uint32_t)type);
}

int cupel_broker_type(const void *buf, size_t len, enum cupel_broker_type *ret)
{
    uint32_t type = 0;

    if (len > CUPEL_BROKER_MAX || !wire_get_header(buf, len, MAGIC, &type) ||
        type < CUPEL_BROKER_PUT || type > CUPEL_BROKER_REFUSED)
        return -EPROTO;
    *ret = (enum cupel_broker_type)type;
    return 0;
}

static struct wire_reader open_frame(const void *buf, size_t len,
                                     enum cupel_broker_type expected)
{
    enum cupel_broker_type type = expected;
    bool good = cupel_broker_type(buf, len, &type) == 0 && type == expected;

    return wire_skip_header(buf, len, good);
}

/* Bytes of a file or stream, never more than a chunk. */
static const void *get_chunk(struct wire_reader *r, size_t *ret_len)
{
    const void *bytes = wire_get_bytes(r, ret_len);

    if (*ret_len > CUPEL_BROKER_CHUNK)
        r->bad = true;
    return bytes;
}

int cupel_broker_encode_put(const struct cupel_broker_put *in, void *buf, size_t size)
{
    struct wire_writer w = begin(buf, size, CUPEL_BROKER_PUT);

    wire_put_string(&w, in->path);
    wire_put_bool(&w, in->executable);
    wire_put_bytes(&w, in->bytes, in->len);
    return wire_finish(&w);
}

int cupel_broker_decode_put(const void *buf, size_t len, struct cupel_broker_put *ret)
{
    struct wire_reader r = open_frame(buf, len, CUPEL_BROKER_PUT);

    ret->path = wire_get_string(&r);
    ret->executable = wire_get_bool(&r);
    ret->bytes = get_chunk(&r, &ret->len);
    return wire_close_frame(&r);
}

int cupel_broker_encode_call(const struct cupel_broker_call *in, void *buf, size_t size)
{
    struct wire_writer w = begin(buf, size, CUPEL_BROKER_CALL);

    wire_put_string(&w, in->chdir);
    wire_put_bool(&w, in->wants_report);
    wire_put_strings(&w, in->argv);
    wire_put_strings(&w, in->environment);
    return wire_finish(&w);
}

int cupel_broker_decode_call(const void *buf, size_t len, struct cupel_broker_call *ret)
{
    struct wire_reader r = open_frame(buf, len, CUPEL_BROKER_CALL);
    struct cupel_broker_call call = {0};

    call.chdir = wire_get_string(&r);
    call.wants_report = wire_get_bool(&r);
    call.argv = wire_get_strings(&r, CUPEL_BROKER_STRINGS);
    call.environment = wire_get_strings(&r, CUPEL_BROKER_STRINGS);

    int code = wire_close_frame(&r);
    if (call.argv == NULL || call.environment == NULL)
        code = -ENOMEM;
    else if (call.argv[0] == NULL)
        code = -EPROTO;
    if (code < 0) {
        cupel_broker_call_clear(&call);
        return code;
    }
    *ret = call;
    return 0;
}

void cupel_broker_call_clear(struct cupel_broker_call *call)
{
    free(call->argv);
    free(call->environment);
    call->argv = NULL;
    call->environment = NULL;
}

int cupel_broker_encode_output(const struct cupel_broker_output *in, void *buf, size_t size)
{
    struct wire_writer w = begin(buf, size, CUPEL_BROKER_OUTPUT);

    wire_put_u32(&w, in->stream);
    wire_put_bytes(&w, in->bytes, in->len);
    return wire_finish(&w);
}

int cupel_broker_decode_output(const void *buf, size_t len, struct cupel_broker_output *ret)
{
    struct wire_reader r = open_frame(buf, len, CUPEL_BROKER_OUTPUT);

    ret->stream = wire_get_u32(&r);
    ret->bytes = get_chunk(&r, &ret->len);
    if (ret->stream > 1)
        r.bad = true;
    return wire_close_frame(&r);
}

int cupel_broker_encode_file(const struct cupel_broker_file *in, void *buf, size_t size)
{
    struct wire_writer w = begin(buf, size, CUPEL_BROKER_FILE);

    wire_put_u32(&w, in->index);
    wire_put_u32(&w, (uint32_t)in->code);
    wire_put_bytes(&w, in->bytes, in->len);
    return wire_finish(&w);
}

int cupel_broker_decode_file(const void *buf, size_t len, struct cupel_broker_file *ret)
{
    struct wire_reader r = open_frame(buf, len, CUPEL_BROKER_FILE);

    ret->index = wire_get_u32(&r);
    ret->code = (int32_t)wire_get_u32(&r);
    ret->bytes = get_chunk(&r, &ret->len);
    if (ret->index >= CUPEL_BROKER_GETS || ret->code > 0 || ret->code < -4095)
        r.bad = true;
    return wire_close_frame(&r);
}

int cupel_broker_encode_exited(const struct cupel_broker_exited *in, void *buf, size_t size)
{
    struct wire_writer w = begin(buf, size, CUPEL_BROKER_EXITED);

    wire_put_u32(&w, in->status);
    wire_put_string(&w, in->message);
    return wire_finish(&w);
}

int cupel_broker_decode_exited(const void *buf, size_t len, struct cupel_broker_exited *ret)
{
    struct wire_reader r = open_frame(buf, len, CUPEL_BROKER_EXITED);

    ret->status = wire_get_u32(&r);
    ret->message = wire_get_string(&r);
    if (ret->status > 255 || strlen(ret->message) > CUPEL_BROKER_TEXT_MAX)
        r.bad = true;
    return wire_close_frame(&r);
}

int cupel_broker_encode_text(enum cupel_broker_type type, const char *text, void *buf,
                             size_t size)
{
    struct wire_writer w = begin(buf, size, type);

    wire_put_string(&w, text);
    return wire_finish(&w);
}

int cupel_broker_decode_text(enum cupel_broker_type type, const void *buf, size_t len,
                             const char **ret)
{
    struct wire_reader r = open_frame(buf, len, type);
    const char *text = wire_get_string(&r);

    if (type == CUPEL_BROKER_REFUSED && strlen(text) > CUPEL_BROKER_TEXT_MAX)
        r.bad = true;
    *ret = text;
    return wire_close_frame(&r);
}

int cupel_broker_encode_bytes(enum cupel_broker_type type, const void *bytes, size_t len,
                              void *buf, size_t size)
{
    struct wire_writer w = begin(buf, size, type);

    wire_put_bytes(&w, bytes, len);
    return wire_finish(&w);
}

int cupel_broker_decode_bytes(enum cupel_broker_type type, const void *buf, size_t len,
                              const void **ret, size_t *ret_len)
{
    struct wire_reader r = open_frame(buf, len, type);

    *ret = get_chunk(&r, ret_len);
    if (type == CUPEL_BROKER_INPUT_END && *ret_len > 0)
        r.bad = true;
    return wire_close_frame(&r);
}
