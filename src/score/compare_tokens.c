/* Tokens: the sequences of words are equal, whatever white space is between them. */
#include "score/compare_internal.h"

static bool at_token_end(const struct cupel_compare *compare)
{
    return compare->pos == compare->len || compare_is_white(compare->expected[compare->pos]);
}

void compare_skip_white(struct cupel_compare *compare)
{
    while (compare->pos < compare->len && compare_is_white(compare->expected[compare->pos]))
        compare->pos++;
}

static bool step(struct cupel_compare *compare, unsigned char byte)
{
    struct tokens_state *tokens = &compare->tokens;

    if (compare_is_white(byte)) {
        if (tokens->inside && !at_token_end(compare))
            return false;
        tokens->inside = false;
        return true;
    }
    if (!tokens->inside) {
        compare_skip_white(compare);
        compare->difference.expected_ended = compare->pos == compare->len;
    }
    if (compare->pos == compare->len || compare->expected[compare->pos] != byte)
        return false;
    tokens->inside = true;
    compare->pos++;
    return true;
}

static size_t feed(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0;; i++) {
        size_t left = compare->len - compare->pos;
        size_t same = compare_common_prefix(compare->expected + compare->pos, bytes + i,
                                            len - i < left ? len - i : left);
        compare->pos += same;
        i += same;
        if (same > 0)
            compare->tokens.inside = !compare_is_white(bytes[i - 1]);
        if (i == len)
            return len;
        if (!step(compare, bytes[i]))
            return i;
    }
}

static bool finish(struct cupel_compare *compare)
{
    if (compare->pos == compare->len)
        return true;
    if (compare->tokens.inside && !at_token_end(compare))
        return false;
    compare_skip_white(compare);
    compare->difference.actual_ended = true;
    return false;
}

const struct compare_mode compare_tokens_mode = {.feed = feed, .finish = finish};
