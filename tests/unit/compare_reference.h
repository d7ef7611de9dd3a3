/* What the modes of comparison mean, written the plain way: whole texts, copies, no streams. */
#ifndef COMPARE_REFERENCE_H
#define COMPARE_REFERENCE_H

#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/compare.h"

/* Text without blanks at the end of lines and empty lines at the end. The caller frees. */
static unsigned char *reference_lines(const unsigned char *text, size_t len, size_t *ret_len)
{
    unsigned char *out = malloc(len + 1);
    size_t used = 0;

    if (out == NULL)
        abort();
    for (size_t i = 0; i <= len; i++) {
        if (i == len || text[i] == '\n') {
            while (used > 0 && memchr(" \t\r", out[used - 1], 3) != NULL)
                used--;
            if (i < len)
                out[used++] = '\n';
        } else {
            out[used++] = text[i];
        }
    }
    while (used > 0 && memchr(" \t\r\n", out[used - 1], 4) != NULL)
        used--;
    *ret_len = used;
    return out;
}

/* The next word from *pos on, NUL-terminated; NULL if there is none. The caller frees. */
static char *reference_token(const unsigned char *text, size_t len, size_t *pos,
                             size_t *ret_len)
{
    size_t from = *pos;

    while (from < len && memchr(" \t\n\v\f\r", text[from], 6) != NULL)
        from++;
    size_t to = from;
    while (to < len && memchr(" \t\n\v\f\r", text[to], 6) == NULL)
        to++;
    *pos = to;
    *ret_len = to - from;
    if (to == from)
        return NULL;
    char *token = calloc(1, to - from + 1);
    if (token == NULL)
        abort();
    memcpy(token, text + from, to - from);
    return token;
}

static bool reference_number(const char *token, size_t len, long double *ret)
{
    regex_t pattern;

    if (strlen(token) != len || len > 4096)
        return false;
    if (regcomp(&pattern,
                "^[-+]?(([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?|inf|infinity|nan)$",
                REG_EXTENDED | REG_NOSUB | REG_ICASE) != 0)
        abort();
    bool matches = regexec(&pattern, token, 0, NULL, 0) == 0;
    regfree(&pattern);
    *ret = strtold(token, NULL);
    return matches && !(isinf(*ret) && strpbrk(token, "0123456789") != NULL);
}

static bool reference_token_equal(const char *expected, size_t expected_len, const char *actual,
                                  size_t actual_len, const struct cupel_tolerance *tolerance)
{
    long double a;
    long double b;

    if (tolerance != NULL && reference_number(expected, expected_len, &a) &&
        reference_number(actual, actual_len, &b)) {
        if (isinf(a) || isinf(b) || a == b)
            return a == b;
        return fabsl(a - b) <= (long double)tolerance->absolute ||
               fabsl(a - b) <= (long double)tolerance->relative * fabsl(a);
    }
    return expected_len == actual_len && memcmp(expected, actual, actual_len) == 0;
}

static bool reference_tokens_equal(const unsigned char *expected, size_t expected_len,
                                   const unsigned char *actual, size_t actual_len,
                                   const struct cupel_tolerance *tolerance)
{
    size_t at[2] = {0, 0};
    bool equal = true;
    bool more = true;

    while (equal && more) {
        size_t n[2];
        char *a = reference_token(expected, expected_len, &at[0], &n[0]);
        char *b = reference_token(actual, actual_len, &at[1], &n[1]);
        more = a != NULL && b != NULL;
        equal = more ? reference_token_equal(a, n[0], b, n[1], tolerance) : a == b;
        free(a);
        free(b);
    }
    return equal;
}

static bool reference_equal(enum cupel_compare_kind kind,
                            const struct cupel_tolerance *tolerance,
                            const unsigned char *expected, size_t expected_len,
                            const unsigned char *actual, size_t actual_len)
{
    if (kind == CUPEL_COMPARE_TOKENS || kind == CUPEL_COMPARE_NUMBERS)
        return reference_tokens_equal(expected, expected_len, actual, actual_len,
                                      kind == CUPEL_COMPARE_NUMBERS ? tolerance : NULL);
    if (kind == CUPEL_COMPARE_EXACT)
        return expected_len == actual_len &&
               (actual_len == 0 || memcmp(expected, actual, actual_len) == 0);

    size_t n[2];
    unsigned char *a = reference_lines(expected, expected_len, &n[0]);
    unsigned char *b = reference_lines(actual, actual_len, &n[1]);
    bool equal = n[0] == n[1] && memcmp(a, b, n[0]) == 0;
    free(a);
    free(b);
    return equal;
}

/* One comparison, fed in pieces of 1 to max_piece bytes, whose sizes follow from seed. */
static bool compare_in_pieces(enum cupel_compare_kind kind,
                              const struct cupel_tolerance *tolerance,
                              const unsigned char *expected, size_t expected_len,
                              const unsigned char *actual, size_t actual_len, size_t max_piece,
                              unsigned seed, struct cupel_difference *ret)
{
    struct cupel_compare *compare;

    if (cupel_compare_new(kind, *tolerance, expected, expected_len, &compare) < 0)
        abort();
    memset(ret, 0, sizeof(*ret));
    for (size_t i = 0; i < actual_len;) {
        seed = seed * 1103515245U + 12345U;
        size_t n = 1 + (seed >> 8) % max_piece;
        if (n > actual_len - i)
            n = actual_len - i;
        cupel_compare_feed(compare, actual + i, n);
        i += n;
    }
    bool equal = cupel_compare_finish(compare, ret);
    cupel_compare_free(compare);
    return equal;
}

static bool same_excerpt(const struct cupel_excerpt *a, const struct cupel_excerpt *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0 &&
           a->skipped == b->skipped && a->cut == b->cut;
}

static bool same_context(const struct cupel_context *a, const struct cupel_context *b)
{
    bool same = a->line == b->line && a->before_count == b->before_count &&
                a->after_count == b->after_count;

    for (size_t i = 0; same && i < a->before_count; i++)
        same = same_excerpt(&a->before[i], &b->before[i]);
    for (size_t i = 0; same && i < a->after_count; i++)
        same = same_excerpt(&a->after[i], &b->after[i]);
    return same;
}

static bool same_difference(const struct cupel_difference *a, const struct cupel_difference *b)
{
    return a->line == b->line && a->column == b->column &&
           same_excerpt(&a->expected, &b->expected) && same_excerpt(&a->actual, &b->actual) &&
           same_context(&a->expected_lines, &b->expected_lines) &&
           same_context(&a->actual_lines, &b->actual_lines) &&
           a->expected_ended == b->expected_ended && a->actual_ended == b->actual_ended;
}

#endif
