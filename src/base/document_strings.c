/* Vectors of strings, and lists of names for messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"

void cupel_strings_free(char **strings)
{
    for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
        free(strings[i]);
    free(strings);
}

/* A string that is not empty; NULL with a diagnostic if it is none. */
static const char *word_of(const struct cupel_field *item)
{
    const char *word;

    if (!cupel_field_string(item, &word))
        return NULL;
    if (word[0] == '\0') {
        (void)cupel_field_fail(item, "expected a string, found an empty one");
        return NULL;
    }
    return word;
}

bool cupel_field_strings(const struct cupel_field *field, char ***ret)
{
    size_t used = 0;
    bool ok = true;

    if (!cupel_field_is_array(field))
        return false;
    size_t count = cupel_field_count(field);
    char **strings = calloc(count + 1, sizeof(*strings));
    if (strings == NULL)
        return cupel_field_out_of_memory(field);
    for (size_t i = 0; i < count; i++) {
        struct cupel_field item = cupel_field_at(field, i);
        const char *word = word_of(&item);
        if (word == NULL)
            ok = false;
        else if ((strings[used] = strdup(word)) == NULL)
            ok = cupel_field_out_of_memory(&item);
        else
            used++;
    }
    if (!ok) {
        cupel_strings_free(strings);
        return false;
    }
    *ret = strings;
    return true;
}

char *cupel_names_list(const char *const *names, const char *last)
{
    char *list = NULL;
    size_t size = 0;

    FILE *out = open_memstream(&list, &size);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; names[i] != NULL; i++) {
        const char *before = i == 0 ? "" : names[i + 1] == NULL ? last : ", ";
        (void)fprintf(out, "%s\"%s\"", before, names[i]);
    }
    if (fclose(out) != 0) {
        free(list);
        return NULL;
    }
    return list;
}
