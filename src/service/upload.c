#include "service/upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/text.h"
#include "service/archive.h"

#define DEPTH_MAX 16
#define OPEN_DIRS 16
#define PREFIX    "upload."

int upload_check_path(const char *path, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    int depth = 0;
    size_t longest = 0;

    if (!cupel_path_is_plain(path) || strchr(path, '\\') != NULL)
        return cupel_fail(err, -EINVAL,
                          "file name \"%s\": expected a relative path without . or ..",
                          cupel_text_excerpt(path, excerpt));
    for (const char *c = path; *c != '\0'; c += *c == '/' ? 1 : 0) {
        size_t len = strcspn(c, "/");
        longest = len > longest ? len : longest;
        c += len;
        depth += *c == '/' ? 1 : 0;
    }
    if (longest > NAME_MAX)
        return cupel_fail(err, -EINVAL,
                          "file name \"%s\": a part of it has %zu bytes, at most %d",
                          cupel_text_excerpt(path, excerpt), longest, NAME_MAX);
    if (depth > DEPTH_MAX)
        return cupel_fail(err, -EINVAL, "file name \"%s\": expected at most %d folders",
                          cupel_text_excerpt(path, excerpt), DEPTH_MAX);
    return 0;
}

/* Locked as long as somebody is at work there, so that what is left behind can be told. */
int upload_make_folder(const char *work, char **ret_path, int *ret_fd, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;

    if (asprintf(&path, "%s/" PREFIX "XXXXXX", work) < 0) {
        path = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    if (mkdtemp(path) == NULL)
        return cupel_fail_errno(err, "%s", path);
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int r = cupel_fail_errno(err, "%s", path);
        (void)rmdir(path);
        return r;
    }
    *ret_path = path;
    path = NULL;
    *ret_fd = cupel_take_fd(&fd);
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path) < 0 ? -1 : 0;
}

void upload_remove(const char *path)
{
    if (path != NULL)
        (void)nftw(path, remove_one, OPEN_DIRS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static bool is_left(int work_fd, const char *name)
{
    struct stat status;

    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
        return false;
    CUPEL_AUTO_FD fd = openat(work_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
           flock(fd, LOCK_EX | LOCK_NB) == 0;
}

void upload_clean(const char *work)
{
    DIR *folder = opendir(work);

    for (struct dirent *entry = NULL; folder != NULL && (entry = readdir(folder)) != NULL;) {
        CUPEL_AUTO_FREE char *path = NULL;
        if (!is_left(dirfd(folder), entry->d_name))
            continue;
        if (asprintf(&path, "%s/%s", work, entry->d_name) < 0)
            path = NULL;
        upload_remove(path);
    }
    if (folder != NULL)
        (void)closedir(folder);
}

static int make_folders(int folder_fd, const char *path, struct cupel_error *err)
{
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        CUPEL_AUTO_FREE char *folder = strndup(path, (size_t)(slash - path));
        if (folder == NULL)
            return cupel_fail(err, -ENOMEM, "out of memory");
        if (mkdirat(folder_fd, folder, 0755) < 0 && errno != EEXIST)
            return cupel_fail_errno(err, "make a folder of files sent");
    }
    return 0;
}

/* A form tells no mode, but for the types that client_form.c gives: what begins as a script is
 * one. */
static mode_t mode_of(const struct http_part *part)
{
    const char *type = part->type != NULL ? part->type : "";
    char start[2] = "";

    if (strcmp(type, "application/x-executable") == 0)
        return 0755;
    if (strcmp(type, "application/octet-stream; mode=0644") == 0)
        return 0644;
    return pread(part->fd, start, sizeof(start), 0) == 2 && memcmp(start, "#!", 2) == 0 ? 0755
                                                                                        : 0644;
}

/* Nobody else writes below the folder, and nothing in it is a link. */
static int write_one(const struct http_part *part, int folder_fd, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    if (part->file_name == NULL)
        return cupel_fail(err, -EINVAL, "part \"file\": expected a file name");
    int r = upload_check_path(part->file_name, err);
    if (r == 0)
        r = make_folders(folder_fd, part->file_name, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd =
        openat(folder_fd, part->file_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
               mode_of(part));
    if (fd < 0 && (errno == EEXIST || errno == ENOTDIR || errno == EISDIR))
        return cupel_fail(err, -EINVAL, "file name \"%s\": something else has this name",
                          cupel_text_excerpt(part->file_name, excerpt));
    if (fd < 0)
        return cupel_fail_errno(err, "make a file of those sent");
    for (off_t offset = 0; (uint64_t)offset < part->bytes;) {
        if (sendfile(fd, part->fd, &offset, (size_t)(part->bytes - (uint64_t)offset)) <= 0)
            return cupel_fail_errno(err, "write a file of those sent");
    }
    return 0;
}

int upload_write(const struct http_request *request, int folder_fd, struct cupel_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < request->part_count; i++) {
        const struct http_part *part = &request->parts[i];
        if (part->name != NULL && strcmp(part->name, "file") == 0)
            r = write_one(part, folder_fd, err);
    }
    return r;
}

static int put_folder(const struct http_request *request, int folder_fd, struct cupel_blob *ret,
                      struct cupel_error *err)
{
    const struct cupel_tree_limits limits = {
        .max_bytes = http_settings(request)->max_submission, .max_files = UPLOAD_FILES_MAX};

    return cupel_queue_put_tree(request->queue, folder_fd, &limits, ret, err);
}

int upload_put(const struct http_request *request, struct cupel_blob *ret,
               struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;
    CUPEL_AUTO_FD fd = -1;

    int r = upload_make_folder(http_settings(request)->work, &path, &fd, err);
    if (r == 0)
        r = upload_write(request, fd, err);
    if (r == 0)
        r = put_folder(request, fd, ret, err);
    upload_remove(path);
    return http_own_fault(r, err);
}

int upload_put_archive(const struct http_request *request, const struct http_part *archive,
                       struct cupel_blob *ret, struct cupel_error *err)
{
    const struct http_settings *settings = http_settings(request);
    const struct archive_limits limits = {.max_bytes = settings->max_submission,
                                          .max_files = UPLOAD_FILES_MAX};
    CUPEL_AUTO_FREE char *path = NULL;
    CUPEL_AUTO_FD fd = -1;

    if (sem_trywait(settings->unpacking) < 0)
        return cupel_fail(err, -EAGAIN, "other archives are being unpacked");
    int r = upload_make_folder(settings->work, &path, &fd, err);
    if (r == 0)
        r = archive_unpack(archive->fd, path, &limits, settings->environment, err);
    (void)sem_post(settings->unpacking);
    if (r == 0)
        r = put_folder(request, fd, ret, err);
    upload_remove(path);
    return http_own_fault(r, err);
}
