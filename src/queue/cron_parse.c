#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "queue/cron.h"

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define BLANKS        " \t"
#define NAME_LEN      3
#define EXPECTED_SIZE 64
#define TOO_LARGE     1000U /* for any field */

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

struct field {
    const char *name;
    unsigned min;
    unsigned max;
    unsigned values;       /* Sunday counts once */
    const char *names[13]; /* by value */
    const char *or_names;
};

static const struct field fields[FIELDS] = {
    [MINUTE] = {.name = "minute", .min = 0, .max = 59, .values = 60, .or_names = ""},
    [HOUR] = {.name = "hour", .min = 0, .max = 23, .values = 24, .or_names = ""},
    [DAY] = {.name = "day of month", .min = 1, .max = 31, .values = 31, .or_names = ""},
    [MONTH] = {.name = "month",
               .min = 1,
               .max = 12,
               .values = 12,
               .names = {"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
                         "oct", "nov", "dec"},
               .or_names = " or jan to dec"},
    [WEEKDAY] = {.name = "day of week",
                 .min = 0,
                 .max = 7,
                 .values = 7,
                 .names = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"},
                 .or_names = " or sun to sat"},
};

static const struct {
    const char *name;
    const char *expression;
} macros[] = {
    {"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},   {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
};

static int refuse(const struct field *field, const char *text, const char *expected,
                  struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    return cupel_fail(err, -EINVAL, "field %td (%s): %s: expected %s", field - fields + 1,
                      field->name, text[0] == '\0' ? "\"\"" : cupel_text_excerpt(text, excerpt),
                      expected);
}

/* Returns what follows the digits; the value is 0 if there are none. */
static const char *parse_number(const char *p, unsigned *ret)
{
    unsigned value = 0;

    for (; isdigit((unsigned char)*p); p++)
        value = value < TOO_LARGE ? value * 10 + (unsigned)(*p - '0') : TOO_LARGE;
    *ret = value;
    return p;
}

/* Returns what follows a number or name that the field takes, or NULL. */
static const char *parse_value(const struct field *field, const char *p, unsigned *ret)
{
    if (isdigit((unsigned char)*p)) {
        p = parse_number(p, ret);
        return *ret >= field->min && *ret <= field->max ? p : NULL;
    }
    for (unsigned value = field->min; value < COUNT(field->names); value++) {
        const char *name = field->names[value];
        if (name != NULL && strncasecmp(p, name, NAME_LEN) == 0) {
            *ret = value;
            return p + NAME_LEN;
        }
    }
    return NULL;
}

/* Returns what follows the value, or the two values of a range, that text begins with, or NULL.
 */
static const char *parse_range(const struct field *field, const char *text, unsigned *ret_first,
                               unsigned *ret_last)
{
    const char *p = parse_value(field, text, ret_first);

    *ret_last = *ret_first;
    if (p == NULL || *p != '-')
        return p;
    p = parse_value(field, p + 1, ret_last);
    if (field == &fields[WEEKDAY] && *ret_last == 0 && *ret_first > 0)
        *ret_last = 7;
    return p;
}

static int refuse_value(const struct field *field, const char *text, struct cupel_error *err)
{
    char expected[EXPECTED_SIZE];

    (void)snprintf(expected, sizeof(expected), "%u to %u%s", field->min, field->max,
                   field->or_names);
    return refuse(field, text, expected, err);
}

static int refuse_step(const struct field *field, const char *text, struct cupel_error *err)
{
    char expected[EXPECTED_SIZE];

    (void)snprintf(expected, sizeof(expected), "a step of 1 to %u, behind * or a range",
                   field->values);
    return refuse(field, text, expected, err);
}

static int parse_element(const struct field *field, const char *text, uint64_t *set,
                         struct cupel_error *err)
{
    unsigned first = field->min;
    unsigned last = field->max;
    unsigned step = 1;

    const char *p = text[0] == '*' ? text + 1 : parse_range(field, text, &first, &last);
    if (p == NULL || (*p != '\0' && *p != '/'))
        return refuse_value(field, text, err);
    if (first > last)
        return refuse(field, text, "a range from the lower to the higher", err);
    if (*p == '/') {
        bool many = text[0] == '*' || memchr(text, '-', (size_t)(p - text)) != NULL;
        p = parse_number(p + 1, &step);
        if (!many || *p != '\0' || step < 1 || step > field->values)
            return refuse_step(field, text, err);
    }
    for (unsigned value = first; value <= last; value += step)
        *set |= UINT64_C(1) << value;
    return 0;
}

/* Cuts text at its commas. */
static int parse_field(const struct field *field, char *text, uint64_t *ret,
                       struct cupel_error *err)
{
    uint64_t set = 0;

    for (const char *element; (element = strsep(&text, ",")) != NULL;) {
        int r = parse_element(field, element, &set, err);
        if (r < 0)
            return r;
    }
    *ret = set;
    return 0;
}

/* Cuts text at its blanks; returns how many words it has, of which words gets FIELDS. */
static size_t split(char *text, char *words[static FIELDS])
{
    size_t count = 0;

    for (char *word; (word = strsep(&text, BLANKS)) != NULL;) {
        if (word[0] == '\0')
            continue;
        if (count < FIELDS)
            words[count] = word;
        count++;
    }
    return count;
}

static int parse_fields(const char *text, struct cron *ret, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    char *words[FIELDS];
    uint64_t sets[FIELDS];

    CUPEL_AUTO_FREE char *copy = strdup(text);
    if (copy == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    size_t count = split(copy, words);
    if (count != FIELDS)
        return cupel_fail(
            err, -EINVAL,
            "\"%s\": expected 5 fields (minute, hour, day of month, month, day of "
            "week), found %zu",
            cupel_text_excerpt(text, excerpt), count);
    bool either_day = words[DAY][0] != '*' && words[WEEKDAY][0] != '*';
    bool follows_clock = words[HOUR][0] == '*';
    for (size_t i = 0; i < FIELDS; i++) {
        int r = parse_field(&fields[i], words[i], &sets[i], err);
        if (r < 0)
            return r;
    }
    *ret = (struct cron){.minutes = sets[MINUTE],
                         .hours = sets[HOUR],
                         .days = sets[DAY],
                         .months = sets[MONTH],
                         .weekdays = (sets[WEEKDAY] & 0x7F) | sets[WEEKDAY] >> 7,
                         .either_day = either_day,
                         .follows_clock = follows_clock};
    return 0;
}

/* What a macro stands for, NULL if text is none; blanks may surround it. */
static const char *expand(const char *text)
{
    text += strspn(text, BLANKS);
    size_t len = strcspn(text, BLANKS);

    if (text[len + strspn(text + len, BLANKS)] != '\0')
        return NULL;
    for (size_t i = 0; i < COUNT(macros); i++) {
        if (strlen(macros[i].name) == len && strncmp(text, macros[i].name, len) == 0)
            return macros[i].expression;
    }
    return NULL;
}

int cron_parse(const char *text, struct cron *ret, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    struct cron cron;
    int64_t first;

    const char *expanded = expand(text);
    if (expanded == NULL && text[strspn(text, BLANKS)] == '@')
        return cupel_fail(err, -EINVAL,
                          "\"%s\": expected @hourly, @daily, @midnight, @weekly, @monthly, "
                          "@yearly or @annually",
                          cupel_text_excerpt(text, excerpt));
    int r = parse_fields(expanded != NULL ? expanded : text, &cron, err);
    if (r < 0)
        return r;
    if (!cron_next_local(&cron, 0, &first))
        return cupel_fail(err, -EINVAL,
                          "\"%s\": fields 3 and 4 (day of month, month): expected a day that "
                          "one of the months has",
                          cupel_text_excerpt(text, excerpt));
    *ret = cron;
    return 0;
}
