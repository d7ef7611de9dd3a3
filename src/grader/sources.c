#include "grader/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/filters.h"
#include "cupel/path.h"
#include "cupel/text.h"
#include "grader/copies.h"

struct cupel_source_policy {
    char *name;
    size_t index; /* in the grader's policies; with failure.code 0 */
    struct cupel_error failure;
};

int cupel_sources_init(struct cupel_sources *sources, size_t capacity)
{
    struct cupel_grader *grader = sources->grader;

    sources->tried = calloc(capacity, sizeof(*sources->tried));
    grader->policies = calloc(capacity, sizeof(struct cupel_policy *));
    grader->filters = calloc(capacity, sizeof(*grader->filters));
    sources->capacity = capacity;
    return sources->tried != NULL && grader->policies != NULL && grader->filters != NULL
               ? 0
               : -ENOMEM;
}

void cupel_sources_clear(struct cupel_sources *sources)
{
    for (size_t i = 0; i < sources->tried_count; i++)
        free(sources->tried[i].name);
    free(sources->tried);
}

static bool is_path(const char *name)
{
    size_t length = strlen(name);

    return strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".json") == 0);
}

int cupel_sources_explain(int code, const char *path, struct cupel_error *err)
{
    switch (code) {
    case -ENOENT:
    case -ENOTDIR:
        return cupel_fail(err, code, "no such file %s in the grader's folder", path);
    case -ELOOP:
    case -EXDEV:
        return cupel_fail(err, code, "%s leads through a link or out of the grader's folder",
                          path);
    case -EINVAL:
    case -EISDIR:
        return cupel_fail(err, code, "%s is not a regular file", path);
    case -EFBIG:
        return cupel_fail(err, code, "%s is larger than 64 MiB", path);
    default:
        return cupel_fail(err, code, "%s: %s", path, strerrordesc_np(-code));
    }
}

int cupel_sources_exists(void *owner, const char *path, struct cupel_error *err)
{
    const struct cupel_sources *sources = owner;

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(sources->grader->folder_fd, path, O_PATH, NULL);
    return fd < 0 ? cupel_sources_explain(fd, path, err) : 0;
}

int cupel_sources_file(void *owner, const char *path, char **ret, size_t *ret_len,
                       struct cupel_error *err)
{
    const struct cupel_sources *sources = owner;

    int r = cupel_path_read_beneath(sources->grader->folder_fd, path, CUPEL_SOURCES_FILE_MAX,
                                    ret, ret_len, NULL);
    return r < 0 ? cupel_sources_explain(r, path, err) : 0;
}

/* The name as cupel_policy_load() wants it: a path below the grader's folder is joined to it.
 */
static int locate(const struct cupel_sources *sources, const char *name, char **ret,
                  struct cupel_error *err)
{
    const struct cupel_grader *grader = sources->grader;
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    if (!is_path(name)) {
        *ret = strdup(name);
        return *ret != NULL ? 0 : -ENOMEM;
    }
    if (!cupel_path_is_plain(name))
        return cupel_fail(err, -EINVAL,
                          "expected a policy's name, or the path of its file below the "
                          "grader's folder, found \"%s\"",
                          cupel_text_excerpt(name, excerpt));
    CUPEL_AUTO_FD fd = cupel_path_open_beneath(grader->folder_fd, name, O_RDONLY, NULL);
    if (fd < 0)
        return cupel_sources_explain(fd, name, err);
    if (asprintf(ret, "%s/%s", grader->folder, name) < 0)
        return -ENOMEM;
    return 0;
}

/* Load and compile into the grader's next slot. */
static int load(struct cupel_sources *sources, const char *name, struct cupel_error *err)
{
    struct cupel_grader *grader = sources->grader;
    size_t before = sources->diagnostics->count;
    struct cupel_policy *policy = NULL;
    CUPEL_AUTO_FREE char *located = NULL;

    int r = locate(sources, name, &located, err);
    if (r < 0) {
        located = NULL;
        return r;
    }
    bool remarks = sources->diagnostics->remarks;
    sources->diagnostics->remarks = false; /* those are for who wrote the policy */
    r = cupel_policy_load(sources->policy_folder, located, cupel_arch_native(),
                          sources->diagnostics, &policy, err);
    sources->diagnostics->remarks = remarks;
    if (r < 0 && cupel_diagnostics_errors(sources->diagnostics, before) > 0 &&
        err->text[0] != '\0')
        err->text[0] = '\0'; /* said already, and better */
    else if (r < 0 && r != -ENOMEM &&
             cupel_diagnostics_errors(sources->diagnostics, before) == 0 &&
             err->text[0] == '\0')
        return cupel_fail(err, r, "policy %s cannot be loaded: %s", name, strerrordesc_np(-r));
    if (r < 0)
        return r;
    r = cupel_filters_get(sources->filter_cache, policy, &grader->filters[grader->policy_count],
                          err);
    if (r < 0) {
        cupel_policy_free(policy);
        return r;
    }
    grader->policies[grader->policy_count++] = policy;
    return 0;
}

static struct cupel_source_policy *find(struct cupel_sources *sources, const char *name)
{
    for (size_t i = 0; i < sources->tried_count; i++) {
        if (strcmp(sources->tried[i].name, name) == 0)
            return &sources->tried[i];
    }
    return NULL;
}

static struct cupel_source_policy *try(struct cupel_sources *sources, const char *name)
{
    if (sources->tried_count == sources->capacity)
        return NULL;
    struct cupel_source_policy *policy = &sources->tried[sources->tried_count];
    if (cupel_copy_text(name, &policy->name) < 0)
        return NULL;
    sources->tried_count++;
    policy->index = sources->grader->policy_count;
    policy->failure.code = load(sources, name, &policy->failure);
    return policy;
}

int cupel_sources_policy(void *owner, const char *name, const struct cupel_policy **ret_policy,
                         const struct cupel_filters **ret_filters, struct cupel_error *err)
{
    struct cupel_sources *sources = owner;
    struct cupel_source_policy *policy = find(sources, name);

    if (policy == NULL && (policy = try(sources, name)) == NULL)
        return -ENOMEM;
    if (policy->failure.code < 0) {
        *err = policy->failure;
        return policy->failure.code;
    }
    *ret_policy = sources->grader->policies[policy->index];
    *ret_filters = &sources->grader->filters[policy->index];
    return 0;
}
