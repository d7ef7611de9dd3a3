#include "unpack/unpack.h"

#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "unpack/container.h"
#include "unpack/extract.h"
#include "unpack/index.h"
#include "unpack/names.h"
#include "unpack/reader.h"
#include "unpack/reject.h"
#include "unpack/tail.h"

/* Bounds for what is left out, which a .git folder may well have a lot of. */
#define LEFT_OUT_MAX_ENTRIES 100000
#define LEFT_OUT_MAX_BYTES   (256U << 20)

#define NO_FILE "the submission holds no file"

struct unpacker {
    struct archive *archive;
    struct cupel_reader_input input;
    struct cupel_container container;
    int input_fd;
    int root_fd;
    const struct cupel_unpack_limits *limits;
    struct cupel_index *index;
    uint64_t entries; /* all that were read, with those left out */
    uint64_t bytes;   /* of the files kept */
    uint64_t left_out_entries;
    uint64_t left_out_bytes;
};

/* Count bytes more of the file at path, whose size they make file_size. */
static int charge(struct unpacker *u, const char *path, uint64_t bytes, uint64_t file_size,
                  struct cupel_error *err)
{
    uint64_t max = u->limits->max_size_bytes;

    if (file_size > max)
        return cupel_reject(err, path, "larger than the limit of %" PRIu64 " bytes", max);
    if (bytes > max - u->bytes)
        return cupel_reject(err, path,
                            "with it, all files are larger than the limit of %" PRIu64 " bytes",
                            max);
    u->bytes += bytes;
    return 0;
}

static int charge_left_out(struct unpacker *u, const char *path, uint64_t bytes,
                           struct cupel_error *err)
{
    if (bytes > LEFT_OUT_MAX_BYTES - u->left_out_bytes)
        return cupel_reject(err, path, "the files that are left out hold more than 256 MiB");
    u->left_out_bytes += bytes;
    return 0;
}

/* Write the entry's bytes to fd; -1: it is left out. *ret_size: how many there were. */
static int copy_data(struct unpacker *u, const char *path, int fd, uint64_t *ret_size,
                     struct cupel_error *err)
{
    const void *bytes;
    size_t len;
    la_int64_t offset = 0;
    uint64_t size = 0;

    for (;;) {
        int r = archive_read_data_block(u->archive, &bytes, &len, &offset);
        if (r != ARCHIVE_OK && r != ARCHIVE_EOF)
            return cupel_reader_fail(u->archive, &u->input, path, err);
        if (r == ARCHIVE_EOF)
            len = 0;
        uint64_t end = 0;
        if (offset < 0 || __builtin_add_overflow((uint64_t)offset, len, &end))
            return cupel_reject(err, path, "damaged: an offset is out of range");
        if (end > size) {
            int c = fd < 0 ? charge_left_out(u, path, end - size, err)
                           : charge(u, path, end - size, end, err);
            if (c < 0)
                return c;
            size = end;
        }
        if (r == ARCHIVE_EOF)
            break;
        if (fd >= 0)
            r = cupel_extract_write(fd, path, bytes, len, (uint64_t)offset, err);
        if (r < 0)
            return r;
    }
    *ret_size = size;
    return 0;
}

/* The size that the archive announces; 0 if none. */
static uint64_t announced(struct archive_entry *entry)
{
    la_int64_t size = archive_entry_size(entry);

    return archive_entry_size_is_set(entry) && size > 0 ? (uint64_t)size : 0;
}

static int unpack_file(struct unpacker *u, struct archive_entry *entry, const char *path,
                       struct cupel_error *err)
{
    bool executable = (archive_entry_perm(entry) & S_IXUSR) != 0;
    uint64_t size = 0;

    /* refuse it before any of it is read, where the archive is honest */
    if (announced(entry) > u->limits->max_size_bytes)
        return charge(u, path, 0, announced(entry), err);
    int r = cupel_index_add(u->index, path, CUPEL_INDEX_FILE, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd = cupel_extract_file(u->root_fd, path, executable, err);
    if (fd < 0)
        return fd;
    r = copy_data(u, path, fd, &size, err);
    if (r < 0)
        return r;
    if (archive_entry_size_is_set(entry) && size != announced(entry))
        return cupel_reject(err, path,
                            "damaged: %" PRIu64 " bytes where %" PRIu64 " were announced", size,
                            announced(entry));
    /* a hole at the end has no bytes to write */
    if (ftruncate(fd, (off_t)size) < 0)
        return cupel_fail_errno(err, "truncate %s", path);
    return 0;
}

static int unpack_hard_link(struct unpacker *u, struct archive_entry *entry, const char *path,
                            struct cupel_error *err)
{
    char target[CUPEL_NAME_SIZE];
    uint64_t size = 0;

    const char *flaw = cupel_name_normalise(archive_entry_hardlink(entry), target);
    if (flaw != NULL || !cupel_index_has_file(u->index, target))
        return cupel_reject(err, path,
                            "a hard link to what is not an earlier file of the archive");
    if (announced(entry) > 0)
        return cupel_reject(err, path, "a hard link with content of its own");
    int r = cupel_index_add(u->index, path, CUPEL_INDEX_FILE, err);
    if (r == 0)
        r = cupel_extract_hard_link(u->root_fd, path, target, &size, err);
    return r < 0 ? r : charge(u, path, size, size, err);
}

static int unpack_link(struct unpacker *u, struct archive_entry *entry, const char *path,
                       struct cupel_error *err)
{
    const char *target = archive_entry_symlink(entry);

    const char *flaw = cupel_name_link_flaw(path, target == NULL ? "" : target);
    if (flaw != NULL)
        return cupel_reject(err, path, "%s", flaw);
    int r = cupel_index_add(u->index, path, CUPEL_INDEX_LINK, err);
    return r < 0 ? r : cupel_extract_link(u->root_fd, path, target, err);
}

static int unpack_folder(struct unpacker *u, const char *path, struct cupel_error *err)
{
    int r = cupel_index_add(u->index, path, CUPEL_INDEX_FOLDER, err);

    return r < 0 ? r : cupel_extract_folder(u->root_fd, path, err);
}

static const char *special_name(mode_t type)
{
    switch (type) {
    case S_IFCHR:
        return "a character device";
    case S_IFBLK:
        return "a block device";
    case S_IFIFO:
        return "a fifo";
    case S_IFSOCK:
        return "a socket";
    default:
        return "of an unknown kind";
    }
}

static int leave_out(struct unpacker *u, const char *path, struct cupel_error *err)
{
    uint64_t size = 0;

    if (++u->left_out_entries > LEFT_OUT_MAX_ENTRIES)
        return cupel_reject(err, path, "more than %u entries that are left out",
                            LEFT_OUT_MAX_ENTRIES);
    return copy_data(u, path, -1, &size, err);
}

static int unpack_entry(struct unpacker *u, struct archive_entry *entry,
                        struct cupel_error *err)
{
    char path[CUPEL_NAME_SIZE];
    const char *name = archive_entry_pathname(entry);
    mode_t type = archive_entry_filetype(entry);

    if (name == NULL)
        return cupel_reject(err, NULL, "entry %" PRIu64 " has no name", u->entries);
    const char *flaw = cupel_name_normalise(name, path);
    if (flaw != NULL)
        return cupel_reject(err, name, "%s", flaw);
    if (archive_entry_is_encrypted(entry))
        return cupel_reject(err, path, "is encrypted");
    if (path[0] == '\0' && type == S_IFDIR)
        return 0; /* the root itself, as "./" */
    if (path[0] == '\0')
        return cupel_reject(err, name, "the name is empty");
    if (cupel_name_is_left_out(path))
        return leave_out(u, path, err);
    if (archive_entry_hardlink(entry) != NULL)
        return unpack_hard_link(u, entry, path, err);
    if (type == S_IFREG)
        return unpack_file(u, entry, path, err);
    if (type == S_IFDIR)
        return unpack_folder(u, path, err);
    if (type == S_IFLNK)
        return unpack_link(u, entry, path, err);
    return cupel_reject(err, path, "%s; only files, folders and links are unpacked",
                        special_name(type));
}

/* The next entry has a name that libarchive cannot take for UTF-8, and keeps to itself: read up
 * to it again, to say which it is. */
static int reject_name(struct unpacker *u, struct cupel_error *err)
{
    struct archive_entry *entry = NULL;

    struct cupel_reader_input input;
    CUPEL_AUTO_ARCHIVE a = NULL;
    int r =
        cupel_reader_open(u->input_fd, &u->container, CUPEL_READER_RAW_NAMES, &input, &a, err);
    if (r < 0)
        return r;
    for (uint64_t i = 0; i <= u->entries; i++) {
        if (archive_read_next_header(a, &entry) < ARCHIVE_WARN)
            return cupel_reader_fail(a, &input, NULL, err);
    }
    const char *name = archive_entry_pathname(entry);
    if (name == NULL)
        return cupel_reject(err, NULL, "entry %" PRIu64 ": the name is not UTF-8",
                            u->entries + 1);
    return cupel_reject(err, name, "the name is not UTF-8");
}

static int fail_header(struct unpacker *u, struct archive_entry *entry, int result,
                       struct cupel_error *err)
{
    const char *name = NULL;

    if (result == ARCHIVE_WARN) {
        name = archive_entry_pathname(entry);
        if (name == NULL)
            return reject_name(u, err);
    }
    return cupel_reader_fail(u->archive, &u->input, name, err);
}

/* The envelope again, now that it is known what was in it. */
static int check_whole(struct unpacker *u, struct cupel_error *err)
{
    if (u->container.kind == CUPEL_CONTAINER_ZIP && u->entries != u->container.entries)
        return cupel_reject(
            err, NULL, "damaged: %" PRIu64 " entries where the zip's directory counts %" PRIu64,
            u->entries, u->container.entries);
    if (u->container.kind == CUPEL_CONTAINER_TAR)
        return cupel_tail_check(u->input_fd, &u->container,
                                (uint64_t)archive_read_header_position(u->archive), err);
    return 0;
}

static int unpack_all(struct unpacker *u, struct cupel_error *err)
{
    struct archive_entry *entry = NULL;

    for (;;) {
        int r = archive_read_next_header(u->archive, &entry);
        if (r == ARCHIVE_EOF)
            return 0;
        if (r != ARCHIVE_OK)
            return fail_header(u, entry, r, err);
        u->entries++;
        r = unpack_entry(u, entry, err);
        if (r < 0)
            return r;
    }
}

static void free_index_p(struct cupel_index **index)
{
    cupel_index_free(*index);
}

int cupel_unpack(int input_fd, int root_fd, const struct cupel_unpack_limits *limits,
                 struct cupel_error *err)
{
    struct unpacker u = {.input_fd = input_fd, .root_fd = root_fd, .limits = limits};

    int r = cupel_container_detect(input_fd, &u.container, err);
    if (r < 0)
        return r;
    if (u.container.kind == CUPEL_CONTAINER_ZIP && u.container.entries == 0)
        return cupel_reject(err, NULL, NO_FILE); /* libarchive knows no such zip */
    __attribute__((cleanup(free_index_p))) struct cupel_index *index = NULL;
    r = cupel_index_new(limits->max_files, &index);
    if (r < 0)
        return cupel_fail(err, r, "no memory");
    CUPEL_AUTO_ARCHIVE archive = NULL;
    r = cupel_reader_open(input_fd, &u.container, CUPEL_READER_ENTRIES, &u.input, &archive,
                          err);
    if (r < 0)
        return r;
    u.index = index;
    u.archive = archive;
    r = unpack_all(&u, err);
    if (r == 0)
        r = check_whole(&u, err);
    if (r == 0 && cupel_index_files(index) == 0)
        return cupel_reject(err, NULL, NO_FILE);
    return r;
}
