#include "service/http_parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cupel/text.h"

#define LIST_SIZE  160
#define MICRO      1000000
#define ZONE_START 19 /* bytes of 2026-01-01T00:00:00 */

int http_parse_number(const char *name, const char *text, int64_t min, int64_t max,
                      int64_t *ret, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    char *end = NULL;

    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool is_number = (text[0] >= '0' && text[0] <= '9') || text[0] == '-';
    if (!is_number || errno != 0 || *end != '\0' || value < min || value > max)
        return cupel_fail(err, -EINVAL, "%s: \"%s\": expected a number from %lld to %lld", name,
                          cupel_text_excerpt(text, excerpt), (long long)min, (long long)max);
    *ret = value;
    return 0;
}

/* "dd": two digits; -1: they are not. */
static int two(const char *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return -1;
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/* "dddd-dd-ddTdd:dd:dd", which text is long enough for. */
static bool parse_day_time(const char *text, struct tm *ret)
{
    int century = two(text);
    int years = two(text + 2);

    *ret = (struct tm){.tm_mon = two(text + 5) - 1,
                       .tm_mday = two(text + 8),
                       .tm_hour = two(text + 11),
                       .tm_min = two(text + 14),
                       .tm_sec = two(text + 17)};
    ret->tm_year = century * 100 + years - 1900;
    return century >= 19 && years >= 0 && ret->tm_year >= 70 && text[4] == '-' &&
           text[7] == '-' && (text[10] == 'T' || text[10] == 't') && text[13] == ':' &&
           text[16] == ':' && ret->tm_mon >= 0 && ret->tm_mon < 12 && ret->tm_mday >= 1 &&
           ret->tm_mday <= 31 && ret->tm_hour >= 0 && ret->tm_hour < 24 && ret->tm_min >= 0 &&
           ret->tm_min < 60 && ret->tm_sec >= 0 && ret->tm_sec <= 60;
}

/* What is behind the seconds: a fraction, and "Z" or an offset. */
static bool parse_rest(const char *text, int64_t *ret_us)
{
    int64_t us = 0;

    if (*text == '.') {
        int64_t unit = MICRO / 10;
        text++;
        if (*text < '0' || *text > '9')
            return false;
        for (; *text >= '0' && *text <= '9'; text++, unit /= 10)
            us += (*text - '0') * unit;
    }
    if ((*text == 'Z' || *text == 'z') && text[1] == '\0') {
        *ret_us = us;
        return true;
    }
    if ((*text != '+' && *text != '-') || strlen(text) != 6 || text[3] != ':')
        return false;
    int hours = two(text + 1);
    int minutes = two(text + 4);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    int64_t offset_us = (int64_t)(hours * 60 + minutes) * 60 * MICRO;
    *ret_us = *text == '+' ? us - offset_us : us + offset_us;
    return true;
}

int http_parse_time(const char *name, const char *text, int64_t *ret, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    struct tm parts = {0};
    int64_t rest_us = 0;

    if (strlen(text) > ZONE_START && parse_day_time(text, &parts) &&
        parse_rest(text + ZONE_START, &rest_us)) {
        int day = parts.tm_mday;
        if (parts.tm_sec == 60) /* a leap second: as the one before it */
            parts.tm_sec = 59;
        int64_t us = (int64_t)timegm(&parts) * MICRO + rest_us;
        if (parts.tm_mday == day && us > 0) { /* there is no 31st of April */
            *ret = us;
            return 0;
        }
    }
    return cupel_fail(err, -EINVAL, "%s: \"%s\": expected a time such as 2026-01-31T12:00:00Z",
                      name, cupel_text_excerpt(text, excerpt));
}

int http_parse_json(const char *text, size_t len, json_t **ret, struct cupel_error *err)
{
    json_error_t flaw;

    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &flaw);
    if (json == NULL) {
        char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
        return cupel_fail(err, -EINVAL, "the body: line %d, column %d: %s", flaw.line,
                          flaw.column, cupel_text_excerpt(flaw.text, excerpt));
    }
    if (!json_is_object(json)) {
        json_decref(json);
        return cupel_fail(err, -EINVAL, "the body: expected a JSON object");
    }
    *ret = json;
    return 0;
}

const char *http_parse_bearer(const char *authorization)
{
    static const char scheme[] = "Bearer";
    const size_t len = sizeof(scheme) - 1;

    if (strncasecmp(authorization, scheme, len) != 0 || authorization[len] != ' ')
        return NULL;
    return authorization + len + strspn(authorization + len, " ");
}

bool http_target_is_plain(const char *target)
{
    const char *query = target + strcspn(target, "?");

    for (const char *at = strchr(target, '%'); at != NULL; at = strchr(at + 1, '%')) {
        if (strncmp(at, "%00", 3) == 0 || (at < query && strncasecmp(at, "%2f", 3) == 0))
            return false;
    }
    return true;
}

int http_json_text(const json_t *object, const char *key, bool must, const char **ret,
                   struct cupel_error *err)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL || json_is_null(value))
        return must ? cupel_fail(err, -EINVAL, "key \"%s\" is missing", key) : 0;
    if (!json_is_string(value))
        return cupel_fail(err, -EINVAL, "\"%s\": expected a string", key);
    *ret = json_string_value(value);
    return 0;
}

int http_json_number(const json_t *object, const char *key, int64_t min, int64_t max,
                     int64_t *ret, struct cupel_error *err)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL || json_is_null(value))
        return 0;
    int64_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < min || number > max)
        return cupel_fail(err, -EINVAL, "\"%s\": expected a whole number from %lld to %lld",
                          key, (long long)min, (long long)max);
    *ret = number;
    return 0;
}

int http_json_time(const json_t *object, const char *key, int64_t *ret, struct cupel_error *err)
{
    const char *text = NULL;
    int r = http_json_text(object, key, false, &text, err);

    return r < 0 || text == NULL ? r : http_parse_time(key, text, ret, err);
}

int http_json_only(json_t *object, const char *const *keys, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        size_t i = 0;
        while (keys[i] != NULL && strcmp(keys[i], key) != 0)
            i++;
        if (keys[i] == NULL)
            return cupel_fail(err, -EINVAL, "unknown key \"%s\"",
                              cupel_text_excerpt(key, excerpt));
    }
    return 0;
}

/* "a, b, c", as far as it fits. */
static void list_names(const char *const *names, char ret[static LIST_SIZE])
{
    size_t len = 0;

    ret[0] = '\0';
    for (size_t i = 0; names[i] != NULL && len < LIST_SIZE; i++)
        len +=
            (size_t)snprintf(ret + len, LIST_SIZE - len, "%s%s", i > 0 ? ", " : "", names[i]);
}

static int find_name(const char *text, const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0)
            return i;
    }
    return -1;
}

int http_parse_choice(const char *name, const char *text, const char *const *names, int *ret,
                      struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    char list[LIST_SIZE];
    int index = find_name(text, names);

    if (index >= 0) {
        *ret = index;
        return 0;
    }
    list_names(names, list);
    return cupel_fail(err, -EINVAL, "%s: \"%s\": expected one of %s", name,
                      cupel_text_excerpt(text, excerpt), list);
}

int http_parse_once(const char *what, const char *name, const char *const *names,
                    uint64_t *seen, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    char list[LIST_SIZE];
    int index = find_name(name, names);

    if (index < 0) {
        list_names(names, list);
        return cupel_fail(err, -EINVAL, "unknown %s \"%s\"; expected %s%s", what,
                          cupel_text_excerpt(name, excerpt),
                          names[0] == NULL ? "none" : "one of ", list);
    }
    if ((*seen & UINT64_C(1) << index) != 0)
        return cupel_fail(err, -EINVAL, "%s \"%s\" is there twice", what, name);
    *seen |= UINT64_C(1) << index;
    return 0;
}

bool http_parse_is_type(const char *type, const char *expected)
{
    size_t len = strlen(expected);

    return type != NULL && strcspn(type, "; \t") == len &&
           strncasecmp(type, expected, len) == 0;
}
