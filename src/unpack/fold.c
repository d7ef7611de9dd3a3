#include "unpack/fold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"
#include "unpack/fold_table.h"

#define MAX_UTF8 4

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

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

/* How much of the folded path in out is left without blanks and dots at its end. */
static size_t trim(const char *out, size_t used)
{
    size_t end = used;

    while (end > 0 && (out[end - 1] == '.' || out[end - 1] == ' '))
        end--;
    return end == 0 || out[end - 1] == '/' ? used : end;
}

int cupel_fold(const char *path, char **ret)
{
    size_t len = strlen(path);
    size_t used = 0;
    uint32_t c;

    if (!cupel_text_is_utf8(path, len))
        return -EILSEQ;
    char *out = malloc(len * MAX_UTF8 + 1);
    if (out == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < len;) {
        i += decode((const unsigned char *)path + i, &c);
        if (c == '/')
            used = trim(out, used);
        used += encode(fold_case(c), out + used);
    }
    out[trim(out, used)] = '\0';
    *ret = out;
    return 0;
}
