#include "score/number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "score/compare_internal.h"

#define PLAIN_DIGITS   19 /* of which any number is below 2^64 */
#define EXPONENT_MAX   27 /* 5^27 is below 2^63 */
#define EXPONENT_DIGIT 4  /* digits of an exponent that is looked at */

_Static_assert(LDBL_MANT_DIG >= 64, "a long double holds 64-bit integers");

static const long double powers[EXPONENT_MAX + 1] = {
    1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
    1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
    1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L,
};

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_sign(unsigned char c)
{
    return c == '+' || c == '-';
}

/* Read digits on from *at, at most max bytes of text; how many there are, and *value with them
 * appended. */
static size_t read_digits(const unsigned char *text, size_t max, uint64_t *value)
{
    size_t n = 0;
    uint64_t sum = *value;

    for (; n < max && is_digit(text[n]); n++)
        sum = sum * 10 + (unsigned)(text[n] - '0');
    *value = sum;
    return n;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* e[sign]digits at the start of text: its length, 0 if there is none or it is too long. */
static size_t read_exponent(const unsigned char *text, size_t len, int *ret)
{
    size_t at = 1;
    uint64_t value = 0;

    at += len > at && is_sign(text[at]);
    size_t digits =
        len > at ? read_digits(text + at, least(len - at, EXPONENT_DIGIT), &value) : 0;
    if (digits == 0 || digits == EXPONENT_DIGIT)
        return 0;
    *ret = text[1] == '-' ? -(int)value : (int)value;
    return at + digits;
}

size_t number_read_plain(const unsigned char *text, size_t len, long double *ret)
{
    uint64_t mantissa = 0;
    int exponent = 0;
    size_t at = len > 0 && is_sign(text[0]);
    size_t fraction = 0;

    size_t whole = read_digits(text + at, least(len - at, PLAIN_DIGITS + 1), &mantissa);
    at += whole;
    if (at < len && text[at] == '.' && whole <= PLAIN_DIGITS) {
        at++;
        fraction = read_digits(text + at, least(len - at, PLAIN_DIGITS + 1 - whole), &mantissa);
        at += fraction;
    }
    if (whole + fraction == 0 || whole + fraction > PLAIN_DIGITS)
        return 0;
    if (at < len && (text[at] | 0x20) == 'e') {
        size_t n = read_exponent(text + at, len - at, &exponent);
        if (n == 0)
            return 0;
        at += n;
    }
    exponent -= (int)fraction;
    if (exponent < -EXPONENT_MAX || exponent > EXPONENT_MAX)
        return 0;
    long double value = exponent < 0 ? (long double)mantissa / powers[-exponent]
                                     : (long double)mantissa * powers[exponent];
    *ret = text[0] == '-' ? -value : value;
    return at;
}

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

bool number_parse(const char *text, size_t len, locale_t c_locale, long double *ret)
{
    const char *unsigned_text = text + is_sign((unsigned char)*text);
    bool named = strcasecmp_l(unsigned_text, "inf", c_locale) == 0 ||
                 strcasecmp_l(unsigned_text, "infinity", c_locale) == 0 ||
                 strcasecmp_l(unsigned_text, "nan", c_locale) == 0;
    if (strlen(text) != len || (!named && !is_decimal(unsigned_text)))
        return false;

    long double value = strtold_l(text, NULL, c_locale);
    if (isinf(value) && !named)
        return false;
    *ret = value;
    return true;
}

/* Whether the letters at `at` are a word of their own, but for a sign. */
static bool is_word(const unsigned char *bytes, size_t len, size_t at)
{
    size_t from = at - (at > 0 && is_sign(bytes[at - 1]));
    size_t to = at + 3;

    return (from == 0 || compare_is_white(bytes[from - 1])) &&
           (to == len || compare_is_white(bytes[to]));
}

static bool are_letters(const unsigned char *bytes)
{
    return ((bytes[0] | 0x20) == 'n') & ((bytes[1] | 0x20) == 'a') & ((bytes[2] | 0x20) == 'n');
}

bool number_has_nan(const unsigned char *bytes, size_t len)
{
    unsigned char found = 0;

    /* Hardly any text has these letters, so look for them alone first: the loop vectorises. */
    for (size_t i = 0; i + 2 < len; i++)
        found |= are_letters(bytes + i);
    for (size_t i = 0; found && i + 2 < len; i++) {
        if (are_letters(bytes + i) && is_word(bytes, len, i))
            return true;
    }
    return false;
}
