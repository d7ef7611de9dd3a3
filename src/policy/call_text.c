#include "policy/call_text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cupel/text.h"
#include "policy/condition.h"

#define WORD_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
#define MAX_CONSTANTS   512

struct parser {
    const char *text; /* all of it */
    const char *p;    /* what is next */
    enum cupel_arch arch;
    struct cupel_error *err;
};

static void skip_blanks(struct parser *parser)
{
    parser->p += strspn(parser->p, " \t");
}

static int fail(const struct parser *parser, const char *expected)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    size_t column = (size_t)(parser->p - parser->text) + 1;

    if (*parser->p == '\0')
        return cupel_fail(parser->err, -EINVAL, "column %zu: expected %s, found the end",
                          column, expected);
    return cupel_fail(parser->err, -EINVAL, "column %zu: expected %s at \"%s\"", column,
                      expected, cupel_text_excerpt(parser->p, excerpt));
}

static int fail_constant(const struct parser *parser, size_t len)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const char *names[MAX_CONSTANTS + 1] = {NULL};
    size_t column = (size_t)(parser->p - parser->text) + 1;
    char word[CUPEL_CALL_NAME_SIZE] = "";
    uint64_t value;

    for (size_t i = 0; i < MAX_CONSTANTS; i++) {
        names[i] = cupel_constant_at(i, parser->arch, &value);
        if (names[i] == NULL)
            break;
    }
    if (len < sizeof(word))
        memcpy(word, parser->p, len);
    const char *near = len < sizeof(word) ? cupel_nearest(word, names) : NULL;
    (void)cupel_text_excerpt(len < sizeof(word) ? word : parser->p, excerpt);
    if (near != NULL)
        return cupel_fail(parser->err, -EINVAL,
                          "column %zu: no constant is named \"%s\"; did you mean \"%s\"?",
                          column, excerpt, near);
    return cupel_fail(parser->err, -EINVAL,
                      "column %zu: no constant is named \"%s\"; give its number", column,
                      excerpt);
}

/* A number or a constant. */
static int take_term(struct parser *parser, uint64_t *ret)
{
    bool negative = *parser->p == '-';
    const char *word = parser->p + negative;
    size_t len = strspn(word, WORD_CHARACTERS);
    char *end = NULL;

    if (len == 0)
        return fail(parser, "a number, a constant, \"_\" or a string");
    if (*word < '0' || *word > '9') {
        if (negative || !cupel_constant_find(word, len, parser->arch, ret))
            return negative ? fail(parser, "a number") : fail_constant(parser, len);
    } else {
        errno = 0;
        uint64_t number = strtoull(word, &end, 0);
        if (errno != 0 || end != word + len)
            return fail(parser, "a number of at most 64 bits");
        *ret = negative ? -number : number;
    }
    parser->p = word + len;
    skip_blanks(parser);
    return 0;
}

/* "…" up to the next quote that has no backslash before it. */
static int skip_string(struct parser *parser)
{
    const char *start = parser->p++;

    for (; *parser->p != '"'; parser->p++) {
        if (*parser->p == '\\' && parser->p[1] != '\0')
            parser->p++;
        if (*parser->p == '\0') {
            parser->p = start;
            return fail(parser, "a string with its closing quote");
        }
    }
    parser->p++;
    skip_blanks(parser);
    return 0;
}

static int take_argument(struct parser *parser, size_t index, struct cupel_cube *ret)
{
    uint64_t value = 0;
    uint64_t term = 0;

    if (*parser->p == '"')
        return skip_string(parser);
    if (*parser->p == '_' && strspn(parser->p, WORD_CHARACTERS) == 1) {
        parser->p++;
        skip_blanks(parser);
        return 0;
    }
    for (;;) {
        int r = take_term(parser, &term);
        if (r < 0)
            return r;
        value |= term;
        if (*parser->p != '|')
            break;
        parser->p++;
        skip_blanks(parser);
    }
    ret->mask[index] = UINT64_MAX;
    ret->value[index] = value;
    return 0;
}

/* What stands behind the opening parenthesis, up to the end. */
static int take_arguments(struct parser *parser, struct cupel_cube *ret)
{
    for (size_t i = 0; *parser->p != ')'; i++) {
        if (i == CUPEL_ARGUMENTS)
            return fail(parser, "at most 6 arguments");
        int r = take_argument(parser, i, ret);
        if (r < 0)
            return r;
        if (*parser->p != ',' && *parser->p != ')')
            return fail(parser, "\",\", \"|\" or \")\"");
        if (*parser->p == ')')
            break;
        parser->p++;
        skip_blanks(parser);
        if (*parser->p == ')')
            return fail(parser, "an argument");
    }
    parser->p++;
    skip_blanks(parser);
    return *parser->p == '\0' ? 0 : fail(parser, "the end");
}

int cupel_call_parse(const char *text, enum cupel_arch arch, struct cupel_call_text *ret,
                     struct cupel_error *err)
{
    struct parser parser = {.text = text, .p = text, .arch = arch, .err = err};
    struct cupel_call_text call = {0};

    skip_blanks(&parser);
    size_t len = strspn(parser.p, WORD_CHARACTERS);
    if (len == 0 || len >= sizeof(call.name))
        return fail(&parser, "the name of a system call");
    memcpy(call.name, parser.p, len);
    parser.p += len;
    skip_blanks(&parser);
    if (*parser.p == '\0') {
        *ret = call;
        return 0;
    }
    if (*parser.p != '(')
        return fail(&parser, "\"(\" or the end");
    parser.p++;
    skip_blanks(&parser);
    call.has_arguments = true;
    int r = take_arguments(&parser, &call.given);
    if (r == 0)
        *ret = call;
    return r;
}
