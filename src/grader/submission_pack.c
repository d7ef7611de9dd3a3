#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/submission.h"
#include "grader/submission_copy.h"
#include "grader/submission_entries.h"
#include "grader/submission_kind.h"
#include "grader/submission_newc.h"

/* What an archive may take beyond the files in it: a share for each entry, and litter. */
#define PACKED_BYTES_A_FILE 65536U
#define PACKED_BYTES_LITTER (16U << 20)

/* The largest archive that is looked at, in bytes; it is bounded, since it is kept in memory.
 */
static uint64_t packed_max(const struct cupel_intake *intake)
{
    uint64_t max;

    if (__builtin_mul_overflow(intake->max_files, PACKED_BYTES_A_FILE, &max) ||
        __builtin_add_overflow(max, intake->max_size_bytes, &max) ||
        __builtin_add_overflow(max, PACKED_BYTES_LITTER, &max))
        return INT64_MAX;
    return max;
}

/* Copy an archive, or whatever comes from a pipe, into memfd to. */
static int copy_bounded(int from, int to, const char *name, const struct cupel_intake *intake,
                        struct cupel_error *err)
{
    uint64_t max = packed_max(intake);
    uint64_t size = 0;

    int r = cupel_copy_file(from, to, max + 1, &size, err);
    if (r == 0 && size > max)
        return cupel_fail(err, -EFBIG, "%s: larger than %" PRIu64 " bytes, packed", name, max);
    return r;
}

/* How much of a file to copy: a byte more than is allowed lets cupel-unpack refuse it. */
static uint64_t allowance(const struct cupel_intake *intake, uint64_t used)
{
    return intake->max_size_bytes - used + 1;
}

static int pack_one_file(int from, const char *name, mode_t mode,
                         const struct cupel_intake *intake, int to, struct cupel_error *err)
{
    struct cupel_newc newc = {.fd = to};
    uint64_t size = 0;

    int r = cupel_newc_add_file(&newc, name, mode, from, allowance(intake, 0), &size, err);
    return r < 0 ? r : cupel_newc_finish(&newc, err);
}

/* Add the file of a folder. *used grows by its size. */
static int add_file(struct cupel_newc *newc, int folder_fd, const char *path,
                    const struct cupel_intake *intake, uint64_t *used, struct cupel_error *err)
{
    struct stat st;
    uint64_t size = 0;

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(folder_fd, path, O_RDONLY | O_NOFOLLOW, err);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "stat %s", path);
    if (!S_ISREG(st.st_mode))
        return cupel_fail(err, -EAGAIN, "%s: changed while it was read", path);
    int r =
        cupel_newc_add_file(newc, path, st.st_mode, fd, allowance(intake, *used), &size, err);
    if (r == 0)
        *used += size;
    return r;
}

static int add_entry(struct cupel_newc *newc, int folder_fd, const struct cupel_entry *entry,
                     const struct cupel_intake *intake, uint64_t *used, struct cupel_error *err)
{
    if (S_ISREG(entry->st.st_mode))
        return add_file(newc, folder_fd, entry->path, intake, used, err);
    if (!S_ISLNK(entry->st.st_mode))
        return cupel_newc_add(newc, entry->path, entry->st.st_mode, "", 0, err);

    CUPEL_AUTO_FREE char *target = NULL;
    int r = cupel_entry_read_link(folder_fd, entry->path, &target, err);
    if (r < 0)
        return r;
    return cupel_newc_add(newc, entry->path, entry->st.st_mode, target, strlen(target), err);
}

static bool is_within(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* Stops at the entry that is too much: it is in the stream for cupel-unpack to refuse. */
static int pack_folder(int folder_fd, const char *skip, const struct cupel_intake *intake,
                       int to, struct cupel_error *err)
{
    struct cupel_newc newc = {.fd = to};
    uint64_t used = 0;

    CUPEL_AUTO_ENTRIES entries = {0};
    size_t most = skip == NULL ? intake->max_files : SIZE_MAX - 1;
    int r = cupel_entries_list(folder_fd, most, true, &entries, err);
    for (size_t i = 0; r == 0 && i < entries.count && used <= intake->max_size_bytes &&
                       newc.count <= intake->max_files;
         i++) {
        if (skip == NULL || !is_within(entries.items[i].path, skip))
            r = add_entry(&newc, folder_fd, &entries.items[i], intake, &used, err);
    }
    return r < 0 ? r : cupel_newc_finish(&newc, err);
}

static size_t read_head(int fd, unsigned char head[static CUPEL_KIND_HEAD_SIZE])
{
    ssize_t n = TEMP_FAILURE_RETRY(pread(fd, head, CUPEL_KIND_HEAD_SIZE, 0));

    return n < 0 ? 0 : (size_t)n;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static int pack_path(const char *path, const struct cupel_intake *intake, int to,
                     struct cupel_error *err)
{
    unsigned char head[CUPEL_KIND_HEAD_SIZE];
    struct stat st;

    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return cupel_fail_errno(err, "open %s", path);
    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "stat %s", path);
    if (S_ISDIR(st.st_mode))
        return pack_folder(fd, NULL, intake, to, err);
    if (!S_ISREG(st.st_mode))
        return cupel_fail(err, -EINVAL, "%s: neither a folder nor a file", path);
    const char *name = base_name(path);
    if (cupel_kind_is_archive(name, head, read_head(fd, head), intake))
        return copy_bounded(fd, to, name, intake, err);
    return pack_one_file(fd, name, st.st_mode, intake, to, err);
}

/* The only file that may be handed in, or NULL. */
static const char *only_file(const struct cupel_intake *intake)
{
    if (intake->files == NULL || intake->files[0] == NULL || intake->files[1] != NULL)
        return NULL;
    return strpbrk(intake->files[0], "*?[\\") == NULL ? intake->files[0] : NULL;
}

static int pack_input(int input_fd, const struct cupel_intake *intake, int to,
                      struct cupel_error *err)
{
    unsigned char head[CUPEL_KIND_HEAD_SIZE];

    CUPEL_AUTO_FD copy = cupel_copy_new(err);
    if (copy < 0)
        return copy;
    int r = copy_bounded(input_fd, copy, "standard input", intake, err);
    if (r < 0)
        return r;
    bool is_archive = cupel_kind_has_magic(head, read_head(copy, head));
    const char *name = only_file(intake);
    if (!is_archive && name == NULL)
        return cupel_fail(err, -EINVAL,
                          "standard input is no archive, and the grader does not name a single "
                          "file that it could be");
    if (lseek(copy, 0, SEEK_SET) < 0)
        return cupel_fail(err, -EIO, "rewind a memfd: %s", strerrordesc_np(errno));
    if (is_archive)
        return copy_bounded(copy, to, "standard input", intake, err);
    return pack_one_file(copy, name, S_IFREG | 0644, intake, to, err);
}

int cupel_submission_pack_folder(int folder_fd, const char *skip,
                                 const struct cupel_intake *intake, int *ret_fd,
                                 struct cupel_error *err)
{
    CUPEL_AUTO_FD packed = cupel_copy_new(err);
    if (packed < 0)
        return packed;
    int r = pack_folder(folder_fd, skip, intake, packed, err);
    if (r == 0)
        r = cupel_copy_seal(packed, err);
    if (r == 0)
        *ret_fd = cupel_take_fd(&packed);
    return r;
}

int cupel_submission_pack(const char *path, int input_fd, const struct cupel_intake *intake,
                          int *ret_fd, struct cupel_error *err)
{
    CUPEL_AUTO_FD packed = cupel_copy_new(err);
    if (packed < 0)
        return packed;
    int r = strcmp(path, "-") == 0 ? pack_input(input_fd, intake, packed, err)
                                   : pack_path(path, intake, packed, err);
    if (r == 0)
        r = cupel_copy_seal(packed, err);
    if (r < 0)
        return r;
    *ret_fd = cupel_take_fd(&packed);
    return 0;
}
