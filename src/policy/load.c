/* Finding a policy and what it extends. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"
#include "base/nearest.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/policy.h"
#include "cupel/text.h"
#include "policy/merge.h"

#define MAX_DEPTH  8
#define MAX_SIZE   (1024UL * 1024)
#define MAX_LISTED 64
#define SUFFIX     ".json"

/* Policies from the one that was asked for (0) to the root. */
struct chain {
    struct cupel_policy_source sources[MAX_DEPTH];
    size_t count;
};

static bool ends_with(const char *text, const char *suffix)
{
    size_t len = strlen(text);

    return len > strlen(suffix) && strcmp(text + len - strlen(suffix), suffix) == 0;
}

static bool is_path(const char *name)
{
    return strchr(name, '/') != NULL || ends_with(name, SUFFIX);
}

static char *take_name(char **names, size_t *count, const char *file)
{
    if (*count >= MAX_LISTED || file[0] == '.' || !ends_with(file, SUFFIX))
        return NULL;
    names[*count] = strndup(file, strlen(file) - strlen(SUFFIX));
    return names[*count] != NULL ? names[(*count)++] : NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the policies of a folder, sorted, NULL-terminated. */
static char **list_policies(const char *folder)
{
    size_t count = 0;

    char **names = calloc(MAX_LISTED + 1, sizeof(*names));
    DIR *dir = names != NULL ? opendir(folder) : NULL;
    if (dir == NULL)
        return names;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        (void)take_name(names, &count, entry->d_name);
    (void)closedir(dir);
    qsort(names, count, sizeof(*names), by_name);
    return names;
}

/* Says which policies there are. */
static int fail_missing(const char *folder, const char *name, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const char *const *known;

    (void)cupel_text_excerpt(name, excerpt);
    char **names = list_policies(folder);
    if (names == NULL)
        return cupel_fail(err, -ENOMEM, "no memory for the policy");
    known = (const char *const *)names;
    CUPEL_AUTO_FREE char *list = cupel_names_list(known, " and ");
    const char *near = cupel_nearest(name, known);
    if (near != NULL)
        (void)cupel_fail(err, -ENOENT, "no policy \"%s\" in %s; did you mean \"%s\"?", excerpt,
                         folder, near);
    else
        (void)cupel_fail(err, -ENOENT, "no policy \"%s\" in %s; there are %s", excerpt, folder,
                         names[0] != NULL && list != NULL ? list : "none");
    cupel_strings_free(names);
    return -ENOENT;
}

static void clear_source(struct cupel_policy_source *source)
{
    cupel_document_free(source->document);
    free(source->name);
    free(source->folder);
    *source = (struct cupel_policy_source){0};
}

/* path: as messages name it. */
static int load_file(const char *path, struct cupel_diagnostics *diagnostics,
                     struct cupel_policy_source *ret, struct cupel_error *err)
{
    struct cupel_policy_source source = {0};
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    size_t folder_len = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    size_t name_len = strlen(file) - (ends_with(file, SUFFIX) ? strlen(SUFFIX) : 0);

    source.name = strndup(file, name_len);
    source.folder = folder_len > 0 ? strndup(path, folder_len) : strdup("./");
    if (source.name == NULL || source.folder == NULL) {
        clear_source(&source);
        return cupel_fail(err, -ENOMEM, "no memory for the policy");
    }
    int r =
        cupel_document_load(AT_FDCWD, path, path, MAX_SIZE, diagnostics, &source.document, err);
    if (r < 0) {
        clear_source(&source);
        return r;
    }
    *ret = source;
    return 0;
}

/* A policy by its name, in folder. */
static int load_named(const char *folder, const char *name,
                      struct cupel_diagnostics *diagnostics, struct cupel_policy_source *ret,
                      struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;
    const char *slash = ends_with(folder, "/") ? "" : "/";

    if (asprintf(&path, "%s%s%s%s", folder, slash, name, SUFFIX) < 0) {
        path = NULL;
        return cupel_fail(err, -ENOMEM, "no memory for the policy");
    }
    if (!cupel_path_is_plain(name))
        return fail_missing(folder, name, err);
    int r = load_file(path, diagnostics, ret, err);
    return r == -ENOENT ? fail_missing(folder, name, err) : r;
}

/* What a policy extends: beside it, then in folder. */
static int load_parent(const char *folder, const char *name,
                       const struct cupel_policy_source *child,
                       struct cupel_diagnostics *diagnostics, struct cupel_policy_source *ret,
                       struct cupel_error *err)
{
    /* A policy may refine the shipped one of its own name. */
    if (strcmp(name, child->name) == 0)
        return load_named(folder, name, diagnostics, ret, err);
    int r = load_named(child->folder, name, diagnostics, ret, err);
    return r == -ENOENT ? load_named(folder, name, diagnostics, ret, err) : r;
}

/* Whether a policy of the chain is in the same file, by its name and folder. */
static bool is_in_chain(const struct chain *chain, const struct cupel_policy_source *source)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (strcmp(chain->sources[i].name, source->name) == 0 &&
            strcmp(chain->sources[i].folder, source->folder) == 0)
            return true;
    }
    return false;
}

static int append(struct chain *chain, struct cupel_policy_source *source,
                  struct cupel_error *err)
{
    const char *first = chain->count > 0 ? chain->sources[0].name : source->name;
    int r = 0;

    if (is_in_chain(chain, source))
        r = cupel_fail(err, -ELOOP, "policy \"%s\": what it extends leads back to \"%s\"",
                       first, source->name);
    else if (chain->count == MAX_DEPTH)
        r = cupel_fail(err, -ELOOP, "policy \"%s\": extends is nested more than %d deep", first,
                       MAX_DEPTH);
    else
        chain->sources[chain->count++] = *source;
    if (r < 0)
        clear_source(source);
    return r;
}

/* Follow `extends` up to the root. Stops without an error at what is not even a name. */
static int load_parents(const char *folder, struct chain *chain,
                        struct cupel_diagnostics *diagnostics, struct cupel_error *err)
{
    for (;;) {
        const struct cupel_policy_source *child = &chain->sources[chain->count - 1];
        struct cupel_field root = cupel_document_root(child->document);
        struct cupel_policy_source parent;
        struct cupel_field extends;
        const char *name;

        if (!cupel_field_get(&root, "extends", &extends))
            return 0;
        if (!cupel_field_string(&extends, &name))
            return cupel_fail(err, -EINVAL, "policy \"%s\" is not valid", child->name);
        int r = load_parent(folder, name, child, diagnostics, &parent, err);
        if (r == -ENOENT && err != NULL) {
            (void)cupel_field_fail(&extends, "%s", err->text);
            return -EINVAL;
        }
        if (r == 0)
            r = append(chain, &parent, err);
        if (r < 0)
            return r;
    }
}

static int merge_chain(const struct chain *chain, struct cupel_policy **ret,
                       struct cupel_error *err)
{
    struct cupel_policy_source sources[MAX_DEPTH];

    for (size_t i = 0; i < chain->count; i++)
        sources[i] = chain->sources[chain->count - 1 - i];
    return cupel_policy_merge(sources, chain->count, ret, err);
}

int cupel_policy_load(const char *folder, const char *name,
                      struct cupel_diagnostics *diagnostics, struct cupel_policy **ret,
                      struct cupel_error *err)
{
    struct cupel_policy_source source;
    struct cupel_error own = {0};
    struct chain chain = {0};

    if (err == NULL)
        err = &own;
    int r = is_path(name) ? load_file(name, diagnostics, &source, err)
                          : load_named(folder, name, diagnostics, &source, err);
    if (r == 0)
        r = append(&chain, &source, err);
    if (r == 0)
        r = load_parents(folder, &chain, diagnostics, err);
    if (r == 0)
        r = merge_chain(&chain, ret, err);
    for (size_t i = 0; i < chain.count; i++)
        clear_source(&chain.sources[i]);
    return r;
}
