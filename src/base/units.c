#include "cupel/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cupel/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_FRACTION 6 /* digits: 10^6 of the largest unit still fits in 64 bits */
#define MAX_VALUE    ((uint64_t)INT64_MAX)

struct unit {
    const char *name;
    uint64_t factor;
};

/* 12.75 as whole 12, fraction 75 and scale 100. */
struct decimal {
    uint64_t whole;
    uint64_t fraction;
    uint64_t scale;
    bool overflow;
};

static const struct unit sizes[] = {
    {"", 1},
    {"B", 1},
    {"KiB", 1ULL << 10},
    {"MiB", 1ULL << 20},
    {"GiB", 1ULL << 30},
    {"TiB", 1ULL << 40},
    {"kB", 1000ULL},
    {"MB", 1000000ULL},
    {"GB", 1000000000ULL},
    {"TB", 1000000000000ULL},
};

static const struct unit durations[] = {
    {"ns", 1},
    {"us", 1000ULL},
    {"ms", 1000000ULL},
    {"s", CUPEL_NS_PER_S},
    {"min", 60 * CUPEL_NS_PER_S},
    {"h", 3600 * CUPEL_NS_PER_S},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Returns what follows the number, or NULL if there is none. */
static const char *parse_decimal(const char *p, struct decimal *ret)
{
    struct decimal d = {.scale = 1};

    if (!is_digit(*p))
        return NULL;
    for (; is_digit(*p); p++)
        d.overflow |= __builtin_mul_overflow(d.whole, 10U, &d.whole) ||
                      __builtin_add_overflow(d.whole, (uint64_t)(*p - '0'), &d.whole);
    if (*p == '.') {
        const char *first = ++p;
        for (; is_digit(*p); p++) {
            if (p - first >= MAX_FRACTION)
                return NULL;
            d.fraction = d.fraction * 10 + (uint64_t)(*p - '0');
            d.scale *= 10;
        }
        if (p == first)
            return NULL;
    }
    *ret = d;
    return p;
}

static const struct unit *find_unit(const struct unit *units, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    }
    return NULL;
}

static int parse(const char *text, const struct unit *units, size_t count, const char *expected,
                 uint64_t *ret, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    struct decimal d = {0};
    uint64_t value;

    const char *rest = parse_decimal(text, &d);
    const struct unit *unit = NULL;
    if (rest != NULL)
        unit = find_unit(units, count, rest + strspn(rest, " "));
    if (unit == NULL)
        return cupel_fail(err, -EINVAL, "expected %s, found \"%s\"", expected,
                          cupel_text_excerpt(text, excerpt));

    if (d.overflow || __builtin_mul_overflow(d.whole, unit->factor, &value) ||
        __builtin_add_overflow(value, d.fraction * unit->factor / d.scale, &value) ||
        value > MAX_VALUE)
        return cupel_fail(err, -ERANGE, "expected %s, found \"%s\", which is too large",
                          expected, cupel_text_excerpt(text, excerpt));
    *ret = value;
    return 0;
}

int cupel_units_parse_bytes(const char *text, uint64_t *ret, struct cupel_error *err)
{
    return parse(text, sizes, COUNT(sizes), "a size such as \"256 MiB\"", ret, err);
}

int cupel_units_parse_duration(const char *text, uint64_t *ret, struct cupel_error *err)
{
    return parse(text, durations, COUNT(durations), "a duration such as \"250 ms\"", ret, err);
}

/* value / factor with as many of the decimals as are not zero. */
static const char *format(uint64_t value, uint64_t factor, unsigned decimals, const char *unit,
                          char *buf, size_t size)
{
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;

    uint64_t whole = value / factor;
    uint64_t fraction = value % factor * scale / factor;
    while (decimals > 0 && fraction % 10 == 0) {
        fraction /= 10;
        decimals--;
    }
    if (decimals == 0)
        (void)snprintf(buf, size, "%" PRIu64 " %s", whole, unit);
    else
        (void)snprintf(buf, size, "%" PRIu64 ".%0*" PRIu64 " %s", whole, (int)decimals,
                       fraction, unit);
    return buf;
}

const char *cupel_units_format_bytes(uint64_t bytes, char *buf, size_t size)
{
    static const struct unit binary[] = {
        {"TiB", 1ULL << 40}, {"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}};

    for (size_t i = 0; i < COUNT(binary); i++) {
        if (bytes >= binary[i].factor)
            return format(bytes, binary[i].factor, 2, binary[i].name, buf, size);
    }
    return format(bytes, 1, 0, "B", buf, size);
}

const char *cupel_units_format_duration(uint64_t ns, char *buf, size_t size)
{
    if (ns >= CUPEL_NS_PER_S && ns % 10000000U != 0) {
        uint64_t hundredths = ns / 10000000U;
        (void)snprintf(buf, size, "%" PRIu64 ".%02" PRIu64 " s", hundredths / 100,
                       hundredths % 100);
        return buf;
    }
    if (ns >= CUPEL_NS_PER_S)
        return format(ns, CUPEL_NS_PER_S, 2, "s", buf, size);
    if (ns >= 1000000U)
        return format(ns, 1000000U, 0, "ms", buf, size);
    if (ns >= 1000U || ns == 0)
        return format(ns, 1000U, 0, "us", buf, size);
    return format(ns, 1, 0, "ns", buf, size);
}
