/* Files of the grader's that a harness in-process has beside the learner's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/path.h"
#include "cupel/text.h"
#include "grader/definition.h"

#define BOX "/box/"

/* Paths of the grader's become those of the box. */
static bool put_into_box(struct definition *definition, struct cupel_run_file *files,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *path = NULL;
        if (asprintf(&path, BOX "%s", files[i].path) < 0)
            return cupel_definition_out_of_memory(definition);
        free((char *)(uintptr_t)files[i].path);
        files[i].path = path;
    }
    return true;
}

static bool append_files(struct definition *definition, struct cupel_run_file *files,
                         size_t count, struct cupel_grader_harness *harness)
{
    struct cupel_run_file *all =
        reallocarray(harness->files, harness->file_count + count, sizeof(*all));
    if (all == NULL)
        return cupel_definition_out_of_memory(definition);
    memcpy(all + harness->file_count, files, count * sizeof(*files));
    memset(files, 0, count * sizeof(*files));
    harness->files = all;
    harness->file_count += count;
    return true;
}

static void read_files_at(struct definition *definition, const struct cupel_field *field,
                          struct cupel_grader_harness *harness)
{
    const struct cupel_definition_sources *sources = definition->sources;
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    struct cupel_run_file *files = NULL;
    struct cupel_error err = {0};
    const char *path = NULL;
    size_t count = 0;

    if (!cupel_field_string(field, &path))
        return;
    if (!cupel_path_is_plain(path)) {
        (void)cupel_field_fail(field,
                               "expected the path of a file or folder below the grader's "
                               "folder, found \"%s\"",
                               cupel_text_excerpt(path, excerpt));
        return;
    }
    int r = sources->files(sources->owner, path, CUPEL_RUN_FILES_MAX - harness->file_count,
                           &files, &count, &err);
    if (r == -ENOMEM)
        (void)cupel_definition_out_of_memory(definition);
    else if (r < 0)
        (void)cupel_field_fail_for(field, &err);
    else if (count > 0 && put_into_box(definition, files, count))
        (void)append_files(definition, files, count, harness);
    cupel_definition_free_files(files, count);
}

static void check_files_size(const struct cupel_field *array,
                             const struct cupel_grader_harness *harness)
{
    size_t bytes = 0;

    for (size_t i = 0; i < harness->file_count; i++)
        bytes += harness->files[i].len;
    if (bytes > CUPEL_RUN_FILES_BYTES)
        (void)cupel_field_fail(array, "expected at most 64 MiB together, found %zu bytes",
                               bytes);
}

void cupel_definition_read_harness_files(struct definition *definition,
                                         const struct cupel_field *object,
                                         struct cupel_grader_harness *harness)
{
    struct cupel_field array;

    if (!cupel_field_get(object, "files", &array))
        return;
    if (!harness->in_process)
        (void)cupel_field_fail_key(&array,
                                   "only in-process: the judge's cell has all files of "
                                   "the grader's");
    if (!cupel_field_is_array(&array))
        return;
    for (size_t i = 0; i < cupel_field_count(&array); i++) {
        struct cupel_field field = cupel_field_at(&array, i);
        read_files_at(definition, &field, harness);
    }
    check_files_size(&array, harness);
}

void cupel_definition_free_files(struct cupel_run_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((char *)(uintptr_t)files[i].path);
        free((char *)(uintptr_t)files[i].bytes);
    }
    free(files);
}
