#include "grader/folder_hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"

#define DEPTH_MAX  64
#define CHUNK_SIZE ((size_t)64 << 10)

struct paths {
    char **items;
    size_t count;
    size_t capacity;
};

static void clear(struct paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->items[i]);
    free(paths->items);
}

/* path is stolen. */
static int append(struct paths *paths, char *path)
{
    if (paths->count == paths->capacity) {
        size_t capacity = paths->capacity == 0 ? 32 : 2 * paths->capacity;
        char **items = reallocarray(paths->items, capacity, sizeof(*items));
        if (items == NULL) {
            free(path);
            return -ENOMEM;
        }
        paths->items = items;
        paths->capacity = capacity;
    }
    paths->items[paths->count++] = path;
    return 0;
}

static int collect(int folder_fd, const char *folder, unsigned depth, const char *skip,
                   struct paths *paths, struct cupel_error *err);

static int collect_entry(int folder_fd, const char *folder, const char *name, unsigned depth,
                         struct paths *paths, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;
    struct stat status;

    if (asprintf(&path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    if (fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return cupel_fail_errno(err, "%s", path);
    if (S_ISDIR(status.st_mode)) {
        CUPEL_AUTO_FD fd =
            openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            return cupel_fail_errno(err, "%s", path);
        return collect(fd, path, depth + 1, NULL, paths, err);
    }
    if (!S_ISREG(status.st_mode))
        return 0;
    char *taken = path;
    path = NULL;
    return append(paths, taken);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

static int collect(int folder_fd, const char *folder, unsigned depth, const char *skip,
                   struct paths *paths, struct cupel_error *err)
{
    if (depth > DEPTH_MAX)
        return cupel_fail(err, -EMLINK, "%s: more than %d folders deep", folder, DEPTH_MAX);
    /* A description of its own: the caller's offset stays. */
    CUPEL_AUTO_FD fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "%s", folder);
    __attribute__((cleanup(close_folder))) DIR *entries = fdopendir(fd);
    if (entries == NULL)
        return cupel_fail_errno(err, "%s", folder);
    (void)cupel_take_fd(&fd);

    int r = 0;
    errno = 0;
    for (const struct dirent *entry; r == 0 && (entry = readdir(entries)) != NULL; errno = 0) {
        const char *name = entry->d_name;
        bool skipped = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
                       (skip != NULL && strcmp(name, skip) == 0);
        if (!skipped)
            r = collect_entry(folder_fd, folder, name, depth, paths, err);
    }
    if (r == 0 && errno != 0)
        return cupel_fail_errno(err, "%s", folder);
    return r;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int hash_content(int fd, const char *path, uint64_t size, struct cupel_hash *hash,
                        struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *chunk = malloc(CHUNK_SIZE);
    if (chunk == NULL)
        return -ENOMEM;
    for (;;) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, chunk, CHUNK_SIZE));
        if (n < 0)
            return cupel_fail_errno(err, "%s", path);
        if ((uint64_t)n > size || (n == 0 && size > 0))
            return cupel_fail(err, -EBUSY, "%s changed while it was read", path);
        if (n == 0)
            return 0;
        cupel_hash_update(hash, chunk, (size_t)n);
        size -= (uint64_t)n;
    }
}

static int hash_file(int folder_fd, const char *path, struct cupel_hash *hash,
                     struct cupel_error *err)
{
    char size[24];
    struct stat status;

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(folder_fd, path, O_RDONLY, err);
    if (fd < 0)
        return fd;
    if (fstat(fd, &status) < 0)
        return cupel_fail_errno(err, "%s", path);
    int digits = snprintf(size, sizeof(size), "%jd", (intmax_t)status.st_size);
    cupel_hash_update(hash, "file", sizeof("file"));
    cupel_hash_update(hash, path, strlen(path) + 1);
    cupel_hash_update(hash, size, (size_t)digits + 1);
    return hash_content(fd, path, (uint64_t)status.st_size, hash, err);
}

int cupel_folder_hash(int folder_fd, const char *skip, struct cupel_hash *hash,
                      struct cupel_error *err)
{
    __attribute__((cleanup(clear))) struct paths paths = {0};

    int r = collect(folder_fd, "", 0, skip, &paths, err);
    if (paths.count > 0)
        qsort(paths.items, paths.count, sizeof(*paths.items), compare_paths);
    for (size_t i = 0; r == 0 && i < paths.count; i++)
        r = hash_file(folder_fd, paths.items[i], hash, err);
    return r;
}
