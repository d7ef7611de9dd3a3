/* What is below a folder. Internal to cupel. */
#ifndef CUPEL_GRADER_FOLDER_LIST_H
#define CUPEL_GRADER_FOLDER_LIST_H

#include <stddef.h>
#include <sys/types.h>

#include "cupel/error.h"

struct cupel_folder_list {
    char **items; /* paths below the folder, in the order of their bytes; NULL-terminated */
    size_t count;
    size_t capacity;
};

/*
 * The paths of all files of a type (S_IFREG, or S_IFDIR without the folder itself) below
 * folder_fd but those below skip (a name at the top, or NULL). Nothing is followed. Returns 0
 * and fills *ret (cupel_folder_list_clear()); -EMLINK if folders are nested more than 64 deep;
 * -errno, with the path in err.
 */
CUPEL_MUST_CHECK int cupel_folder_list(int folder_fd, mode_t type, const char *skip,
                                       struct cupel_folder_list *ret, struct cupel_error *err);
void cupel_folder_list_clear(struct cupel_folder_list *list);

#endif
