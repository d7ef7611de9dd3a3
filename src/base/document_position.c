/*
 * Where a value stands in the text. jansson keeps no positions, so the text, which is known to
 * be valid JSON by now, is scanned once more along the path of the field that is to be named.
 */
#include <string.h>

#include "base/document_internal.h"

#define MAX_UTF8 4

struct scan {
    const char *text;
    size_t len;
    size_t at;
};

static bool at_end(const struct scan *s)
{
    return s->at >= s->len;
}

static char peek(const struct scan *s)
{
    if (at_end(s))
        return '\0';
    return s->text[s->at];
}

static void skip_blanks(struct scan *s)
{
    while (!at_end(s) && strchr(" \t\r\n", peek(s)) != NULL && peek(s) != '\0')
        s->at++;
}

static void skip_string(struct scan *s)
{
    for (s->at++; !at_end(s) && peek(s) != '"'; s->at++) {
        if (peek(s) == '\\')
            s->at++;
    }
    s->at++;
}

static void skip_value(struct scan *s)
{
    size_t depth = 0;

    do {
        skip_blanks(s);
        char c = peek(s);
        if (c == '"') {
            skip_string(s);
        } else if (c == '{' || c == '[') {
            depth++;
            s->at++;
        } else if (c == '}' || c == ']') {
            depth--;
            s->at++;
        } else if (c == ',' || c == ':') {
            s->at++;
        } else {
            do
                s->at++;
            while (!at_end(s) && strchr(" \t\r\n,:]}", peek(s)) == NULL);
        }
    } while (depth > 0 && !at_end(s));
}

static uint32_t hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    return (uint32_t)((c | 0x20) - 'a') + 10;
}

static uint32_t hex4(struct scan *s)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        value = value << 4 | (hex_digit(peek(s)) & 0xFU);
        s->at++;
    }
    return value;
}

static size_t encode_utf8(uint32_t c, char out[static MAX_UTF8])
{
    size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};

    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80U | (c & 0x3FU));
        c >>= 6;
    }
    out[0] = (char)(lead[size] | c);
    return size;
}

/* The character of a string at s, decoded, as UTF-8 bytes. */
static size_t next_bytes(struct scan *s, char out[static MAX_UTF8])
{
    static const char escapes[] = "bfnrt";
    static const char meanings[] = "\b\f\n\r\t";

    out[0] = peek(s);
    s->at++;
    if (out[0] != '\\')
        return 1;
    out[0] = peek(s);
    s->at++;
    if (out[0] == 'u') {
        uint32_t c = hex4(s);
        if (c >= 0xD800 && c < 0xDC00) {
            s->at += 2; /* the \u of the low half */
            c = 0x10000 + ((c & 0x3FFU) << 10) + (hex4(s) & 0x3FFU);
        }
        return encode_utf8(c, out);
    }
    const char *escape = strchr(escapes, out[0]);
    if (escape != NULL && *escape != '\0')
        out[0] = meanings[escape - escapes];
    return 1;
}

/* Whether the string at s is key; s is behind it afterwards in any case. */
static bool take_key(struct scan *s, const char *key)
{
    size_t left = strlen(key);
    bool same = true;
    char bytes[MAX_UTF8];

    for (s->at++; !at_end(s) && peek(s) != '"';) {
        size_t n = next_bytes(s, bytes);
        same = same && n <= left && memcmp(bytes, key, n) == 0;
        if (same) {
            key += n;
            left -= n;
        }
    }
    s->at++;
    return same && left == 0;
}

/* From the '{' of an object to the value of a member, or to its key. */
static bool enter_object(struct scan *s, const char *key, bool of_key)
{
    for (s->at++; !at_end(s);) {
        skip_blanks(s);
        if (peek(s) != '"')
            return false;
        size_t start = s->at;
        bool found = take_key(s, key);
        skip_blanks(s);
        s->at++; /* ':' */
        skip_blanks(s);
        if (found) {
            s->at = of_key ? start : s->at;
            return true;
        }
        skip_value(s);
        skip_blanks(s);
        s->at++; /* ',' */
    }
    return false;
}

static bool enter_array(struct scan *s, size_t index)
{
    s->at++;
    skip_blanks(s);
    for (size_t i = 0; i < index && !at_end(s); i++) {
        skip_value(s);
        skip_blanks(s);
        s->at++; /* ',' */
        skip_blanks(s);
    }
    return !at_end(s);
}

/* The ancestor of field (or field itself) whose parent is step. */
static const struct cupel_field *child_towards(const struct cupel_field *field,
                                               const struct cupel_field *step)
{
    while (field->parent != step)
        field = field->parent;
    return field;
}

size_t cupel_position_find(const struct cupel_field *field, bool of_key)
{
    const struct cupel_document *document = field->document;
    struct scan s = {.text = document->text, .len = document->len};

    skip_blanks(&s);
    const struct cupel_field *step = child_towards(field, NULL);
    while (step != field) {
        step = child_towards(field, step);
        bool found = step->key != NULL ? enter_object(&s, step->key, of_key && step == field)
                                       : enter_array(&s, step->index);
        if (!found)
            return document->len;
    }
    return s.at;
}

void cupel_position_of_offset(const char *text, size_t len, size_t offset, unsigned *ret_line,
                              unsigned *ret_column)
{
    unsigned line = 1;
    size_t start = 0;

    if (offset > len)
        offset = len;
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    *ret_line = line;
    *ret_column = (unsigned)(offset - start) + 1;
}
