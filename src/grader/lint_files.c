/*
 * Files of a grader that nothing names: data that was forgotten, or a name that was misspelt.
 *
 * A file is named by its path, or that of a folder above it, in a string of the definition; or
 * by its name in another file of the grader's, since policies extend policies, and checkers and
 * harnesses read files of their own.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/folder_list.h"
#include "grader/lint.h"
#include "grader/samples.h"

enum {
    FILES_MAX = 1000, /* of more, a harness's project probably, none is looked for */
    FILE_BYTES_MAX = 1 << 20,
};

struct search {
    json_t *root;           /* of the definition */
    const char *definition; /* its path */
    const struct cupel_grader *grader;
    struct cupel_folder_list files; /* of the grader's, without samples */
};

/* What a reader wants, and files of editors and of version control. */
static bool needs_no_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    return path[0] == '.' || strstr(path, "/.") != NULL ||
           strncmp(name, "README", strlen("README")) == 0 ||
           strncmp(name, "LICENSE", strlen("LICENSE")) == 0 ||
           (dot != NULL && strcmp(dot, ".md") == 0);
}

static bool is_of_a_name(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("._-", c) != NULL);
}

/* text is NUL-terminated after size bytes. */
static bool has_name(const char *text, size_t size, const char *name, size_t len)
{
    const char *end = text + size;

    for (const char *p = text; (p = memmem(p, (size_t)(end - p), name, len)) != NULL; p++) {
        if ((p == text || !is_of_a_name(p[-1])) && !is_of_a_name(p[len]))
            return true;
    }
    return false;
}

/* Whether text holds path, as the command of a shell may, or is a folder above it; "./" before
 * that does not count. */
static bool covers(const char *text, const char *path)
{
    if (has_name(text, strlen(text), path, strlen(path)))
        return true;
    if (strncmp(text, "./", 2) == 0)
        text += 2;
    size_t len = strlen(text);
    return len > 0 && strncmp(path, text, len) == 0 && path[len] == '/';
}

static bool is_named(json_t *json, const char *path)
{
    const char *key;
    json_t *value;
    size_t i;

    if (json_is_string(json))
        return covers(json_string_value(json), path);
    json_array_foreach(json, i, value)
    {
        if (is_named(value, path))
            return true;
    }
    json_object_foreach((json_t *)json, key, value)
    {
        if (is_named(value, path))
            return true;
    }
    return false;
}

/* Whether another file has the name of this one, of policies without ".json". */
static int is_mentioned(const struct search *search, const char *path, bool *ret)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t len = strlen(name);

    if (len > strlen(".json") && strcmp(name + len - strlen(".json"), ".json") == 0)
        len -= strlen(".json");
    for (size_t i = 0; i < search->files.count; i++) {
        CUPEL_AUTO_FREE char *text = NULL;
        const char *other = search->files.items[i];
        size_t size = 0;
        if (strcmp(other, path) == 0 || strcmp(other, search->definition) == 0 ||
            needs_no_name(other))
            continue;
        int r = cupel_path_read_beneath(search->grader->folder_fd, other, FILE_BYTES_MAX, &text,
                                        &size, NULL);
        if (r == -ENOMEM)
            return r;
        if (r == 0 && has_name(text, size, name, len)) {
            *ret = true;
            return 0;
        }
    }
    return 0;
}

static int check_file(const struct search *search, const char *path,
                      struct cupel_diagnostics *diagnostics)
{
    CUPEL_AUTO_FREE char *shown = NULL;
    bool mentioned = false;

    if (needs_no_name(path) || is_named(search->root, path))
        return 0;
    int r = is_mentioned(search, path, &mentioned);
    if (r < 0 || mentioned)
        return r;
    if (asprintf(&shown, "%s/%s", search->grader->folder, path) < 0) {
        shown = NULL;
        return -ENOMEM;
    }
    size_t before = diagnostics->count;
    cupel_diagnostics_add(diagnostics, shown, 0, 0, "nothing names this file");
    if (diagnostics->count > before)
        diagnostics->items[before].severity = CUPEL_SEVERITY_WARNING;
    return 0;
}

int cupel_lint_files(const struct cupel_field *root, const char *file,
                     const struct cupel_grader *grader, struct cupel_diagnostics *diagnostics,
                     struct cupel_error *err)
{
    struct search search = {.root = root->json, .definition = file, .grader = grader};

    if (!diagnostics->remarks)
        return 0;
    int r =
        cupel_folder_list(grader->folder_fd, S_IFREG, CUPEL_SAMPLES_FOLDER, &search.files, err);
    size_t count = search.files.count <= FILES_MAX ? search.files.count : 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (strcmp(search.files.items[i], file) != 0)
            r = check_file(&search, search.files.items[i], diagnostics);
    }
    cupel_folder_list_clear(&search.files);
    return r;
}
