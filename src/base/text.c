#include "cupel/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROWTH   4  /* a control byte becomes \xNN; all else grows less */
#define NOTICE_SIZE  64 /* "\n[… cut: N bytes in all]\n" with 20 digits */
#define MAX_PIECE    12 /* \u{10FFFF} and NUL */
#define REPLACEMENT  "\xEF\xBF\xBD"
#define EXCERPT_KEEP 60

static bool is_continuation(unsigned char c)
{
    return (c & 0xC0U) == 0x80U;
}

/* Length of the character at p, 0 if it is malformed. Source: RFC 3629, section 4. */
static size_t decode(const unsigned char *p, size_t len, uint32_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size;
    uint32_t c;

    if (p[0] < 0x80) {
        *ret = p[0];
        return 1;
    }
    if (p[0] >= 0xC2 && p[0] < 0xE0)
        size = 2, c = p[0] & 0x1FU;
    else if (p[0] >= 0xE0 && p[0] < 0xF0)
        size = 3, c = p[0] & 0x0FU;
    else if (p[0] >= 0xF0 && p[0] < 0xF5)
        size = 4, c = p[0] & 0x07U;
    else
        return 0;
    if (size > len)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation(p[i]))
            return 0;
        c = c << 6 | (p[i] & 0x3FU);
    }
    if (c < least[size] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *ret = c;
    return size;
}

size_t cupel_text_utf8_prefix(const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    size_t valid = 0;
    uint32_t c;

    while (valid < len) {
        size_t n = decode(p + valid, len - valid, &c);
        if (n == 0)
            break;
        valid += n;
    }
    return valid;
}

bool cupel_text_is_utf8(const void *bytes, size_t len)
{
    return cupel_text_utf8_prefix(bytes, len) == len;
}

static bool is_control(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0);
}

static bool reorders(uint32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* What the character at p becomes, in piece; returns how many bytes of input it took. */
static size_t clean_one(const unsigned char *p, size_t len, char piece[static MAX_PIECE])
{
    uint32_t c = 0;
    size_t n = decode(p, len, &c);

    if (n == 0) {
        (void)snprintf(piece, MAX_PIECE, "%s", REPLACEMENT);
        return 1;
    }
    if (is_control(c)) {
        (void)snprintf(piece, MAX_PIECE, "\\x%02x", (unsigned)c);
    } else if (reorders(c)) {
        (void)snprintf(piece, MAX_PIECE, "\\u{%X}", (unsigned)c);
    } else {
        memcpy(piece, p, n);
        piece[n] = '\0';
    }
    return n;
}

/* How many of at most max bytes are ASCII that stays as it is. */
static size_t count_plain(const unsigned char *p, size_t len, size_t max)
{
    size_t most = len < max ? len : max;
    size_t n = 0;

    while (n < most && ((p[n] >= 0x20 && p[n] < 0x7F) || p[n] == '\t' || p[n] == '\n'))
        n++;
    return n;
}

/* Fill out (max_bytes and NUL) and return how many bytes of input found room. */
static size_t clean(const unsigned char *p, size_t len, size_t max_bytes, char *out,
                    size_t *ret_len)
{
    char piece[MAX_PIECE];
    size_t used = 0;
    size_t taken = 0;

    while (taken < len) {
        size_t plain = count_plain(p + taken, len - taken, max_bytes - used);
        memcpy(out + used, p + taken, plain);
        used += plain;
        taken += plain;
        if (taken == len)
            break;
        size_t n = clean_one(p + taken, len - taken, piece);
        size_t size = strnlen(piece, sizeof(piece));
        if (size > max_bytes - used)
            break;
        memcpy(out + used, piece, size);
        used += size;
        taken += n;
    }
    out[used] = '\0';
    *ret_len = used;
    return taken;
}

int cupel_text_clean(const void *bytes, size_t len, size_t max_bytes, char **ret)
{
    return cupel_text_clean_start(bytes, len, len, max_bytes, ret);
}

int cupel_text_clean_start(const void *bytes, size_t len, uint64_t total, size_t max_bytes,
                           char **ret)
{
    size_t room = max_bytes;
    size_t used;

    if (len <= SIZE_MAX / MAX_GROWTH && len * MAX_GROWTH < max_bytes)
        room = len * MAX_GROWTH;
    if (room > SIZE_MAX - NOTICE_SIZE)
        return -ENOMEM;
    char *out = malloc(room + NOTICE_SIZE);
    if (out == NULL)
        return -ENOMEM;
    if (clean(bytes, len, room, out, &used) < total)
        (void)snprintf(out + used, NOTICE_SIZE, "\n[… cut: %ju bytes in all]\n",
                       (uintmax_t)total);
    *ret = out;
    return 0;
}

const char *cupel_text_excerpt(const char *text, char buf[static CUPEL_TEXT_EXCERPT_SIZE])
{
    size_t len = strlen(text);
    size_t used;

    size_t taken = clean((const unsigned char *)text, len, EXCERPT_KEEP, buf, &used);
    for (size_t i = 0; i < used; i++) {
        if (buf[i] == '\n' || buf[i] == '\t')
            buf[i] = ' ';
    }
    if (taken < len)
        (void)snprintf(buf + used, CUPEL_TEXT_EXCERPT_SIZE - used, "…");
    return buf;
}
