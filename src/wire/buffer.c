#include "wire/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/wire.h"

#define HEADER_SIZE 8

struct wire_writer wire_put_header(void *buf, size_t size, uint32_t magic, uint32_t type)
{
    struct wire_writer w = {.bytes = buf, .size = size};

    wire_put_u32(&w, magic);
    wire_put_u32(&w, type);
    return w;
}

int wire_finish(const struct wire_writer *w)
{
    return w->bad ? -E2BIG : (int)w->len;
}

bool wire_get_header(const void *buf, size_t len, uint32_t magic, uint32_t *ret_type)
{
    struct wire_reader r = {.bytes = buf, .len = len};
    uint32_t found = wire_get_u32(&r);

    *ret_type = wire_get_u32(&r);
    return !r.bad && found == magic;
}

struct wire_reader wire_skip_header(const void *buf, size_t len, bool good)
{
    return (struct wire_reader){.bytes = buf, .len = len, .at = HEADER_SIZE, .bad = !good};
}

int wire_close_frame(const struct wire_reader *r)
{
    return r->bad || r->at != r->len ? -EPROTO : 0;
}

static void put(struct wire_writer *w, const void *bytes, size_t len)
{
    if (w->bad || len > w->size - w->len) {
        w->bad = true;
        return;
    }
    memcpy(w->bytes + w->len, bytes, len);
    w->len += len;
}

void wire_put_u32(struct wire_writer *w, uint32_t value)
{
    put(w, &value, sizeof(value));
}

void wire_put_u64(struct wire_writer *w, uint64_t value)
{
    put(w, &value, sizeof(value));
}

void wire_put_bool(struct wire_writer *w, bool value)
{
    wire_put_u32(w, value ? 1 : 0);
}

void wire_put_bytes(struct wire_writer *w, const void *bytes, size_t len)
{
    if (len > UINT32_MAX) {
        w->bad = true;
        return;
    }
    wire_put_u32(w, (uint32_t)len);
    if (len > 0)
        put(w, bytes, len);
}

void wire_put_string(struct wire_writer *w, const char *text)
{
    wire_put_bytes(w, text, strlen(text) + 1);
}

void wire_put_strings(struct wire_writer *w, const char *const *strings)
{
    uint32_t count = 0;

    while (count <= CUPEL_WIRE_STRINGS && strings[count] != NULL)
        count++;
    if (count > CUPEL_WIRE_STRINGS) {
        w->bad = true;
        return;
    }
    wire_put_u32(w, count);
    for (uint32_t i = 0; i < count; i++)
        wire_put_string(w, strings[i]);
}

static const void *get(struct wire_reader *r, size_t len)
{
    if (r->bad || len > r->len - r->at) {
        r->bad = true;
        return NULL;
    }
    const void *bytes = r->bytes + r->at;
    r->at += len;
    return bytes;
}

uint32_t wire_get_u32(struct wire_reader *r)
{
    uint32_t value = 0;
    const void *bytes = get(r, sizeof(value));

    if (bytes != NULL)
        memcpy(&value, bytes, sizeof(value));
    return value;
}

uint64_t wire_get_u64(struct wire_reader *r)
{
    uint64_t value = 0;
    const void *bytes = get(r, sizeof(value));

    if (bytes != NULL)
        memcpy(&value, bytes, sizeof(value));
    return value;
}

bool wire_get_bool(struct wire_reader *r)
{
    uint32_t value = wire_get_u32(r);

    if (value > 1)
        r->bad = true;
    return value == 1;
}

const void *wire_get_bytes(struct wire_reader *r, size_t *ret_len)
{
    uint32_t len = wire_get_u32(r);
    const void *bytes = get(r, len);

    *ret_len = bytes != NULL ? len : 0;
    return bytes;
}

const char *wire_get_string(struct wire_reader *r)
{
    size_t len = 0;
    const char *text = wire_get_bytes(r, &len);

    if (text == NULL || len == 0 || memchr(text, '\0', len) != text + len - 1) {
        r->bad = true;
        return "";
    }
    return text;
}

size_t wire_get_count(struct wire_reader *r, size_t max)
{
    uint32_t count = wire_get_u32(r);

    if (count > max) {
        r->bad = true;
        return 0;
    }
    return count;
}

const char **wire_get_strings(struct wire_reader *r, size_t max)
{
    size_t count = wire_get_count(r, max);
    const char **strings = calloc(count + 1, sizeof(*strings));

    if (strings == NULL)
        return NULL;
    for (size_t i = 0; i < count && !r->bad; i++)
        strings[i] = wire_get_string(r);
    return strings;
}
