/*
 * Any pattern on any output: a pattern is refused or can be compared with, the answer does not
 * depend on how the output comes, and a text is matched by itself in \Q…\E.
 * Input: size of the pieces, then the pattern and the output, parted by 0xFF.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/compare.h"
#include "cupel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answer {
    bool equal;
    int failure;
    uint64_t line;
    uint64_t column;
};

static struct answer compare(const uint8_t *pattern, size_t pattern_len, const uint8_t *output,
                             size_t len, size_t piece)
{
    static const struct cupel_tolerance none;
    struct cupel_compare *compare;
    struct cupel_difference difference = {0};
    struct answer answer = {0};

    if (cupel_compare_new(CUPEL_COMPARE_REGEX, none, pattern, pattern_len, &compare) < 0)
        abort();
    for (size_t i = 0; i < len; i += piece)
        cupel_compare_feed(compare, output + i, piece < len - i ? piece : len - i);
    answer.equal = cupel_compare_finish(compare, &difference);
    answer.failure = cupel_compare_failure(compare, NULL);
    answer.line = difference.line;
    answer.column = difference.column;
    cupel_compare_free(compare);
    return answer;
}

static void check_quoted(const uint8_t *output, size_t len)
{
    if (!cupel_text_is_utf8(output, len) || memmem(output, len, "\\E", 2) != NULL || len > 1000)
        return;
    CUPEL_AUTO_FREE uint8_t *pattern = malloc(len + 4);
    if (pattern == NULL)
        abort();
    memcpy(pattern, "\\Q", 2);
    memcpy(pattern + 2, output, len);
    memcpy(pattern + 2 + len, "\\E", 2);
    if (!compare(pattern, len + 4, output, len, 3).equal)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_error err = {0};
    size_t offset = 0;
    if (size < 2)
        return 0;

    const uint8_t *pattern = data + 1;
    const uint8_t *end = memchr(pattern, 0xFF, size - 1);
    size_t pattern_len = end != NULL ? (size_t)(end - pattern) : size - 1;
    const uint8_t *output = end != NULL ? end + 1 : pattern;
    size_t len = end != NULL ? size - 2 - pattern_len : pattern_len;

    check_quoted(output, len);
    if (cupel_compare_check_pattern(pattern, pattern_len, &offset, &err) < 0) {
        if (offset > pattern_len || err.text[0] == '\0')
            abort();
        return 0;
    }
    struct answer whole = compare(pattern, pattern_len, output, len, SIZE_MAX >> 1);
    struct answer pieces = compare(pattern, pattern_len, output, len, 1U + data[0] % 16U);
    if (whole.equal != pieces.equal || whole.failure != pieces.failure ||
        whole.line != pieces.line || whole.column != pieces.column ||
        (whole.equal && whole.failure < 0))
        abort();
    return 0;
}
