/*
 * Files kept from one start to the next: below a folder that is the user's own and that nobody
 * else may have written to. Whatever fails, there is no such file, and the caller makes it
 * anew.
 */
#ifndef CUPEL_CACHE_H
#define CUPEL_CACHE_H

#include <limits.h>
#include <stdbool.h>

#include "cupel/error.h"

/* The folder (absolute path; NULL: none), made with its parent where it is missing. Returns a
 * descriptor, or -1 where there is none to be trusted. */
int cupel_cache_open(const char *folder);

/* A file of it, to be read; -errno, -EACCES where it is not to be trusted. */
CUPEL_MUST_CHECK int cupel_cache_open_file(int folder_fd, const char *name);

/* A new file, to be written, that has the name temporary until it is complete; -errno. */
CUPEL_MUST_CHECK int cupel_cache_create(int folder_fd, const char *name,
                                        char temporary[static NAME_MAX]);

/* Give it its name, so that readers see all of it or nothing; or remove it. */
void cupel_cache_finish(int folder_fd, const char *temporary, const char *name, bool complete);

#endif
