#include "grader/folder_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"

#define DEPTH_MAX 64

struct search {
    mode_t type;
    struct cupel_folder_list *list;
};

void cupel_folder_list_clear(struct cupel_folder_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct cupel_folder_list){0};
}

static int append(struct cupel_folder_list *list, const char *path)
{
    if (list->count + 1 >= list->capacity) {
        size_t capacity = list->capacity == 0 ? 32 : 2 * list->capacity;
        char **items = reallocarray(list->items, capacity, sizeof(*items));
        if (items == NULL)
            return -ENOMEM;
        list->items = items;
        list->capacity = capacity;
    }
    char *copy = strdup(path);
    if (copy == NULL)
        return -ENOMEM;
    list->items[list->count++] = copy;
    list->items[list->count] = NULL;
    return 0;
}

static int collect(const struct search *search, int folder_fd, const char *folder,
                   unsigned depth, const char *skip, struct cupel_error *err);

static int collect_entry(const struct search *search, int folder_fd, const char *folder,
                         const char *name, unsigned depth, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;
    struct stat status;

    if (asprintf(&path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    if (fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return cupel_fail_errno(err, "%s", path);
    int r = (status.st_mode & S_IFMT) == search->type ? append(search->list, path) : 0;
    if (r < 0 || !S_ISDIR(status.st_mode))
        return r;
    CUPEL_AUTO_FD fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "%s", path);
    return collect(search, fd, path, depth + 1, NULL, err);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

static int collect(const struct search *search, int folder_fd, const char *folder,
                   unsigned depth, const char *skip, struct cupel_error *err)
{
    if (depth > DEPTH_MAX)
        return cupel_fail(err, -EMLINK, "%s: more than %d folders deep", folder, DEPTH_MAX);
    /* A description of its own: the caller's offset stays. */
    CUPEL_AUTO_FD fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *shown = folder[0] == '\0' ? "." : folder;
    if (fd < 0)
        return cupel_fail_errno(err, "%s", shown);
    __attribute__((cleanup(close_folder))) DIR *entries = fdopendir(fd);
    if (entries == NULL)
        return cupel_fail_errno(err, "%s", shown);
    (void)cupel_take_fd(&fd);

    int r = 0;
    errno = 0;
    for (const struct dirent *entry; r == 0 && (entry = readdir(entries)) != NULL; errno = 0) {
        const char *name = entry->d_name;
        bool skipped = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
                       (skip != NULL && strcmp(name, skip) == 0);
        if (!skipped)
            r = collect_entry(search, folder_fd, folder, name, depth, err);
    }
    if (r == 0 && errno != 0)
        return cupel_fail_errno(err, "%s", shown);
    return r;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int cupel_folder_list(int folder_fd, mode_t type, const char *skip,
                      struct cupel_folder_list *ret, struct cupel_error *err)
{
    struct cupel_folder_list list = {0};
    const struct search search = {.type = type, .list = &list};

    int r = collect(&search, folder_fd, "", 0, skip, err);
    if (r < 0) {
        cupel_folder_list_clear(&list);
        return r;
    }
    if (list.count > 0)
        qsort(list.items, list.count, sizeof(*list.items), compare_paths);
    *ret = list;
    return 0;
}
