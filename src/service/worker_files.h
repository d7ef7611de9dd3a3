/*
 * The folder that a worker works in, one worker's at a time:
 *
 *     lock                who holds it
 *     graders/SHA256/     trees of graders, by their hash, for later jobs as well
 *     jobs/ID-TOKEN/      what a job is made of; gone when it ends, or at the next start
 *     cache/              cupel's own: compiled filters
 *     boot                of which start of the machine all of this is
 *
 * Nothing of it is synced, so nothing of it is used after the machine was started anew.
 */
#ifndef CUPEL_SERVICE_WORKER_FILES_H
#define CUPEL_SERVICE_WORKER_FILES_H

#include <limits.h>
#include <stdbool.h>

#include "cupel/error.h"
#include "queue/queue.h"
#include "queue/tree.h"

#define WORKER_GRADERS_MAX 64 /* kept; those used last stay */

struct worker_files {
    int lock_fd;
    char path[PATH_MAX]; /* absolute, without links */
};

/* Make it where it is missing, and remove what a predecessor left. -EADDRINUSE: it is another
 * worker's; -errno. */
CUPEL_MUST_CHECK int worker_files_open(const char *path, struct worker_files *ret,
                                       struct cupel_error *err);
/* The first of the folders worker, worker-2, … below cache that is no other worker's. */
CUPEL_MUST_CHECK int worker_files_open_free(const char *cache, struct worker_files *ret,
                                            struct cupel_error *err);
void worker_files_close(struct worker_files *files);

/* The folder of a grader's tree. is_used: whether a job at work has a tree, which stays then.
 * Errors as of cupel_queue_get_tree(). */
CUPEL_MUST_CHECK int worker_files_grader(const struct worker_files *files,
                                         struct cupel_queue *queue, const char *sha256,
                                         bool (*is_used)(void *owner, const char *sha256),
                                         void *owner, const struct cupel_tree_pause *pause,
                                         char ret[static PATH_MAX], struct cupel_error *err);

/* A new, empty folder of a job. */
CUPEL_MUST_CHECK int worker_files_make(const struct worker_files *files,
                                       struct cupel_lease lease, char ret[static PATH_MAX],
                                       struct cupel_error *err);
void worker_files_remove(const char *folder);

/* Write a blob to a file, and a tree to a folder, that path names, not there before. */
CUPEL_MUST_CHECK int worker_files_get_blob(struct cupel_queue *queue, const char *sha256,
                                           const char *path, struct cupel_error *err);
CUPEL_MUST_CHECK int worker_files_get_tree(struct cupel_queue *queue, const char *sha256,
                                           const char *path,
                                           const struct cupel_tree_pause *pause,
                                           struct cupel_error *err);

/* Whether a file of a job can be written. -ENOSPC. */
CUPEL_MUST_CHECK int worker_files_probe(const struct worker_files *files);

/* "FOLDER/NAME". -ENAMETOOLONG. */
CUPEL_MUST_CHECK int worker_files_join(const char *folder, const char *name,
                                       char ret[static PATH_MAX], struct cupel_error *err);

#endif
