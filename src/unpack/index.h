/* What an archive has brought so far, by folded name. */
#ifndef CUPEL_UNPACK_INDEX_H
#define CUPEL_UNPACK_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "cupel/error.h"

enum cupel_index_kind {
    CUPEL_INDEX_PASSED_FOLDER, /* a folder that is there because something is in it */
    CUPEL_INDEX_FOLDER,
    CUPEL_INDEX_FILE,
    CUPEL_INDEX_LINK,
};

struct cupel_index;

/* max_files: how many files, links and folders it may hold. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int cupel_index_new(uint64_t max_files, struct cupel_index **ret);
void cupel_index_free(struct cupel_index *index);

/*
 * Add a plain path, and the folders on the way to it. Returns 0; CUPEL_REJECTED with err if it
 * is there already, folds to the name of something else, or lies below what is not a folder,
 * or if there are too many; -ENOMEM.
 */
CUPEL_MUST_CHECK int cupel_index_add(struct cupel_index *index, const char *path,
                                     enum cupel_index_kind kind, struct cupel_error *err);

/* Whether a file has been added at exactly this path. */
bool cupel_index_has_file(const struct cupel_index *index, const char *path);

/* Files that have been added. */
uint64_t cupel_index_files(const struct cupel_index *index);

#endif
