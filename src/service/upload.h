/* Files that a form or an archive has brought, as a tree of the queue's. */
#ifndef CUPEL_SERVICE_UPLOAD_H
#define CUPEL_SERVICE_UPLOAD_H

#include "queue/tree.h"
#include "service/http.h"

#define UPLOAD_FILES_MAX 10000

/* Whether a name that a client sent may be a file's below a folder of ours: a plain relative
 * path of at most 16 folders, 255 bytes each. Pure. -EINVAL. */
CUPEL_MUST_CHECK int upload_check_path(const char *path, struct cupel_error *err);

/* A folder of its own below work; *ret_path is the caller's to free, after upload_remove(). */
CUPEL_MUST_CHECK int upload_make_folder(const char *work, char **ret_path, int *ret_fd,
                                        struct cupel_error *err);
void upload_remove(const char *path);
/* Remove those that somebody left who was killed. */
void upload_clean(const char *work);

/* Write each part that is named "file" below folder_fd, by its file name; executable if its
 * type says so, or says nothing and it begins with "#!". -EINVAL: a name is missing, is no
 * plain path, or is there twice. */
CUPEL_MUST_CHECK int upload_write(const struct http_request *request, int folder_fd,
                                  struct cupel_error *err);

/* Both, and cupel_queue_put_tree(). */
CUPEL_MUST_CHECK int upload_put(const struct http_request *request, struct cupel_blob *ret,
                                struct cupel_error *err);

/* The same of an archive (archive.h). -EINVAL: it is refused. */
CUPEL_MUST_CHECK int upload_put_archive(const struct http_request *request,
                                        const struct http_part *archive, struct cupel_blob *ret,
                                        struct cupel_error *err);

#endif
