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
#include "policy/sources.h"

#define MAX_SIZE   (1024UL * 1024)
#define MAX_LISTED 64
#define SUFFIX     ".json"

/* Policies from the one that was asked for (0) to the root. */
struct chain {
    struct cupel_policy_source sources[CUPEL_POLICY_DEPTH];
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

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int is_policy_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && ends_with(entry->d_name, SUFFIX);
}

/* Add the names of the policies of a folder to names, of which there are count so far. */
static void add_names(const char *folder, char **names, size_t *count)
{
    struct dirent **entries = NULL;

    int found = scandir(folder, &entries, is_policy_file, NULL);
    for (int i = 0; i < found; i++) {
        const char *file = entries[i]->d_name;
        char *name = *count < MAX_LISTED ? strndup(file, strlen(file) - strlen(SUFFIX)) : NULL;
        if (name != NULL)
            names[(*count)++] = name;
        free(entries[i]);
    }
    free(entries);
}

/* Where a policy that another extends is looked for; beside is NULL for others. */
struct places {
    const char *beside;
    const char *folder;
};

/* Says which policies there are. */
static void explain_missing(const struct places *places, const char *name,
                            struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    size_t count = 0;

    (void)cupel_text_excerpt(name, excerpt);
    char **names = calloc(MAX_LISTED + 1, sizeof(*names));
    if (names == NULL)
        return;
    if (places->beside != NULL)
        add_names(places->beside, names, &count);
    add_names(places->folder, names, &count);
    qsort(names, count, sizeof(*names), by_name);

    const char *const *known = (const char *const *)names;
    const char *where = places->beside != NULL ? "beside this one or in " : "in ";
    CUPEL_AUTO_FREE char *list = count > 0 ? cupel_names_list(known, " and ") : NULL;
    const char *near = cupel_nearest(name, known);
    if (near != NULL)
        (void)cupel_fail(err, -ENOENT, "no policy \"%s\" %s%s; did you mean \"%s\"?", excerpt,
                         where, places->folder, near);
    else
        (void)cupel_fail(err, -ENOENT, "no policy \"%s\" %s%s; there are %s", excerpt, where,
                         places->folder, list != NULL ? list : "none");
    cupel_strings_free(names);
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
        (void)cupel_fail(err, -ENOMEM, "no memory for the policy");
        return -ENOMEM;
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

/* A policy by its name, in folder. -ENOENT, without a message, if it is not there. */
static int load_named(const char *folder, const char *name,
                      struct cupel_diagnostics *diagnostics, struct cupel_policy_source *ret,
                      struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;
    const char *slash = ends_with(folder, "/") ? "" : "/";

    if (!cupel_path_is_plain(name))
        return -ENOENT;
    if (asprintf(&path, "%s%s%s%s", folder, slash, name, SUFFIX) < 0) {
        path = NULL;
        (void)cupel_fail(err, -ENOMEM, "no memory for the policy");
        return -ENOMEM;
    }
    return load_file(path, diagnostics, ret, err);
}

static int load_first(const char *folder, const char *name,
                      struct cupel_diagnostics *diagnostics, struct cupel_policy_source *ret,
                      struct cupel_error *err)
{
    const struct places places = {.folder = folder};

    if (is_path(name))
        return load_file(name, diagnostics, ret, err);
    int r = load_named(folder, name, diagnostics, ret, err);
    if (r == -ENOENT)
        explain_missing(&places, name, err);
    return r;
}

/* What a policy extends: beside it, then in folder. A policy may extend the one of its own name
 * in folder. */
static int load_parent(const char *folder, const char *name,
                       const struct cupel_policy_source *child,
                       struct cupel_diagnostics *diagnostics, struct cupel_policy_source *ret,
                       struct cupel_error *err)
{
    const struct places places = {.beside = child->folder, .folder = folder};
    int r = -ENOENT;

    if (strcmp(name, child->name) != 0)
        r = load_named(child->folder, name, diagnostics, ret, err);
    if (r == -ENOENT)
        r = load_named(folder, name, diagnostics, ret, err);
    if (r == -ENOENT)
        explain_missing(&places, name, err);
    return r;
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
    else if (chain->count == CUPEL_POLICY_DEPTH)
        r = cupel_fail(err, -ELOOP, "policy \"%s\": extends is nested more than %d deep", first,
                       CUPEL_POLICY_DEPTH);
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
        struct cupel_policy_source parent = {0};
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

static int merge_chain(const struct chain *chain, enum cupel_arch arch,
                       struct cupel_policy **ret, struct cupel_error *err)
{
    struct cupel_policy_source sources[CUPEL_POLICY_DEPTH];

    for (size_t i = 0; i < chain->count; i++)
        sources[i] = chain->sources[chain->count - 1 - i];
    return cupel_policy_merge(sources, chain->count, arch, ret, err);
}

int cupel_policy_load(const char *folder, const char *name, enum cupel_arch arch,
                      struct cupel_diagnostics *diagnostics, struct cupel_policy **ret,
                      struct cupel_error *err)
{
    struct cupel_policy_source source = {0};
    struct cupel_error own = {0};
    struct chain chain = {0};

    if (err == NULL)
        err = &own;
    int r = load_first(folder, name, diagnostics, &source, err);
    if (r == 0)
        r = append(&chain, &source, err);
    if (r == 0)
        r = load_parents(folder, &chain, diagnostics, err);
    if (r == 0)
        r = merge_chain(&chain, arch, ret, err);
    if (r < 0 && diagnostics->shortage.code != 0) {
        *err = diagnostics->shortage;
        r = err->code;
    }
    for (size_t i = 0; i < chain.count; i++)
        clear_source(&chain.sources[i]);
    return r;
}
