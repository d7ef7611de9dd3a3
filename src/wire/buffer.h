/* Bounded writing and reading of a frame's fields. Errors are sticky: check `bad` once, at the
 * end. */
#ifndef CUPEL_WIRE_BUFFER_H
#define CUPEL_WIRE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_writer {
    unsigned char *bytes;
    size_t size;
    size_t len;
    bool bad;
};

struct wire_reader {
    const unsigned char *bytes;
    size_t len;
    size_t at;
    bool bad;
};

/* A frame begins with a header of magic and type. */
struct wire_writer wire_put_header(void *buf, size_t size, uint32_t magic, uint32_t type);
/* The frame's length; -E2BIG if it did not fit. */
int wire_finish(const struct wire_writer *w);

void wire_put_u32(struct wire_writer *w, uint32_t value);
void wire_put_u64(struct wire_writer *w, uint64_t value);
void wire_put_bool(struct wire_writer *w, bool value);
void wire_put_bytes(struct wire_writer *w, const void *bytes, size_t len); /* length, bytes */
void wire_put_string(struct wire_writer *w, const char *text);             /* with its NUL */
void wire_put_strings(struct wire_writer *w, const char *const *strings);  /* count, strings */

/* Whether the header is there, with this magic. */
bool wire_get_header(const void *buf, size_t len, uint32_t magic, uint32_t *ret_type);
/* Read behind the header, which was good or not. */
struct wire_reader wire_skip_header(const void *buf, size_t len, bool good);
/* 0; -EPROTO if a field was malformed, or bytes are left. */
int wire_close_frame(const struct wire_reader *r);

/* On malformed input these set `bad` and return 0, false, or an empty string. */
uint32_t wire_get_u32(struct wire_reader *r);
uint64_t wire_get_u64(struct wire_reader *r);
bool wire_get_bool(struct wire_reader *r);
const void *wire_get_bytes(struct wire_reader *r, size_t *ret_len); /* points into the frame */
const char *wire_get_string(struct wire_reader *r);                 /* likewise; never NULL */
/* A count of at most max. */
size_t wire_get_count(struct wire_reader *r, size_t max);
/* At most max strings, in a vector that the caller frees; NULL: memory ran out. */
const char **wire_get_strings(struct wire_reader *r, size_t max);

#endif
