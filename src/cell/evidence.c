#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "cell/cell.h"
#include "cupel/cleanup.h"

#define DEPTH_MAX 256 /* of folders: what is deeper is not found */

static const char *const places[] = {"/tmp", "/box"};

#define PLACES (sizeof(places) / sizeof(places[0]))

/* A folder of the host's may be bound there instead: its room and files are no matter of ours.
 */
static bool is_our_own(const char *path, struct statfs *ret)
{
    return statfs(path, ret) == 0 &&
           (ret->f_type == TMPFS_MAGIC || ret->f_type == OVERLAYFS_SUPER_MAGIC);
}

bool cell_evidence_disk_full(void)
{
    struct statfs fs;

    for (size_t i = 0; i < PLACES; i++) {
        if (is_our_own(places[i], &fs) && (fs.f_bavail == 0 || fs.f_ffree == 0))
            return true;
    }
    return false;
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

struct search {
    uint64_t size;
    dev_t device; /* another file system's files are no matter of ours either */
};

static bool folder_holds(int at, const char *name, const struct search *search, unsigned depth);

static bool entry_is_or_holds(int folder_fd, const struct dirent *entry,
                              const struct search *search, unsigned depth)
{
    const char *name = entry->d_name;
    struct stat st;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    if (entry->d_type == DT_DIR)
        return depth < DEPTH_MAX && folder_holds(folder_fd, name, search, depth + 1);
    return entry->d_type == DT_REG && fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (uint64_t)st.st_size == search->size;
}

static bool folder_holds(int at, const char *name, const struct search *search, unsigned depth)
{
    struct stat st;
    bool found = false;
    CUPEL_AUTO_FD fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0 || st.st_dev != search->device)
        return false;
    __attribute__((cleanup(close_folder))) DIR *entries = fdopendir(fd);
    if (entries == NULL)
        return false;
    (void)cupel_take_fd(&fd);
    for (const struct dirent *entry; !found && (entry = readdir(entries)) != NULL;)
        found = entry_is_or_holds(dirfd(entries), entry, search, depth);
    return found;
}

static bool holds_file_of(const char *path, uint64_t size)
{
    struct stat st;

    return stat(path, &st) == 0 &&
           folder_holds(AT_FDCWD, path, &(struct search){size, st.st_dev}, 0);
}

bool cell_evidence_file_at_limit(uint64_t size)
{
    struct statfs fs;

    for (size_t i = 0; i < PLACES; i++) {
        if (is_our_own(places[i], &fs) &&
            (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize >= size &&
            holds_file_of(places[i], size))
            return true;
    }
    return false;
}
