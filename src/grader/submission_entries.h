/* What is in a folder, listed without following links. */
#ifndef CUPEL_GRADER_SUBMISSION_ENTRIES_H
#define CUPEL_GRADER_SUBMISSION_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "cupel/error.h"

struct cupel_entry {
    char *path; /* relative, without "." and ".." */
    struct stat st;
};

struct cupel_entries {
    struct cupel_entry
        *items; /* sorted bytewise by path, so folders come before what they hold */
    size_t count;
};

/*
 * List everything below root_fd (O_RDONLY). max: stop when there are more, so that *ret may
 * hold max + 1. leave_out: without what cupel_name_is_left_out() names. A folder whose name is
 * flawed (cupel_name_normalise()) is listed and not entered.
 * Returns 0 and fills ret (cupel_entries_clear()); -errno of openat2(2), readdir(3),
 * fstatat(2).
 */
CUPEL_MUST_CHECK int cupel_entries_list(int root_fd, size_t max, bool leave_out,
                                        struct cupel_entries *ret, struct cupel_error *err);
void cupel_entries_clear(struct cupel_entries *entries);

#define CUPEL_AUTO_ENTRIES __attribute__((cleanup(cupel_entries_clear))) struct cupel_entries

/* Target of the symbolic link at path (at most 4096 bytes), NUL-terminated, freed by the
 * caller; or -errno. */
CUPEL_MUST_CHECK int cupel_entry_read_link(int root_fd, const char *path, char **ret,
                                           struct cupel_error *err);

#endif
