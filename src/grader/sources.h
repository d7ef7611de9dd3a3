/* What a grader's definition names: policies and data files. Internal to src/grader. */
#ifndef CUPEL_GRADER_SOURCES_H
#define CUPEL_GRADER_SOURCES_H

#include <stddef.h>

#include "cupel/document.h"
#include "cupel/error.h"
#include "cupel/grader.h"

#define CUPEL_SOURCES_FILE_MAX ((size_t)64 << 20)

struct cupel_source_policy;

/* Each policy is loaded and compiled once, whatever the number of steps that name it. */
struct cupel_sources {
    struct cupel_grader *grader; /* gets the policies and filters; has folder and folder_fd */
    const char *policy_folder;
    const char *filter_cache; /* as for cupel_filters_get() */
    struct cupel_diagnostics *diagnostics;
    struct cupel_source_policy *tried; /* each name that was asked for */
    size_t tried_count;
    size_t capacity;
};

/* Make room for at most capacity policies; nothing moves afterwards. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_sources_init(struct cupel_sources *sources, size_t capacity);
void cupel_sources_clear(struct cupel_sources *sources); /* the grader keeps the policies */

/* As the members of struct cupel_definition_sources; sources is a struct cupel_sources. */
CUPEL_MUST_CHECK int cupel_sources_policy(void *sources, const char *name,
                                          const struct cupel_policy **ret_policy,
                                          const struct cupel_filters **ret_filters,
                                          struct cupel_error *err);
CUPEL_MUST_CHECK int cupel_sources_exists(void *sources, const char *path,
                                          struct cupel_error *err);
CUPEL_MUST_CHECK int cupel_sources_file(void *sources, const char *path, char **ret,
                                        size_t *ret_len, struct cupel_error *err);
CUPEL_MUST_CHECK int cupel_sources_files(void *sources, const char *path, size_t max,
                                         struct cupel_run_file **ret, size_t *ret_count,
                                         struct cupel_error *err);

/* What opening and reading beneath the grader's folder say, for course staff. Returns code. */
int cupel_sources_explain(int code, const char *path, struct cupel_error *err);

#endif
