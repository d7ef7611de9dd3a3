#include "base/nearest.h"

#include <stddef.h>
#include <string.h>

#define MAX_LENGTH   48
#define MAX_DISTANCE 2

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance, with one row of the table. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[MAX_LENGTH + 1];

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_len];
}

const char *cupel_nearest(const char *word, const char *const *names)
{
    size_t len = strnlen(word, MAX_LENGTH + 1);
    size_t best = least(MAX_DISTANCE + 1, len);
    const char *found = NULL;

    if (len > MAX_LENGTH)
        return NULL;
    for (size_t i = 0; names[i] != NULL; i++) {
        size_t name_len = strnlen(names[i], MAX_LENGTH + 1);
        if (name_len > MAX_LENGTH)
            continue;
        size_t d = distance(word, len, names[i], name_len);
        if (d < best) {
            best = d;
            found = names[i];
        }
    }
    return found;
}
