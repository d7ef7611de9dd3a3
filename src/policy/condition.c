#include "policy/condition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"

#define JOINER "and "

struct parser {
    const char *at;
    enum cupel_arch arch;
    struct cupel_error *err;
};

static void skip(struct parser *p, size_t count)
{
    p->at += count;
    p->at += strspn(p->at, " ");
}

/* Says what stands where the parser stopped. */
static int fail(const struct parser *p, const char *expected)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    if (*p->at == '\0')
        return cupel_fail(p->err, -EINVAL, "expected %s, found the end", expected);
    return cupel_fail(p->err, -EINVAL, "expected %s at \"%s\"", expected,
                      cupel_text_excerpt(p->at, excerpt));
}

/* As fail(), where the parser was before. */
static int fail_at(struct parser *p, const char *at, const char *expected)
{
    p->at = at;
    return fail(p, expected);
}

/* A number or a name. */
static int take_term(struct parser *p, uint64_t *ret)
{
    static const char expected[] = "a number or a known constant";
    size_t len =
        strspn(p->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    char *end;

    if (*p->at >= '0' && *p->at <= '9') {
        errno = 0;
        uint64_t number = strtoull(p->at, &end, 0);
        if (errno != 0 || end != p->at + len)
            return fail(p, expected);
        *ret = number;
    } else if (!cupel_constant_find(p->at, len, p->arch, ret)) {
        return fail(p, expected);
    }
    skip(p, len);
    return 0;
}

/* Terms joined by '|'. */
static int take_value(struct parser *p, uint64_t *ret)
{
    uint64_t term = 0;

    int r = take_term(p, ret);
    while (r == 0 && *p->at == '|') {
        skip(p, 1);
        r = take_term(p, &term);
        *ret |= term;
    }
    return r;
}

enum sign { EQ, NE, LE, LT, GE, GT, IN, SIGNS };

static enum sign take_sign(struct parser *p)
{
    static const char *const names[SIGNS] = {[EQ] = "==", [NE] = "!=", [LE] = "<=", [LT] = "<",
                                             [GE] = ">=", [GT] = ">",  [IN] = "in "};
    enum sign sign = EQ;

    while (sign < SIGNS && strncmp(p->at, names[sign], strlen(names[sign])) != 0)
        sign++;
    if (sign < SIGNS)
        skip(p, strlen(names[sign]));
    return sign;
}

static int take_mask(struct parser *p, struct cupel_condition *c)
{
    c->mask = UINT64_MAX;
    if (*p->at != '&')
        return 0;
    skip(p, 1);
    return take_value(p, &c->mask);
}

/* What stands behind ".." */
static int take_end(struct parser *p, struct cupel_condition *c)
{
    const char *at;

    if (strncmp(p->at, "..", 2) != 0)
        return fail(p, "\"..\" and the end of the range");
    skip(p, 2);
    at = p->at;
    int r = take_value(p, &c->value);
    return r == 0 && c->value < c->low ? fail_at(p, at, "an end at or above the start") : r;
}

/* From a comparison with value to the range of what is meant. */
static int set_range(struct parser *p, enum sign sign, const char *at,
                     struct cupel_condition *c)
{
    uint64_t value = c->value;

    c->operator= CUPEL_OPERATOR_IN;
    c->low = sign == GE || sign == IN ? value : 0;
    if (sign == IN)
        return take_end(p, c);
    if (sign == LT && value == 0)
        return fail_at(p, at, "more than 0, below which there is nothing,");
    if (sign == GT && value == UINT64_MAX)
        return fail_at(p, at, "less than the greatest number");
    if (sign == LT)
        c->value = value - 1;
    if (sign == GT)
        c->low = value + 1;
    if (sign == GT || sign == GE)
        c->value = UINT64_MAX;
    return 0;
}

static int take_comparison(struct parser *p, struct cupel_condition *c)
{
    const char *at = p->at;
    bool masked = c->mask != UINT64_MAX;
    enum sign sign = take_sign(p);

    if (sign == SIGNS)
        return fail(p, "==, !=, <, <=, >, >= or \"in\"");
    if (masked && sign > NE)
        return fail_at(p, at, "== or != after a mask");
    at = p->at;
    int r = take_value(p, &c->value);
    if (r < 0)
        return r;
    if (sign > NE)
        return set_range(p, sign, at, c);
    c->operator= sign == EQ ? CUPEL_OPERATOR_EQ : CUPEL_OPERATOR_NE;
    return (c->value & ~c->mask) != 0 ? fail_at(p, at, "a value within the mask") : 0;
}

static int take_condition(struct parser *p, struct cupel_condition *ret)
{
    struct cupel_condition c = {0};

    if (strncmp(p->at, "arg", 3) != 0 || p->at[3] < '0' || p->at[3] >= '0' + CUPEL_ARGUMENTS)
        return fail(p, "arg0 to arg5");
    c.argument = (unsigned)(p->at[3] - '0');
    skip(p, 4);
    int r = take_mask(p, &c);
    if (r == 0)
        r = take_comparison(p, &c);
    if (r == 0)
        *ret = c;
    return r;
}

int cupel_conditions_parse(const char *text, enum cupel_arch arch, struct cupel_conditions *ret,
                           struct cupel_error *err)
{
    struct cupel_conditions conditions = {0};
    struct parser p = {.at = text, .arch = arch, .err = err};

    skip(&p, 0);
    for (;;) {
        if (conditions.count == CUPEL_MAX_CONDITIONS)
            return cupel_fail(err, -EINVAL, "expected at most %d conditions",
                              CUPEL_MAX_CONDITIONS);
        int r = take_condition(&p, &conditions.items[conditions.count++]);
        if (r < 0)
            return r;
        if (*p.at == '\0')
            break;
        if (strncmp(p.at, JOINER, strlen(JOINER)) != 0)
            return fail(&p, "\"and\" or the end");
        skip(&p, strlen(JOINER));
    }
    *ret = conditions;
    return 0;
}
