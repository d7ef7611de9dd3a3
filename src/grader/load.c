#include "cupel/grader.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/hash.h"
#include "grader/definition.h"
#include "grader/folder_hash.h"
#include "grader/lint.h"
#include "grader/samples.h"
#include "grader/sources.h"

#define DEFINITION_NAME "grader.json"
#define DEFINITION_MAX  ((size_t)4 << 20)

/* Where a definition is, from GRADER as it was given. */
struct place {
    char *folder; /* stolen by the grader */
    char *file;   /* name of the definition in folder */
    char *shown;  /* how messages call it */
};

static void clear_place(struct place *place)
{
    free(place->folder);
    free(place->file);
    free(place->shown);
}

static int split_file(const char *path, struct place *ret)
{
    CUPEL_AUTO_FREE char *folder = strdup(path);
    CUPEL_AUTO_FREE char *file = strdup(path);

    if (folder == NULL || file == NULL)
        return -ENOMEM;
    ret->folder = strdup(dirname(folder));
    ret->file = strdup(basename(file));
    ret->shown = strdup(path);
    return 0;
}

static int split_folder(const char *path, struct place *ret)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        length--;
    ret->folder = strndup(path, length);
    ret->file = strdup(DEFINITION_NAME);
    const char *slash = strcmp(path, "/") == 0 ? "" : "/";
    if (asprintf(&ret->shown, "%.*s%s%s", (int)length, path, slash, DEFINITION_NAME) < 0)
        ret->shown = NULL;
    return 0;
}

static int find_place(const char *path, struct place *ret, struct cupel_error *err)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return cupel_fail_errno(err, "%s", path);
    int r = S_ISDIR(status.st_mode) ? split_folder(path, ret) : split_file(path, ret);
    return r < 0 ? cupel_fail(err, r, "%s: out of memory", path) : 0;
}

/* Policy unpack comes first, so that cupel_grader_unpack_policy() knows where it is. */
static int load_unpack_policy(struct cupel_sources *sources, struct cupel_error *err)
{
    const struct cupel_policy *policy;
    const struct cupel_filters *filters;
    struct cupel_error failure = {0};

    int r = cupel_sources_policy(sources, "unpack", &policy, &filters, &failure);
    if (r < 0 && failure.text[0] != '\0')
        return cupel_fail(err, r, "%s", failure.text);
    return r;
}

/* A test may name a policy of its own and one of its judge's. */
static size_t count_steps(struct cupel_document *document)
{
    struct cupel_field root = cupel_document_root(document);
    const json_t *judge = json_object_get(root.json, "judge");

    return json_array_size(json_object_get(root.json, "build")) +
           json_array_size(json_object_get(judge, "build")) +
           2 * json_array_size(json_object_get(root.json, "tests"));
}

static int read_definition(struct cupel_grader *grader, const struct place *place,
                           const char *policy_folder, const char *filter_cache,
                           struct cupel_diagnostics *diagnostics, struct cupel_error *err)
{
    struct cupel_document *document = NULL;
    struct cupel_sources sources = {.grader = grader,
                                    .policy_folder = policy_folder,
                                    .filter_cache = filter_cache,
                                    .diagnostics = diagnostics};
    const struct cupel_definition_sources from = {.policy = cupel_sources_policy,
                                                  .file = cupel_sources_file,
                                                  .files = cupel_sources_files,
                                                  .exists = cupel_sources_exists,
                                                  .owner = &sources};
    size_t before = diagnostics->count;

    int r = cupel_document_load(grader->folder_fd, place->file, place->shown, DEFINITION_MAX,
                                diagnostics, &document, err);
    if (r < 0)
        return r;
    r = cupel_sources_init(&sources, count_steps(document) + 2);
    if (r == 0)
        r = load_unpack_policy(&sources, err);
    if (r == 0)
        r = cupel_definition_read(document, &from, grader);
    if (r == 0 && diagnostics->remarks && cupel_diagnostics_errors(diagnostics, before) == 0)
        r = cupel_lint_grader(document, place->file, grader, diagnostics, err);
    cupel_sources_clear(&sources);
    cupel_document_free(document);
    return r;
}

static int hash_grader(struct cupel_grader *grader, struct cupel_error *err)
{
    struct cupel_hash hash;

    cupel_hash_init(&hash);
    int r = cupel_folder_hash(grader->folder_fd, CUPEL_SAMPLES_FOLDER, &hash, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < grader->policy_count; i++) {
        const struct cupel_policy *policy = grader->policies[i];
        cupel_hash_update(&hash, "policy", sizeof("policy"));
        cupel_hash_update(&hash, policy->name, strlen(policy->name) + 1);
        cupel_hash_update(&hash, policy->sha256, sizeof(policy->sha256));
    }
    cupel_hash_hex(&hash, grader->sha256);
    return 0;
}

static int load(struct cupel_grader *grader, struct place *place, const char *policy_folder,
                const char *filter_cache, struct cupel_diagnostics *diagnostics,
                struct cupel_error *err)
{
    size_t before = diagnostics->count;

    grader->folder_fd = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (grader->folder_fd < 0)
        return cupel_fail_errno(err, "%s", place->folder);
    grader->folder = place->folder;
    place->folder = NULL;
    int r = read_definition(grader, place, policy_folder, filter_cache, diagnostics, err);
    if (diagnostics->shortage.code != 0) {
        const struct cupel_error *shortage = &diagnostics->shortage;
        return cupel_fail(err, shortage->code, "%s", shortage->text);
    }
    cupel_diagnostics_sort(diagnostics, before);
    if (r == 0 && cupel_diagnostics_errors(diagnostics, before) > 0)
        return cupel_fail(err, -EINVAL, "%s: not a valid grader", place->shown);
    return r == 0 ? hash_grader(grader, err) : r;
}

int cupel_grader_load(const char *path, const char *policy_folder, const char *filter_cache,
                      struct cupel_diagnostics *diagnostics, struct cupel_grader **ret,
                      struct cupel_error *err)
{
    __attribute__((cleanup(clear_place))) struct place place = {0};

    int r = find_place(path, &place, err);
    if (r < 0)
        return r;
    struct cupel_grader *grader = calloc(1, sizeof(*grader));
    if (grader == NULL || place.folder == NULL || place.file == NULL || place.shown == NULL) {
        free(grader);
        return cupel_fail(err, -ENOMEM, "%s: out of memory", path);
    }
    grader->folder_fd = -1;
    r = load(grader, &place, policy_folder, filter_cache, diagnostics, err);
    if (r < 0) {
        cupel_grader_free(grader);
        return r;
    }
    *ret = grader;
    return 0;
}

void cupel_grader_free(struct cupel_grader *grader)
{
    if (grader == NULL)
        return;
    cupel_definition_clear(grader);
    for (size_t i = 0; i < grader->policy_count; i++) {
        cupel_policy_free(grader->policies[i]);
        cupel_filters_clear(&grader->filters[i]);
    }
    free(grader->policies);
    free(grader->filters);
    free(grader->folder);
    if (grader->folder_fd >= 0)
        (void)close(grader->folder_fd);
    free(grader);
}

void cupel_grader_unpack_policy(const struct cupel_grader *grader,
                                const struct cupel_policy **ret_policy,
                                const struct cupel_filters **ret_filters)
{
    *ret_policy = grader->policies[0];
    *ret_filters = &grader->filters[0];
}
