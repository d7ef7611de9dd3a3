#include "report/tap_line.h"

#include <string.h>
#include <strings.h>

#include "report/builder.h"

struct cursor {
    const char *at;
    size_t left;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static void skip(struct cursor *cursor, size_t count)
{
    cursor->at += count;
    cursor->left -= count;
}

static void skip_spaces(struct cursor *cursor)
{
    while (cursor->left > 0 && is_space(cursor->at[0]))
        skip(cursor, 1);
}

static bool take(struct cursor *cursor, const char *word)
{
    size_t len = strlen(word);

    if (cursor->left < len || memcmp(cursor->at, word, len) != 0)
        return false;
    skip(cursor, len);
    return true;
}

/* A word, not the start of one. */
static bool take_word(struct cursor *cursor, const char *word)
{
    struct cursor after = *cursor;

    if (!take(&after, word) || (after.left > 0 && !is_space(after.at[0])))
        return false;
    *cursor = after;
    return true;
}

/* A number that ends with the line or a blank. */
static bool take_number(struct cursor *cursor, size_t *ret)
{
    struct cursor after = *cursor;
    size_t number = 0;

    while (after.left > 0 && after.at[0] >= '0' && after.at[0] <= '9') {
        number = 10 * number + (size_t)(after.at[0] - '0');
        if (number > TAP_NUMBER_MAX)
            number = TAP_NUMBER_MAX;
        skip(&after, 1);
    }
    if (after.at == cursor->at || (after.left > 0 && !is_space(after.at[0])))
        return false;
    *cursor = after;
    *ret = number;
    return true;
}

static enum tap_directive directive_at(struct cursor *cursor)
{
    skip_spaces(cursor);
    bool fits = cursor->left >= 4;
    if (fits && strncasecmp(cursor->at, "todo", 4) == 0 &&
        (cursor->left == 4 || is_space(cursor->at[4]))) {
        skip(cursor, 4);
        return TAP_TODO;
    }
    if (!fits || strncasecmp(cursor->at, "skip", 4) != 0)
        return TAP_NONE;
    while (cursor->left > 0 && !is_space(cursor->at[0])) /* "Skipped:" too */
        skip(cursor, 1);
    return TAP_SKIP;
}

/* The description ends where a "#" that no backslash precedes starts a directive. */
static void split_directive(struct tap_line *line)
{
    for (size_t i = 0; i < line->len; i++) {
        if (line->text[i] == '\\') {
            i++;
            continue;
        }
        if (line->text[i] != '#')
            continue;
        struct cursor cursor = {line->text + i + 1, line->len - i - 1};
        line->directive = directive_at(&cursor);
        if (line->directive != TAP_NONE) {
            line->reason = cursor.at;
            line->reason_len = cursor.left;
            line->len = i;
            report_trim(&line->reason, &line->reason_len);
            break;
        }
    }
    report_trim(&line->text, &line->len);
}

static void parse_test(struct cursor cursor, struct tap_line *line)
{
    line->kind = TAP_TEST;
    skip_spaces(&cursor);
    (void)take_number(&cursor, &line->number);
    skip_spaces(&cursor);
    if (take_word(&cursor, "-"))
        skip_spaces(&cursor);
    line->text = cursor.at;
    line->len = cursor.left;
    split_directive(line);
}

static bool parse_plan(struct cursor cursor, struct tap_line *line)
{
    if (!take(&cursor, "1..") || !take_number(&cursor, &line->number))
        return false;
    skip_spaces(&cursor);
    if (cursor.left > 0 && cursor.at[0] != '#')
        return false;
    line->kind = TAP_PLAN;
    return true;
}

static bool parse_version(struct cursor cursor, struct tap_line *line)
{
    if (!take(&cursor, "TAP version ") || !take_number(&cursor, &line->number))
        return false;
    line->kind = TAP_VERSION;
    return true;
}

struct tap_line tap_line_parse(const char *bytes, size_t len)
{
    struct cursor cursor = {bytes, len};
    struct tap_line line = {.kind = TAP_OTHER};

    while (cursor.left > 0 && cursor.at[0] == ' ')
        skip(&cursor, 1);
    line.indent = len - cursor.left;
    while (cursor.left > 0 &&
           (is_space(cursor.at[cursor.left - 1]) || cursor.at[cursor.left - 1] == '\r'))
        cursor.left--;
    line.ok = take_word(&cursor, "ok");
    if (line.ok || take_word(&cursor, "not ok")) {
        parse_test(cursor, &line);
        return line;
    }
    if (parse_plan(cursor, &line) || parse_version(cursor, &line))
        return line;
    if (take(&cursor, "#")) {
        (void)take(&cursor, " ");
        line.kind = TAP_COMMENT;
        line.text = cursor.at;
        line.len = cursor.left;
        return line;
    }
    if (take(&cursor, "Bail out!"))
        line.kind = TAP_BAIL_OUT;
    else if (take(&cursor, "---") && cursor.left == 0)
        line.kind = TAP_YAML;
    line.text = cursor.at;
    line.len = cursor.left;
    report_trim(&line.text, &line.len);
    return line;
}
