#include "policy/condition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"

#define JOINER "and "

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " ");
}

/* A number or a name at *p, which is moved behind it. */
static bool take_term(const char **p, uint64_t *ret)
{
    size_t len = strspn(*p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    char *end;

    if (len == 0)
        return false;
    if (**p >= '0' && **p <= '9') {
        errno = 0;
        uint64_t number = strtoull(*p, &end, 0);
        if (errno != 0 || end != *p + len)
            return false;
        *ret = number;
    } else if (!cupel_constant_find(*p, len, ret)) {
        return false;
    }
    *p = skip_blanks(*p + len);
    return true;
}

/* Terms joined by '|'. */
static bool take_value(const char **p, uint64_t *ret)
{
    uint64_t value = 0;
    uint64_t term;

    if (!take_term(p, &value))
        return false;
    while (**p == '|') {
        *p = skip_blanks(*p + 1);
        if (!take_term(p, &term))
            return false;
        value |= term;
    }
    *ret = value;
    return true;
}

static bool take_operator(const char **p, enum cupel_operator *ret)
{
    static const char names[][3] = {
        [CUPEL_OPERATOR_EQ] = "==", [CUPEL_OPERATOR_NE] = "!=", [CUPEL_OPERATOR_LE] = "<="};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strncmp(*p, names[i], 2) == 0) {
            *ret = (enum cupel_operator)i;
            *p = skip_blanks(*p + 2);
            return true;
        }
    }
    return false;
}

/* What stands where the parser stopped, for a message. */
static int fail(struct cupel_error *err, const char *expected, const char *p)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    if (*p == '\0')
        return cupel_fail(err, -EINVAL, "expected %s, found the end", expected);
    return cupel_fail(err, -EINVAL, "expected %s at \"%s\"", expected,
                      cupel_text_excerpt(p, excerpt));
}

static int take_condition(const char **p, struct cupel_condition *ret, struct cupel_error *err)
{
    struct cupel_condition c = {.mask = UINT64_MAX};
    bool masked = false;

    if (strncmp(*p, "arg", 3) != 0 || (*p)[3] < '0' || (*p)[3] >= '0' + CUPEL_ARGUMENTS)
        return fail(err, "arg0 to arg5", *p);
    c.argument = (unsigned)((*p)[3] - '0');
    *p = skip_blanks(*p + 4);
    if (**p == '&') {
        masked = true;
        *p = skip_blanks(*p + 1);
        if (!take_value(p, &c.mask))
            return fail(err, "a number or a known constant", *p);
    }
    const char *at = *p;
    if (!take_operator(p, &c.operator))
        return fail(err, "==, != or <=", *p);
    if (masked && c.operator== CUPEL_OPERATOR_LE)
        return fail(err, "== or != after a mask", at);
    at = *p;
    if (!take_value(p, &c.value))
        return fail(err, "a number or a known constant", *p);
    if ((c.value & ~c.mask) != 0)
        return fail(err, "a value within the mask", at);
    *ret = c;
    return 0;
}

int cupel_conditions_parse(const char *text, struct cupel_conditions *ret,
                           struct cupel_error *err)
{
    struct cupel_conditions conditions = {0};
    const char *p = skip_blanks(text);

    for (;;) {
        if (conditions.count == CUPEL_MAX_CONDITIONS)
            return cupel_fail(err, -EINVAL, "expected at most %d conditions",
                              CUPEL_MAX_CONDITIONS);
        int r = take_condition(&p, &conditions.items[conditions.count++], err);
        if (r < 0)
            return r;
        if (*p == '\0')
            break;
        if (strncmp(p, JOINER, strlen(JOINER)) != 0)
            return fail(err, "\"and\" or the end", p);
        p = skip_blanks(p + strlen(JOINER));
    }
    *ret = conditions;
    return 0;
}
