#include "grader/submission_entries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "unpack/beneath.h"
#include "unpack/names.h"

/* A listing under way: what is found is queued, and folders in the queue are read in turn. */
struct listing {
    int root_fd;
    size_t max;
    bool leave_out;
    struct cupel_entries found;
    size_t room;
};

void cupel_entries_clear(struct cupel_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        free(entries->items[i].path);
    free(entries->items);
    *entries = (struct cupel_entries){0};
}

static void close_folder_p(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

/* Takes over path. */
static int push(struct listing *l, char *path, const struct stat *st)
{
    if (l->found.count == l->room) {
        size_t room = l->room == 0 ? 64 : l->room * 2;
        struct cupel_entry *grown = reallocarray(l->found.items, room, sizeof(*grown));
        if (grown == NULL) {
            free(path);
            return -ENOMEM;
        }
        l->found.items = grown;
        l->room = room;
    }
    l->found.items[l->found.count++] = (struct cupel_entry){.path = path, .st = *st};
    return 0;
}

static int add(struct listing *l, int folder_fd, const char *folder, const char *name,
               struct cupel_error *err)
{
    struct stat st;
    char *path;

    if (asprintf(&path, "%s%s%s", folder, folder[0] == '\0' ? "" : "/", name) < 0)
        return cupel_fail(err, -ENOMEM, "no memory");
    if (l->leave_out && cupel_name_is_left_out(path)) {
        free(path);
        return 0;
    }
    if (fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        int r = cupel_fail_errno(err, "stat %s", path);
        free(path);
        return r;
    }
    int r = push(l, path, &st);
    return r < 0 ? cupel_fail(err, r, "no memory") : 0;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* path: "" is the root. */
static int read_folder(struct listing *l, const char *path, struct cupel_error *err)
{
    int fd = cupel_path_open_beneath(l->root_fd, path[0] == '\0' ? "." : path,
                                     O_RDONLY | O_DIRECTORY, err);
    if (fd < 0)
        return fd;
    __attribute__((cleanup(close_folder_p))) DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        int r = cupel_fail_errno(err, "read folder %s", path);
        (void)close(fd);
        return r;
    }
    while (l->found.count <= l->max) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 ? 0 : cupel_fail_errno(err, "read folder %s", path);
        if (is_dots(entry->d_name))
            continue;
        int r = add(l, fd, path, entry->d_name, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct cupel_entry *)a)->path, ((const struct cupel_entry *)b)->path);
}

static int list(struct listing *l, struct cupel_error *err)
{
    char plain[CUPEL_NAME_SIZE];

    int r = read_folder(l, "", err);
    for (size_t i = 0; r == 0 && i < l->found.count && l->found.count <= l->max; i++) {
        const struct cupel_entry *entry = &l->found.items[i];
        if (S_ISDIR(entry->st.st_mode) && cupel_name_normalise(entry->path, plain) == NULL)
            r = read_folder(l, plain, err);
    }
    return r;
}

int cupel_entries_list(int root_fd, size_t max, bool leave_out, struct cupel_entries *ret,
                       struct cupel_error *err)
{
    struct listing l = {.root_fd = root_fd, .max = max, .leave_out = leave_out};

    int r = list(&l, err);
    if (r < 0) {
        cupel_entries_clear(&l.found);
        return r;
    }
    if (l.found.count > 1)
        qsort(l.found.items, l.found.count, sizeof(l.found.items[0]), compare);
    *ret = l.found;
    return 0;
}

int cupel_entry_read_link(int root_fd, const char *path, char **ret, struct cupel_error *err)
{
    char target[PATH_MAX];
    const char *base;

    CUPEL_AUTO_FD parent = cupel_beneath_parent(root_fd, path, &base, err);
    if (parent < 0)
        return parent;
    ssize_t n = readlinkat(parent, base, target, sizeof(target));
    if (n < 0)
        return cupel_fail_errno(err, "read link %s", path);
    char *copy = strndup(target, (size_t)n);
    if (copy == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");
    *ret = copy;
    return 0;
}
