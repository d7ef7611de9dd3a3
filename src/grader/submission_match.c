#include "grader/submission_match.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cupel/cleanup.h"

#define NAMES_MAX 10

static bool is_empty(char *const *patterns)
{
    return patterns == NULL || patterns[0] == NULL;
}

bool cupel_match_any(char *const *patterns, const char *path)
{
    for (size_t i = 0; patterns != NULL && patterns[i] != NULL; i++) {
        if (fnmatch(patterns[i], path, FNM_PATHNAME) == 0)
            return true;
    }
    return false;
}

bool cupel_match_is_open(const struct cupel_intake *intake)
{
    return is_empty(intake->files) && is_empty(intake->optional);
}

bool cupel_match_keeps(const struct cupel_intake *intake, const char *path)
{
    return cupel_match_is_open(intake) || cupel_match_any(intake->files, path) ||
           cupel_match_any(intake->optional, path);
}

/* The first of paths that matches, or NULL. */
static const char *first_match(const char *pattern, const char *const *paths, int flags)
{
    for (size_t i = 0; paths[i] != NULL; i++) {
        if (fnmatch(pattern, paths[i], FNM_PATHNAME | flags) == 0)
            return paths[i];
    }
    return NULL;
}

bool cupel_match_fits(const struct cupel_intake *intake, const char *const *paths)
{
    if (is_empty(intake->files)) {
        for (size_t i = 0; paths[i] != NULL; i++) {
            if (cupel_match_any(intake->optional, paths[i]))
                return true;
        }
        return false;
    }
    for (size_t i = 0; intake->files[i] != NULL; i++) {
        if (first_match(intake->files[i], paths, 0) == NULL)
            return false;
    }
    return true;
}

/* What was probably meant to be the file that pattern misses: the same name in other letters,
 * or in a folder, or nearly that name. */
static const char *suggest(const char *pattern, const char *const *paths)
{
    const char *found = first_match(pattern, paths, FNM_CASEFOLD);

    for (size_t i = 0; found == NULL && paths[i] != NULL; i++) {
        const char *slash = strrchr(paths[i], '/');
        if (slash != NULL && fnmatch(pattern, slash + 1, FNM_PATHNAME | FNM_CASEFOLD) == 0)
            found = paths[i];
    }
    return found != NULL ? found : cupel_nearest(pattern, paths);
}

static void write_list(FILE *out, const char *const *names)
{
    size_t count = 0;

    while (names[count] != NULL)
        count++;
    for (size_t i = 0; i < count && i < NAMES_MAX; i++)
        (void)fprintf(out, "%s%s", i == 0 ? "" : ", ", names[i]);
    if (count > NAMES_MAX)
        (void)fprintf(out, " and %zu more", count - NAMES_MAX);
}

/* Close a stream of open_memstream(3) and return its text, NULL if memory ran out. */
static char *close_text(FILE *out, char **text)
{
    bool failed = ferror(out) != 0;

    if (fclose(out) == 0 && !failed)
        return *text;
    free(*text);
    return NULL;
}

char *cupel_match_list(const char *const *names)
{
    char *text = NULL;
    size_t size;

    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    write_list(out, names);
    return close_text(out, &text);
}

static char *describe(const char *const *missing, const char *const *paths)
{
    char *text = NULL;
    size_t size;

    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    (void)fputs("missing: ", out);
    write_list(out, missing);
    (void)fputs("; handed in: ", out);
    write_list(out, paths);
    const char *meant = suggest(missing[0], paths);
    if (meant != NULL)
        (void)fprintf(out, " (did you mean %s?)", meant);
    return close_text(out, &text);
}

int cupel_match_missing(const struct cupel_intake *intake, const char *const *paths, char **ret)
{
    size_t patterns = 0;
    size_t count = 0;

    while (intake->files != NULL && intake->files[patterns] != NULL)
        patterns++;
    CUPEL_AUTO_FREE const char **missing = calloc(patterns + 1, sizeof(*missing));
    if (missing == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < patterns; i++) {
        if (first_match(intake->files[i], paths, 0) == NULL)
            missing[count++] = intake->files[i];
    }
    char *text = count == 0 ? NULL : describe(missing, paths);
    if (count > 0 && text == NULL)
        return -ENOMEM;
    *ret = text;
    return 0;
}
