/* Files and whole folders of a grader's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/copies.h"
#include "grader/definition.h"
#include "grader/folder_list.h"
#include "grader/sources.h"

static int read_file(int folder_fd, const char *path, struct cupel_run_file *ret)
{
    CUPEL_AUTO_FREE char *copy = NULL;
    char *bytes = NULL;
    struct stat status;

    int r = cupel_copy_text(path, &copy);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd = cupel_path_open_beneath(folder_fd, path, O_RDONLY, NULL);
    if (fd < 0)
        return fd;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EINVAL;
    r = cupel_path_read_fd(fd, CUPEL_SOURCES_FILE_MAX, &bytes, &ret->len);
    if (r < 0)
        return r;
    ret->bytes = bytes;
    ret->path = copy;
    ret->executable = (status.st_mode & S_IXUSR) != 0;
    copy = NULL;
    return 0;
}

/* paths are below prefix; "" is prefix itself. */
static int read_all(int folder_fd, const char *prefix, char *const *paths,
                    struct cupel_run_file *files, size_t count, struct cupel_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        CUPEL_AUTO_FREE char *path = NULL;
        if (asprintf(&path, "%s%s%s", prefix, paths[i][0] != '\0' ? "/" : "", paths[i]) < 0) {
            path = NULL;
            return -ENOMEM;
        }
        r = read_file(folder_fd, path, &files[i]);
        if (r < 0 && r != -ENOMEM)
            r = cupel_sources_explain(r, path, err);
    }
    return r;
}

static int read_list(int folder_fd, const char *prefix, char *const *paths, size_t count,
                     size_t max, struct cupel_run_file **ret, struct cupel_error *err)
{
    if (count > max)
        return cupel_fail(err, -E2BIG, "expected at most %d files, found more in %s",
                          CUPEL_RUN_FILES_MAX, prefix);
    struct cupel_run_file *files = cupel_copy_room(count, sizeof(*files));
    if (files == NULL)
        return -ENOMEM;
    int r = read_all(folder_fd, prefix, paths, files, count, err);
    if (r < 0)
        cupel_definition_free_files(files, count);
    else
        *ret = files;
    return r;
}

int cupel_sources_files(void *owner, const char *path, size_t max, struct cupel_run_file **ret,
                        size_t *ret_count, struct cupel_error *err)
{
    __attribute__((cleanup(cupel_folder_list_clear))) struct cupel_folder_list list = {0};
    const struct cupel_sources *sources = owner;
    int folder_fd = sources->grader->folder_fd;
    char itself[] = "";
    char *const single[] = {itself};

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(folder_fd, path, O_RDONLY | O_DIRECTORY, NULL);
    if (fd < 0 && fd != -ENOTDIR)
        return cupel_sources_explain(fd, path, err);
    int r = fd >= 0 ? cupel_folder_list(fd, S_IFREG, NULL, &list, err) : 0;
    if (r < 0)
        return r;
    size_t count = fd >= 0 ? list.count : 1;
    r = read_list(folder_fd, path, fd >= 0 ? list.items : single, count, max, ret, err);
    if (r == 0)
        *ret_count = count;
    return r;
}
