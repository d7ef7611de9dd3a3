/*
 * Numbers: as tokens, but a pair of tokens that are numbers on both sides is compared by value.
 * A token of the output is collected until it ends, or until it is too long to be a number.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "score/compare_internal.h"

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* [digits][.digits][e[sign]digits] with a digit before the exponent, and nothing after it. */
static bool is_decimal(const char *text)
{
    size_t whole = digits(text);
    size_t fraction = 0;

    text += whole;
    if (*text == '.') {
        fraction = digits(++text);
        text += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        size_t exponent = digits(text);
        if (exponent == 0)
            return false;
        text += exponent;
    }
    return *text == '\0';
}

/* text has len bytes, among which a NUL makes it no number, and a NUL after them. */
static bool parse(const struct cupel_compare *compare, const char *text, size_t len,
                  long double *ret)
{
    const char *unsigned_text = text + (*text == '+' || *text == '-');
    locale_t c_locale = compare->tokens.c_locale;
    bool named = strcasecmp_l(unsigned_text, "inf", c_locale) == 0 ||
                 strcasecmp_l(unsigned_text, "infinity", c_locale) == 0 ||
                 strcasecmp_l(unsigned_text, "nan", c_locale) == 0;
    if (strlen(text) != len || (!named && !is_decimal(unsigned_text)))
        return false;

    /* The process's locale must not decide what a number is. */
    long double value = strtold_l(text, NULL, c_locale);
    if (isinf(value) && !named)
        return false;
    *ret = value;
    return true;
}

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
    if (!parse(compare, tokens->expected, expected_len, &expected) ||
        !parse(compare, tokens->token, tokens->token_len, &actual))
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

static size_t feed(struct cupel_compare *compare, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!step(compare, bytes[i]))
            return i;
    }
    return len;
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
