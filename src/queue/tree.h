/*
 * Folders as blobs: a tree is a JSON document cupel.tree/1 that names each regular file, its
 * size, its SHA-256 and whether it is executable, in the order of the bytes of their paths; the
 * SHA-256 of the document names the tree. The same files make the same tree.
 */
#ifndef CUPEL_QUEUE_TREE_H
#define CUPEL_QUEUE_TREE_H

#include "queue/queue.h"

struct cupel_tree_limits {
    uint64_t max_bytes; /* of all files together */
    size_t max_files;
};

/* Keep what is below folder_fd, but for links and special files. -EFBIG: too large or many;
 * -EBUSY: a file changes meanwhile; else as cupel_queue_put_blob(). */
CUPEL_MUST_CHECK int cupel_queue_put_tree(struct cupel_queue *queue, int folder_fd,
                                          const struct cupel_tree_limits *limits,
                                          struct cupel_blob *ret, struct cupel_error *err);

/* Called before each file of a tree, of which there may be many. It may use the queue. */
struct cupel_tree_pause {
    void (*call)(void *owner);
    void *owner;
};

/* Write it below folder_fd, an empty folder: files of mode 0644 or 0755, folders of 0755. Each
 * blob's hash is verified. pause: or NULL. -ENOENT: a blob is missing; -EPROTO: the document is
 * none, or a path in it is not plain; -EIO: a blob is not what its name says. */
CUPEL_MUST_CHECK int cupel_queue_get_tree(struct cupel_queue *queue, const char *sha256,
                                          int folder_fd, const struct cupel_tree_pause *pause,
                                          struct cupel_error *err);

/* Write a blob to fd. Its hash is verified: -EIO. -EINVAL: sha256 is none; -ENOENT. */
CUPEL_MUST_CHECK int cupel_queue_get_blob(struct cupel_queue *queue, const char *sha256, int fd,
                                          struct cupel_error *err);

#endif
