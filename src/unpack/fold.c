#include "unpack/fold.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "unpack/fold_table.h"

#define MAX_EXPANSION 4 /* characters that one decomposes to */
#define MAX_UTF8      4

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Hangul syllables decompose by arithmetic. Source: The Unicode Standard, section 3.12. */
enum { S_BASE = 0xAC00, L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11A7 };
enum { V_COUNT = 21, T_COUNT = 28, S_COUNT = 19 * V_COUNT * T_COUNT };

/* The character at p, which is well-formed UTF-8; returns its length. */
static size_t decode(const unsigned char *p, uint32_t *ret)
{
    if (p[0] < 0x80) {
        *ret = p[0];
        return 1;
    }
    size_t n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t c = p[0] & (0x7FU >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3FU);
    *ret = c;
    return n;
}

static size_t encode(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80U | (c & 0x3FU));
        c >>= 6;
    }
    out[0] = (char)((0xF00U >> n & 0xFFU) | c);
    return n;
}

static int compare_decomposition(const void *key, const void *element)
{
    uint32_t c = *(const uint32_t *)key;
    const struct decomposition *d = element;

    return (c > d->whole) - (c < d->whole);
}

static size_t decompose_hangul(uint32_t c, uint32_t *out)
{
    uint32_t s = c - S_BASE;

    out[0] = L_BASE + s / (V_COUNT * T_COUNT);
    out[1] = V_BASE + s % (V_COUNT * T_COUNT) / T_COUNT;
    out[2] = T_BASE + s % T_COUNT;
    return out[2] == T_BASE ? 2 : 3;
}

/* Full decomposition of c, at most MAX_EXPANSION characters; returns how many. */
static size_t decompose(uint32_t c, uint32_t out[static MAX_EXPANSION])
{
    uint32_t marks[MAX_EXPANSION - 1];
    size_t mark_count = 0;

    if (c >= S_BASE && c < S_BASE + S_COUNT)
        return decompose_hangul(c, out);
    while (mark_count < COUNT(marks)) {
        const struct decomposition *d =
            bsearch(&c, decompositions, COUNT(decompositions), sizeof(decompositions[0]),
                    compare_decomposition);
        if (d == NULL)
            break;
        c = d->base;
        if (d->mark != 0)
            marks[mark_count++] = d->mark;
    }
    out[0] = c;
    for (size_t i = 0; i < mark_count; i++)
        out[1 + i] = marks[mark_count - 1 - i];
    return 1 + mark_count;
}

static int compare_case(const void *key, const void *element)
{
    uint32_t c = *(const uint32_t *)key;
    const struct case_range *range = element;

    return (c > range->last) - (c < range->first);
}

static uint32_t fold_case(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;

    const struct case_range *range =
        bsearch(&c, case_ranges, COUNT(case_ranges), sizeof(case_ranges[0]), compare_case);
    if (range == NULL || (c - range->first) % range->step != 0)
        return c;
    return (uint32_t)((int64_t)c + range->delta);
}

/* The blocks of combining diacritical marks. */
static bool is_mark(uint32_t c)
{
    return (c >= 0x300 && c <= 0x36F) || (c >= 0x1AB0 && c <= 0x1AFF) ||
           (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) ||
           (c >= 0xFE20 && c <= 0xFE2F);
}

/* Add a character, a mark in its place among the marks before it. */
static size_t append(uint32_t *chars, size_t count, uint32_t c)
{
    size_t at = count;

    while (is_mark(c) && at > 0 && is_mark(chars[at - 1]) && chars[at - 1] > c) {
        chars[at] = chars[at - 1];
        at--;
    }
    chars[at] = c;
    return count + 1;
}

/* Where the component that ends at count starts to have but blanks and dots. */
static size_t trim(const uint32_t *chars, size_t count)
{
    size_t end = count;

    while (end > 0 && (chars[end - 1] == '.' || chars[end - 1] == ' '))
        end--;
    return end == 0 || chars[end - 1] == '/' ? count : end;
}

static size_t fold_chars(const unsigned char *path, size_t len, uint32_t *chars)
{
    uint32_t parts[MAX_EXPANSION];
    uint32_t c;
    size_t count = 0;

    for (size_t i = 0; i < len;) {
        i += decode(path + i, &c);
        if (c == '/')
            count = trim(chars, count);
        size_t n = decompose(c, parts);
        for (size_t k = 0; k < n; k++)
            count = append(chars, count, fold_case(parts[k]));
    }
    return trim(chars, count);
}

int cupel_fold(const char *path, char **ret)
{
    size_t len = strlen(path);

    if (!cupel_text_is_utf8(path, len))
        return -EILSEQ;
    CUPEL_AUTO_FREE uint32_t *chars = calloc(len + 1, MAX_EXPANSION * sizeof(*chars));
    if (chars == NULL)
        return -ENOMEM;
    size_t count = fold_chars((const unsigned char *)path, len, chars);
    char *out = malloc(count * MAX_UTF8 + 1);
    if (out == NULL)
        return -ENOMEM;
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        used += encode(chars[i], out + used);
    out[used] = '\0';
    *ret = out;
    return 0;
}
