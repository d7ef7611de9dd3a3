/* Single values. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/outcome.h"
#include "cupel/units.h"
#include "render/read.h"

#define CHOICES_SIZE 160

static bool is_null(const struct read_place *place, const struct read_key *key)
{
    return key->nullable && json_is_null(place->json);
}

int read_string(const struct read_place *place, const struct read_key *key, const char **ret,
                struct cupel_error *err)
{
    const char *text = json_string_value(place->json);

    if (text == NULL && !is_null(place, key))
        return read_fail_expected(place, key, "a string", err);
    if (text != NULL && strlen(text) != json_string_length(place->json))
        return read_fail(place, err, "expected text, found a NUL in it");
    *ret = text;
    return 0;
}

int read_text(const struct read_place *place, void *object, const struct read_key *key,
              struct cupel_error *err)
{
    char **ret = read_target(object, key);
    const char *text = NULL;

    int r = read_string(place, key, &text, err);
    if (r < 0 || text == NULL)
        return r;
    *ret = strdup(text);
    return *ret != NULL ? 0 : cupel_fail(err, -ENOMEM, "out of memory");
}

int read_name(const struct read_place *place, void *object, const struct read_key *key,
              struct cupel_error *err)
{
    const char *text = NULL;

    int r = read_string(place, key, &text, err);
    if (r < 0 || text == NULL)
        return r;
    size_t len = strlen(text);
    if (len >= key->most)
        return read_fail(place, err, "expected at most %zu bytes, found %zu", key->most - 1,
                         len);
    memcpy(read_target(object, key), text, len + 1);
    return 0;
}

int read_sha256(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err)
{
    const char *text = NULL;

    int r = read_string(place, key, &text, err);
    if (r < 0 || text == NULL)
        return r;
    if (strlen(text) != CUPEL_SHA256_HEX_SIZE - 1 ||
        text[strspn(text, "0123456789abcdef")] != '\0')
        return read_fail_expected(place, key, "64 hexadecimal digits", err);
    memcpy(read_target(object, key), text, CUPEL_SHA256_HEX_SIZE);
    return 0;
}

int read_bool(const struct read_place *place, void *object, const struct read_key *key,
              struct cupel_error *err)
{
    bool *ret = read_target(object, key);

    if (!json_is_boolean(place->json))
        return read_fail_expected(place, key, "true or false", err);
    *ret = json_is_true(place->json);
    return 0;
}

/* "one of a, b, c", of which a message may take as much as fits. */
static int fail_choice(const struct read_place *place, const struct read_key *key,
                       struct cupel_error *err)
{
    char list[CHOICES_SIZE] = "one of ";
    size_t used = strlen(list);
    const char *separator = "";

    for (const char *const *name = key->names + key->nullable; *name != NULL; name++) {
        bool fits = used + strlen(separator) + strlen(*name) + sizeof(", …") <= sizeof(list);
        (void)snprintf(list + used, sizeof(list) - used, "%s%s", separator, fits ? *name : "…");
        if (!fits)
            break;
        used += strlen(list + used);
        separator = ", ";
    }
    return read_fail_expected(place, key, list, err);
}

static int choose(const struct read_place *place, const struct read_key *key, unsigned *ret,
                  struct cupel_error *err)
{
    const char *text = json_string_value(place->json);

    if (is_null(place, key)) {
        *ret = 0;
        return 0;
    }
    for (unsigned i = key->nullable; text != NULL && key->names[i] != NULL; i++) {
        if (strcmp(key->names[i], text) == 0) {
            *ret = i;
            return 0;
        }
    }
    return fail_choice(place, key, err);
}

int read_choice(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err)
{
    unsigned chosen = 0;

    int r = choose(place, key, &chosen, err);
    if (r == 0)
        memcpy(read_target(object, key), &chosen, sizeof(chosen)); /* any enum's size */
    return r;
}

int read_either(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err)
{
    bool *ret = read_target(object, key);
    unsigned chosen = 0;

    int r = choose(place, key, &chosen, err);
    if (r == 0)
        *ret = chosen == 1;
    return r;
}

int read_int(const struct read_place *place, void *object, const struct read_key *key,
             struct cupel_error *err)
{
    int *ret = read_target(object, key);
    json_int_t value = json_integer_value(place->json);
    char expected[64];

    if (is_null(place, key))
        return 0;
    if (!json_is_integer(place->json) || value < 0 || (uint64_t)value > key->most) {
        (void)snprintf(expected, sizeof(expected), "a whole number from 0 to %zu", key->most);
        return read_fail_expected(place, key, expected, err);
    }
    *ret = (int)value;
    return 0;
}

int read_u64(const struct read_place *place, void *object, const struct read_key *key,
             struct cupel_error *err)
{
    uint64_t *ret = read_target(object, key);
    json_int_t value = json_integer_value(place->json);

    if (is_null(place, key)) {
        *ret = CUPEL_UNKNOWN;
        return 0;
    }
    if (!json_is_integer(place->json) || value < 0)
        return read_fail_expected(place, key, "a whole number of at least 0", err);
    *ret = (uint64_t)value;
    return 0;
}

int read_seconds(const struct read_place *place, void *object, const struct read_key *key,
                 struct cupel_error *err)
{
    uint64_t *ret = read_target(object, key);
    double value = json_number_value(place->json);

    if (is_null(place, key)) {
        *ret = CUPEL_UNKNOWN;
        return 0;
    }
    if (!json_is_number(place->json) || !(value >= 0) || value > READ_SECONDS_MAX)
        return read_fail_expected(place, key, "a number from 0 to 1e9", err);
    *ret = ((uint64_t)(value * 2e6) + 1) / 2 * CUPEL_NS_PER_US;
    return 0;
}

/* A number in [least, most]. */
static int read_real(const struct read_place *place, void *object, const struct read_key *key,
                     double least, const char *expected, struct cupel_error *err)
{
    double *ret = read_target(object, key);
    double value = json_number_value(place->json);

    if (is_null(place, key)) {
        *ret = NAN;
        return 0;
    }
    if (!json_is_number(place->json) || !(value >= least) || value > READ_POINTS_MAX)
        return read_fail_expected(place, key, expected, err);
    *ret = value;
    return 0;
}

int read_points(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err)
{
    return read_real(place, object, key, 0, "a number from 0 to 1e15", err);
}

int read_number(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err)
{
    return read_real(place, object, key, -READ_POINTS_MAX, "a number from -1e15 to 1e15", err);
}
