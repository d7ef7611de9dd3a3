#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cell.h"

/* Whether path is folder or lies below it. */
static bool is_within(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 &&
           (path[length] == '\0' || path[length] == '/' || strcmp(folder, "/") == 0);
}

/* Paths that the cell makes itself, so that the host's must not come in their place. */
static bool is_provided(const char *path)
{
    static const char *const folders[] = {
        "/box", "/tmp", "/proc", "/dev", "/cupel", "/etc/alternatives", "/etc/ssl"};
    static const char *const exactly[] = {"/",
                                          "/etc",
                                          "/etc/passwd",
                                          "/etc/group",
                                          "/etc/hosts",
                                          "/etc/nsswitch.conf",
                                          "/etc/ld.so.cache"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (is_within(path, folders[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof(exactly) / sizeof(exactly[0]); i++) {
        if (strcmp(path, exactly[i]) == 0)
            return true;
    }
    return false;
}

/* Unless a mount shows it already; it takes the place of those that lie below it. */
static void add(struct cupel_cell_mount *mounts, size_t *count, const char *path)
{
    size_t kept = 0;

    for (size_t i = 0; i < *count; i++) {
        if (is_within(path, mounts[i].source))
            return;
    }
    for (size_t i = 0; i < *count; i++) {
        if (!is_within(mounts[i].source, path))
            mounts[kept++] = mounts[i];
    }
    mounts[kept++] =
        (struct cupel_cell_mount){.source = path, .destination = path, .optional = true};
    *count = kept;
}

int cupel_cell_mounts(struct cupel_policy *const *policies, size_t policy_count, size_t spare,
                      struct cupel_cell_mount **ret, size_t *ret_count)
{
    size_t paths = 0;
    size_t count = 0;

    for (size_t i = 0; i < policy_count; i++) {
        for (char **path = policies[i]->read_only; *path != NULL; path++)
            paths++;
    }
    struct cupel_cell_mount *mounts = calloc(paths + spare + 1, sizeof(*mounts));
    if (mounts == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < policy_count; i++) {
        for (char **path = policies[i]->read_only; *path != NULL; path++) {
            if (!is_provided(*path))
                add(mounts, &count, *path);
        }
    }
    *ret = mounts;
    *ret_count = count;
    return 0;
}
