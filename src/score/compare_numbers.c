/*
 * Numbers: as tokens, but a pair of tokens that are numbers on both sides is compared by value.
 * A token of the output is collected until it ends, or until it is too long to be a number.
 * What needs no collecting is passed over in place: text that is the same up to a token's end,
 * and plain decimals that are complete on both sides.
 */
#include <math.h>
#include <string.h>

#include "score/compare_internal.h"
#include "score/number.h"

#define SAME_MAX 4096U /* of what is the same, looked at again while it is in the cache */

static bool within(const struct cupel_tolerance *tolerance, long double expected,
                   long double actual)
{
    if (expected == actual)
        return true;
    if (!isfinite(expected) || !isfinite(actual))
        return false; /* relative * infinity would admit everything */

    long double distance = fabsl(expected - actual);
    return distance <= (long double)tolerance->absolute ||
           distance <= (long double)tolerance->relative * fabsl(expected);
}

static bool may_be_nan(const char *token)
{
    token += *token == '+' || *token == '-';
    return *token == 'n' || *token == 'N';
}

/* From pos to the end of the expected token; TOKEN_MAX + 1 stands for all that is longer. */
static size_t expected_token_len(const struct cupel_compare *compare)
{
    size_t len = 0;

    while (len <= TOKEN_MAX && compare->pos + len < compare->len &&
           !compare_is_white(compare->expected[compare->pos + len]))
        len++;
    return len;
}

static bool token_agrees(struct cupel_compare *compare, size_t expected_len)
{
    struct tokens_state *tokens = &compare->tokens;
    long double expected;
    long double actual;

    bool same = tokens->token_len == expected_len && tokens->equal_len == expected_len;
    if (same && !may_be_nan(tokens->token))
        return true; /* most are: no need to know what number it is */
    memcpy(tokens->expected, compare->expected + compare->pos, expected_len);
    tokens->expected[expected_len] = '\0';
    if (!number_parse(tokens->expected, expected_len, tokens->c_locale, &expected) ||
        !number_parse(tokens->token, tokens->token_len, tokens->c_locale, &actual))
        return same;
    return within(&compare->tolerance, expected, actual);
}

/* The output's token is complete. */
static bool end_token(struct cupel_compare *compare)
{
    struct tokens_state *tokens = &compare->tokens;
    size_t past = compare->pos + tokens->equal_len;

    if (!tokens->inside)
        return true;
    if (tokens->token_len > TOKEN_MAX) { /* then it was equal so far, see add_byte() */
        if (past < compare->len && !compare_is_white(compare->expected[past]))
            return false;
        compare->pos = past;
    } else {
        size_t expected_len = expected_token_len(compare);
        tokens->token[tokens->token_len] = '\0';
        if (expected_len > TOKEN_MAX || !token_agrees(compare, expected_len))
            return false;
        compare->pos += expected_len;
    }
    tokens->inside = false;
    return true;
}

static bool add_byte(struct cupel_compare *compare, unsigned char byte)
{
    struct tokens_state *tokens = &compare->tokens;
    size_t at = compare->pos + tokens->equal_len;

    if (tokens->equal_len == tokens->token_len && at < compare->len &&
        compare->expected[at] == byte)
        tokens->equal_len++;
    if (tokens->token_len < TOKEN_MAX)
        tokens->token[tokens->token_len] = (char)byte;
    tokens->token_len++;
    return tokens->token_len <= TOKEN_MAX || tokens->equal_len == tokens->token_len;
}

static bool step(struct cupel_compare *compare, unsigned char byte)
{
    struct tokens_state *tokens = &compare->tokens;

    if (compare_is_white(byte))
        return end_token(compare);
    if (!tokens->inside) {
        compare_skip_white(compare);
        if (compare->pos == compare->len) {
            compare->difference.expected_ended = true;
            return false;
        }
        tokens->inside = true;
        tokens->token_len = 0;
        tokens->equal_len = 0;
    }
    return add_byte(compare, byte);
}

/* Literally the same, up to white space that both texts have there; no NaN, which is never
 * equal. */
static size_t pass_same(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    size_t left = compare->len - compare->pos;
    size_t most = len < left ? len : left;
    size_t same = compare_common_prefix(compare->expected + compare->pos, bytes,
                                        most < SAME_MAX ? most : SAME_MAX);

    while (same > 0 && !compare_is_white(bytes[same - 1]))
        same--;
    if (number_has_nan(bytes, same))
        return 0;
    compare->pos += same;
    return same;
}

/* The next token of the expected text is this value, in plain decimals. */
static bool expects(struct cupel_compare *compare, long double actual)
{
    const unsigned char *text = compare->expected + compare->pos;
    size_t left = compare->len - compare->pos;
    long double expected;
    size_t n = number_read_plain(text, left, &expected);

    if (n == 0 || (n < left && !compare_is_white(text[n])) ||
        !within(&compare->tolerance, expected, actual))
        return false;
    compare->pos += n;
    return true;
}

/* White space, and one plain decimal that is equal by value and whose end has come. */
static size_t pass_number(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    size_t at = 0;
    long double actual;

    while (at < len && compare_is_white(bytes[at]))
        at++;
    compare_skip_white(compare);
    size_t n = number_read_plain(bytes + at, len - at, &actual);
    if (n == 0 || at + n == len || !compare_is_white(bytes[at + n]) ||
        !expects(compare, actual))
        return at;
    return at + n;
}

static size_t pass(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    size_t done = 0;
    size_t n = 1;

    while (n > 0 && done < len && !compare->tokens.inside) {
        n = pass_same(compare, bytes + done, len - done);
        if (n == 0)
            n = pass_number(compare, bytes + done, len - done);
        done += n;
    }
    return done;
}

static size_t feed(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0;; i++) {
        i += pass(compare, bytes + i, len - i);
        if (i == len)
            return len;
        if (!step(compare, bytes[i]))
            return i;
    }
}

static bool finish(struct cupel_compare *compare)
{
    if (!end_token(compare))
        return false;
    if (compare->pos == compare->len)
        return true;
    compare_skip_white(compare);
    compare->difference.actual_ended = true;
    return false;
}

const struct compare_mode compare_numbers_mode = {.feed = feed, .finish = finish};
