#include <errno.h>
#include <fts.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "cell/cell.h"

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

static bool holds_file_of(const char *path, uint64_t size)
{
    char *const roots[] = {(char *)(uintptr_t)path, NULL}; /* only read */
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    bool found = false;

    if (tree == NULL)
        return false;
    for (FTSENT *entry; !found && (entry = fts_read(tree)) != NULL;)
        found = entry->fts_info == FTS_F && (uint64_t)entry->fts_statp->st_size == size;
    (void)fts_close(tree);
    return found;
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
