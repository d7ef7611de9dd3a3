#include "cupel/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "score/compare_internal.h"

size_t compare_common_prefix(const unsigned char *a, const unsigned char *b, size_t n)
{
    size_t i = 0;

    if (n == 0 || memcmp(a, b, n) == 0)
        return n;
    for (; n - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        if (memcmp(a + i, b + i, sizeof(uint64_t)) != 0)
            break;
    }
    while (a[i] == b[i])
        i++;
    return i;
}

static size_t exact_feed(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    size_t left = compare->len - compare->pos;
    size_t same =
        compare_common_prefix(compare->expected + compare->pos, bytes, len < left ? len : left);

    compare->pos += same;
    if (same < len && compare->pos == compare->len)
        compare->difference.expected_ended =
            compare->len == 0 || compare->expected[compare->len - 1] == '\n';
    return same;
}

static bool exact_finish(struct cupel_compare *compare)
{
    compare->difference.actual_ended = compare->place.column == 0;
    return compare->pos == compare->len;
}

static const struct compare_mode exact_mode = {.feed = exact_feed, .finish = exact_finish};

static const struct compare_mode *mode_of(enum cupel_compare_kind kind)
{
    switch (kind) {
    case CUPEL_COMPARE_LINES:
        return &compare_lines_mode;
    case CUPEL_COMPARE_TOKENS:
        return &compare_tokens_mode;
    case CUPEL_COMPARE_NUMBERS:
        return &compare_numbers_mode;
    case CUPEL_COMPARE_REGEX:
        return &compare_regex_mode;
    case CUPEL_COMPARE_EXACT:
        break;
    }
    return &exact_mode;
}

/* The white space after the last word counts in exact only. */
static size_t trimmed(enum cupel_compare_kind kind, const unsigned char *expected, size_t len)
{
    if (kind == CUPEL_COMPARE_EXACT || kind == CUPEL_COMPARE_REGEX)
        return len;
    while (len > 0 && (kind == CUPEL_COMPARE_LINES
                           ? expected[len - 1] == '\n' || compare_is_blank(expected[len - 1])
                           : compare_is_white(expected[len - 1])))
        len--;
    return len;
}

/* What some kinds need beyond zeroes. */
static int prepare(struct cupel_compare *compare)
{
    if (compare->kind == CUPEL_COMPARE_REGEX)
        return compare_regex_new(compare->expected, compare->len, &compare->regex);
    if (compare->kind == CUPEL_COMPARE_NUMBERS) {
        compare->tokens.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        if (compare->tokens.c_locale == (locale_t)0)
            return -ENOMEM;
    }
    return 0;
}

int cupel_compare_new(enum cupel_compare_kind kind, struct cupel_tolerance tolerance,
                      const void *expected, size_t len, struct cupel_compare **ret)
{
    struct cupel_compare *compare = calloc(1, sizeof(*compare));
    if (compare == NULL)
        return -ENOMEM;

    compare->mode = mode_of(kind);
    compare->kind = kind;
    compare->tolerance = tolerance;
    compare->expected = len > 0 ? expected : (const void *)"";
    compare->len = trimmed(kind, expected, len);
    compare->place.line = 1;
    int r = prepare(compare);
    if (r < 0) {
        free(compare);
        return r;
    }
    *ret = compare;
    return 0;
}

void cupel_compare_free(struct cupel_compare *compare)
{
    if (compare == NULL)
        return;
    if (compare->tokens.c_locale != (locale_t)0)
        freelocale(compare->tokens.c_locale);
    compare_regex_free(compare->regex);
    free(compare);
}

void cupel_compare_feed(struct cupel_compare *compare, const void *bytes, size_t len)
{
    const unsigned char *next = bytes;

    if (len == 0)
        return;
    if (!compare->differs) {
        size_t same = compare->mode->feed(compare, next, len);
        compare_place_advance(&compare->place, next, same);
        if (same == len)
            return;
        next += same;
        len -= same;
        compare_difference_begin(compare, next[0]);
    }
    if (compare->capturing)
        compare_difference_capture(compare, next, len);
}

bool cupel_compare_finish(struct cupel_compare *compare,
                          struct cupel_difference *ret_difference)
{
    if (!compare->differs) {
        if (compare->mode->finish(compare))
            return true;
        if (!compare->differs)
            compare_difference_begin(compare, -1);
    }
    compare_difference_end(compare);
    if (ret_difference != NULL)
        *ret_difference = compare->difference;
    return false;
}

int cupel_compare_failure(const struct cupel_compare *compare, struct cupel_error *err)
{
    const struct cupel_error *failure =
        compare->regex != NULL ? compare_regex_failure(compare->regex) : NULL;

    if (failure == NULL || failure->code == 0)
        return 0;
    return cupel_fail(err, failure->code, "%s", failure->text);
}
