#include "grader/samples.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/copies.h"

#define EXPECTED_NAME "expected.json"
#define EXPECTED_MAX  ((size_t)16 << 20)

struct names {
    struct dirent **items;
    int count;
};

static void clear_names(struct names *names)
{
    for (int i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

/* What begins with a dot is an editor's or a file manager's. */
static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int is_submission(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t len = strlen("submission");

    return strncmp(name, "submission", len) == 0 && (name[len] == '\0' || name[len] == '.');
}

/* The names in a folder below the grader's, sorted. Returns 0 or -errno. */
static int list(const struct cupel_grader *grader, const char *path,
                int (*filter)(const struct dirent *), struct names *ret)
{
    CUPEL_AUTO_FD fd =
        cupel_path_open_beneath(grader->folder_fd, path, O_RDONLY | O_DIRECTORY, NULL);
    if (fd < 0)
        return fd;
    int count = scandirat(fd, ".", &ret->items, filter, alphasort);
    if (count < 0)
        return -errno;
    ret->count = count;
    return 0;
}

static int join(char **ret, const char *folder, const char *path, const char *name)
{
    if (asprintf(ret, "%s/%s/%s", folder, path, name) >= 0)
        return 0;
    *ret = NULL;
    return -ENOMEM;
}

/* path: of the sample, below the grader's folder. */
static int find_submission(const struct cupel_grader *grader, const char *path,
                           struct cupel_diagnostics *diagnostics, struct cupel_sample *sample,
                           struct cupel_error *err)
{
    __attribute__((cleanup(clear_names))) struct names names = {0};
    CUPEL_AUTO_FREE char *shown = NULL;

    int r = list(grader, path, is_submission, &names);
    if (r < 0)
        return cupel_fail(err, r, "%s/%s: %s", grader->folder, path, strerrordesc_np(-r));
    if (names.count == 1)
        return join(&sample->submission, grader->folder, path, names.items[0]->d_name);
    if (asprintf(&shown, "%s/%s", grader->folder, path) < 0) {
        shown = NULL;
        return -ENOMEM;
    }
    if (names.count == 0)
        cupel_diagnostics_add(diagnostics, shown, 0, 0,
                              "expected a folder submission/ or an archive, as in "
                              "submission.zip");
    else
        cupel_diagnostics_add(diagnostics, shown, 0, 0,
                              "expected one submission, found %s and %s",
                              names.items[0]->d_name, names.items[1]->d_name);
    return 0;
}

static int load_expected(const struct cupel_grader *grader, const char *path,
                         struct cupel_diagnostics *diagnostics, struct cupel_sample *sample,
                         struct cupel_error *err)
{
    struct cupel_document *document = NULL;
    CUPEL_AUTO_FREE char *file = NULL;
    struct stat status;

    if (asprintf(&file, "%s/" EXPECTED_NAME, path) < 0) {
        file = NULL;
        return -ENOMEM;
    }
    if (join(&sample->expected_path, grader->folder, path, EXPECTED_NAME) < 0)
        return -ENOMEM;
    if (fstatat(grader->folder_fd, file, &status, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
        return 0;
    int r = cupel_document_load(grader->folder_fd, file, sample->expected_path, EXPECTED_MAX,
                                diagnostics, &document, err);
    if (r < 0)
        return r;
    struct cupel_field root = cupel_document_root(document);
    if (cupel_field_is_object(&root))
        sample->expected = json_incref(root.json);
    cupel_document_free(document);
    return 0;
}

static int read_sample(const struct cupel_grader *grader, const char *name,
                       struct cupel_diagnostics *diagnostics, struct cupel_sample *sample,
                       struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;
    size_t before = diagnostics->count;

    if (asprintf(&path, CUPEL_SAMPLES_FOLDER "/%s", name) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    int r = cupel_copy_text(name, &sample->name);
    if (r == 0)
        r = find_submission(grader, path, diagnostics, sample, err);
    if (r == 0)
        r = load_expected(grader, path, diagnostics, sample, err);
    /* What was added is told with all else that is wrong. */
    return r < 0 && diagnostics->count > before ? 0 : r;
}

static bool is_folder(const struct cupel_grader *grader, const char *name)
{
    CUPEL_AUTO_FREE char *path = NULL;
    struct stat status;

    if (asprintf(&path, CUPEL_SAMPLES_FOLDER "/%s", name) < 0) {
        path = NULL;
        return true; /* reading it says that there is no memory */
    }
    return fstatat(grader->folder_fd, path, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

static int read_samples(const struct cupel_grader *grader, const struct names *names,
                        struct cupel_diagnostics *diagnostics, struct cupel_samples *samples,
                        struct cupel_error *err)
{
    size_t before = diagnostics->count;
    int r = 0;

    samples->items = cupel_copy_room((size_t)names->count, sizeof(*samples->items));
    if (samples->items == NULL)
        return -ENOMEM;
    for (int i = 0; r == 0 && i < names->count; i++) {
        if (is_folder(grader, names->items[i]->d_name))
            r = read_sample(grader, names->items[i]->d_name, diagnostics,
                            &samples->items[samples->count++], err);
    }
    return r == 0 && diagnostics->count > before ? -EINVAL : r;
}

int cupel_samples_find(const struct cupel_grader *grader, struct cupel_diagnostics *diagnostics,
                       struct cupel_samples *ret, struct cupel_error *err)
{
    __attribute__((cleanup(clear_names))) struct names names = {0};
    struct cupel_samples samples = {0};

    int r = list(grader, CUPEL_SAMPLES_FOLDER, is_shown, &names);
    if (r < 0 && r != -ENOENT)
        return cupel_fail(err, r, "%s/" CUPEL_SAMPLES_FOLDER ": %s", grader->folder,
                          strerrordesc_np(-r));
    r = read_samples(grader, &names, diagnostics, &samples, err);
    if (r < 0) {
        cupel_samples_clear(&samples);
        return r;
    }
    *ret = samples;
    return 0;
}

void cupel_samples_clear(struct cupel_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        free(samples->items[i].name);
        free(samples->items[i].submission);
        free(samples->items[i].expected_path);
        json_decref(samples->items[i].expected);
    }
    free(samples->items);
    *samples = (struct cupel_samples){0};
}
