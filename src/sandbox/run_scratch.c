/* What a run keeps in files of its tmpfs, which is memory as well. */
#include <linux/magic.h>
#include <sys/statfs.h>

#include "sandbox/run_internal.h"

/* Of a file in a tmpfs; measured with names of 250 bytes. */
#define INODE_BYTES 1280U

static uint64_t left(uint64_t limit, uint64_t used)
{
    return used < limit ? limit - used : 0;
}

static uint64_t scratch_bytes(int fd, uint64_t *ret_size)
{
    struct statfs fs;

    *ret_size = 0;
    if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != TMPFS_MAGIC)
        return 0; /* a folder of the host's may be bound at /box */
    *ret_size = (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize;
    return (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
}

uint64_t run_box_bytes(const struct cupel_run *run)
{
    uint64_t size;

    return scratch_bytes(run->cell->box_fd, &size);
}

/* A file takes as much, whatever is in it: inode, name and attributes. */
static uint64_t inode_bytes(const struct cupel_run *run)
{
    struct statfs fs;

    if (run->scratch_fd < 0 || fstatfs(run->scratch_fd, &fs) < 0 || fs.f_type != TMPFS_MAGIC)
        return 0;
    /* There are more than the quota by the copy of the box. */
    return left(fs.f_files - fs.f_ffree, left(fs.f_files, run->request.limits.inodes)) *
           INODE_BYTES;
}

uint64_t run_scratch_bytes(const struct cupel_run *run)
{
    uint64_t size;
    uint64_t bytes = scratch_bytes(run->scratch_fd, &size);

    /* It is larger than the quota by the copy of the box in it. */
    bytes = left(bytes, left(size, run->request.limits.disk_bytes)) + inode_bytes(run);
    if (run->request.box == CUPEL_BOX_DIRECT)
        bytes += left(run_box_bytes(run), run->scratch_base_bytes);
    return bytes;
}
