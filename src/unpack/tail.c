#include "unpack/tail.h"

#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "unpack/crc32.h"
#include "unpack/little_endian.h"
#include "unpack/reader.h"
#include "unpack/reject.h"

#define END_MARK_BYTES    1024       /* two blocks of zeros */
#define PADDING_MAX       (1U << 20) /* of the last record */
#define GZIP_TRAILER_SIZE 8

/* What has been seen of the decompressed stream. */
struct stream {
    uint64_t length;
    uint32_t crc;
};

static bool is_zero(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* The next block of the stream; only zeros may come after end. A tar that ends where it begins
 * is one only if nothing else comes: disk images begin with zeros, too. */
static int feed(struct stream *s, const unsigned char *bytes, size_t len, uint64_t end,
                bool sum, struct cupel_error *err)
{
    size_t inside = 0;

    if (s->length < end)
        inside = end - s->length < len ? (size_t)(end - s->length) : len;
    if (!is_zero(bytes + inside, len - inside))
        return cupel_reject(err, NULL,
                            end == 0 ? "not an archive: no zip, tar or 7z"
                                     : "data follow the end of the archive");
    if (sum)
        s->crc = cupel_crc32(s->crc, bytes, len);
    s->length += len;
    if (s->length > end && s->length - end > PADDING_MAX)
        return cupel_reject(err, NULL, "more than 1 MiB of padding follow the archive");
    return 0;
}

static int drain(struct archive *a, const struct cupel_reader_input *input, struct stream *s,
                 uint64_t end, bool sum, struct cupel_error *err)
{
    struct archive_entry *entry;
    const void *bytes;
    size_t len;
    la_int64_t offset;

    if (archive_read_next_header(a, &entry) != ARCHIVE_OK)
        return cupel_reader_fail(a, input, NULL, err);
    for (;;) {
        int r = archive_read_data_block(a, &bytes, &len, &offset);
        if (r == ARCHIVE_EOF)
            return 0;
        if (r != ARCHIVE_OK)
            return cupel_reader_fail(a, input, NULL, err);
        r = feed(s, bytes, len, end, sum, err);
        if (r < 0)
            return r;
    }
}

/* One member is expected: of several, the sum at the end is that of the last alone. */
static int check_gzip(int fd, const struct cupel_container *tar, const struct stream *s,
                      struct cupel_error *err)
{
    unsigned char trailer[GZIP_TRAILER_SIZE];

    if (tar->size < sizeof(trailer))
        return cupel_reject(err, NULL, "damaged or cut short: the gzip trailer is missing");
    off_t at = (off_t)(tar->size - sizeof(trailer));
    ssize_t n = TEMP_FAILURE_RETRY(pread(fd, trailer, sizeof(trailer), at));
    if (n != (ssize_t)sizeof(trailer))
        return n < 0 ? cupel_fail_errno(err, "read the submission")
                     : cupel_fail(err, -EIO, "read the submission: it became shorter");
    if (cupel_le32(trailer) != s->crc || cupel_le32(trailer + 4) != (uint32_t)s->length)
        return cupel_reject(err, NULL,
                            "damaged: the gzip checksum is wrong, or data follow it");
    return 0;
}

int cupel_tail_check(int fd, const struct cupel_container *tar, uint64_t end,
                     struct cupel_error *err)
{
    struct cupel_reader_input input;
    struct stream s = {0};
    bool gzip = tar->filter == CUPEL_FILTER_GZIP;

    CUPEL_AUTO_ARCHIVE a = NULL;
    int r = cupel_reader_open(fd, tar, CUPEL_READER_STREAM, &input, &a, err);
    if (r == 0)
        r = drain(a, &input, &s, end, gzip, err);
    if (r < 0)
        return r;
    if (s.length < end + END_MARK_BYTES)
        return cupel_reject(err, NULL, "damaged or cut short: the tar has no end mark");
    if (gzip)
        return check_gzip(fd, tar, &s, err);
    if ((uint64_t)archive_filter_bytes(a, -1) != tar->size)
        return cupel_reject(err, NULL, "data follow the end of the archive");
    return 0;
}
