#include "unpack/reader.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "unpack/reject.h"

#define FILTERS_MAX 2 /* one of compression, and the file itself */

/* libarchive's ARCHIVE_ERRNO_FILE_FORMAT on Linux, which its headers keep to themselves */
#define UNKNOWN_FORMAT EILSEQ

void cupel_reader_free_p(struct archive **archive)
{
    (void)archive_read_free(*archive); /* allows NULL */
}

static int enable_format(struct archive *a, enum cupel_container_kind kind)
{
    switch (kind) {
    case CUPEL_CONTAINER_TAR:
        return archive_read_support_format_tar(a);
    case CUPEL_CONTAINER_ZIP:
        /* not the streaming reader, which does without the directory */
        return archive_read_support_format_zip_seekable(a);
    case CUPEL_CONTAINER_7ZIP:
        return archive_read_support_format_7zip(a);
    case CUPEL_CONTAINER_CPIO:
        return archive_read_support_format_cpio(a);
    }
    return ARCHIVE_FATAL;
}

static int enable_filter(struct archive *a, enum cupel_container_filter filter)
{
    switch (filter) {
    case CUPEL_FILTER_NONE:
        return archive_read_support_filter_none(a);
    case CUPEL_FILTER_GZIP:
        return archive_read_support_filter_gzip(a);
    case CUPEL_FILTER_BZIP2:
        return archive_read_support_filter_bzip2(a);
    case CUPEL_FILTER_XZ:
        return archive_read_support_filter_xz(a);
    case CUPEL_FILTER_ZSTD:
        return archive_read_support_filter_zstd(a);
    }
    return ARCHIVE_FATAL;
}

/*
 * Names are UTF-8 in every format, whatever it says of itself; and libarchive composes what it
 * converts (NFC), so that one name has one form. 7z has UTF-16 alone, raw has no names.
 */
static int set_charset(struct archive *a, const struct cupel_container *container)
{
    static const char *const modules[] = {
        [CUPEL_CONTAINER_TAR] = "tar",
        [CUPEL_CONTAINER_ZIP] = "zip",
        [CUPEL_CONTAINER_7ZIP] = NULL,
        [CUPEL_CONTAINER_CPIO] = "cpio",
    };
    const char *module = modules[container->kind];

    return module == NULL ? ARCHIVE_OK
                          : archive_read_set_format_option(a, module, "hdrcharset", "UTF-8");
}

static la_ssize_t read_block(struct archive *a, void *owner, const void **ret)
{
    struct cupel_reader_input *input = owner;

    ssize_t n = TEMP_FAILURE_RETRY(
        pread(input->fd, input->block, sizeof(input->block), (off_t)input->at));
    if (n < 0) {
        input->failure = errno;
        archive_set_error(a, EIO, "read the submission");
        return ARCHIVE_FATAL;
    }
    input->at += (uint64_t)n;
    *ret = input->block;
    return n;
}

static la_int64_t seek_to(struct archive *a, void *owner, la_int64_t offset, int whence)
{
    struct cupel_reader_input *input = owner;
    uint64_t base = whence == SEEK_END ? input->size : whence == SEEK_CUR ? input->at : 0;
    la_int64_t at;

    (void)a;
    if (__builtin_add_overflow((la_int64_t)base, offset, &at) || at < 0)
        return ARCHIVE_FATAL;
    input->at = (uint64_t)at;
    return at;
}

static int open_input(struct archive *a, int fd, const struct cupel_container *container,
                      struct cupel_reader_input *input)
{
    input->fd = fd;
    input->failure = 0;
    input->at = 0;
    input->size = container->size;
    if (archive_read_set_seek_callback(a, seek_to) != ARCHIVE_OK)
        return ARCHIVE_FATAL;
    return archive_read_open(a, input, NULL, read_block, NULL);
}

int cupel_reader_open(int fd, const struct cupel_container *container,
                      enum cupel_reader_view view, struct cupel_reader_input *input,
                      struct archive **ret, struct cupel_error *err)
{
    CUPEL_AUTO_ARCHIVE a = archive_read_new();
    if (a == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");
    int format = view == CUPEL_READER_STREAM ? archive_read_support_format_raw(a)
                                             : enable_format(a, container->kind);
    if (format == ARCHIVE_OK && view == CUPEL_READER_ENTRIES)
        format = set_charset(a, container);
    if (format != ARCHIVE_OK || enable_filter(a, container->filter) != ARCHIVE_OK)
        return cupel_fail(err, -ENOTSUP, "libarchive: %s", archive_error_string(a));
    if (open_input(a, fd, container, input) != ARCHIVE_OK)
        return cupel_reader_fail(a, input, NULL, err);
    if (archive_filter_count(a) > FILTERS_MAX)
        return cupel_reject(err, NULL, "the archive is compressed more than once");
    *ret = a;
    a = NULL;
    return 0;
}

int cupel_reader_fail(struct archive *archive, const struct cupel_reader_input *input,
                      const char *name, struct cupel_error *err)
{
    const char *text = archive_error_string(archive);
    int code = archive_errno(archive);

    if (input->failure != 0)
        return cupel_fail(err, -input->failure, "read the submission: %s",
                          strerrordesc_np(input->failure));
    if (code == UNKNOWN_FORMAT && archive_format(archive) == 0)
        return cupel_reject(err, NULL, "not an archive: no zip, tar or 7z");
    /* libarchive 3.6.2 reads beyond its table if asked before there is a format */
    if (archive_format(archive) != 0 && archive_read_has_encrypted_entries(archive) > 0)
        return cupel_reject(err, name, "is encrypted");
    if (code == ENOMEM)
        return cupel_reject(err, name, "needs more memory than there is to unpack");
    if (text == NULL)
        text = "libarchive does not say why";
    return cupel_reject(err, name, "damaged or cut short (%.*s)", (int)strcspn(text, "\n"),
                        text);
}
