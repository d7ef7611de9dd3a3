#include "unpack/container.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unpack/little_endian.h"
#include "unpack/reject.h"

#define ZIP_END_SIZE     22 /* of the end record without its comment */
#define ZIP_COMMENT_MAX  65535
#define ZIP64_LOCATOR    20
#define ZIP64_END_SIZE   56
#define SEVEN_START_SIZE 32

static int read_at(int fd, void *buf, size_t len, uint64_t offset, struct cupel_error *err)
{
    char *p = buf;

    while (len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(pread(fd, p, len, (off_t)offset));
        if (n < 0)
            return cupel_fail_errno(err, "read the submission");
        if (n == 0)
            return cupel_reject(err, NULL, "the archive is cut short");
        p += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

/* How many entries there are, if the end record has no room for the number. */
static int read_zip64_entries(int fd, uint64_t end_at, uint64_t *ret, struct cupel_error *err)
{
    unsigned char locator[ZIP64_LOCATOR];
    unsigned char end[ZIP64_END_SIZE];

    if (end_at < sizeof(locator))
        return 0;
    int r = read_at(fd, locator, sizeof(locator), end_at - sizeof(locator), err);
    if (r < 0 || memcmp(locator, "PK\6\7", 4) != 0)
        return r;
    uint64_t at = cupel_le64(locator + 8);
    if (end_at < sizeof(end) || at > end_at - sizeof(end))
        return cupel_reject(err, NULL, "damaged: the zip's directory has no end");
    r = read_at(fd, end, sizeof(end), at, err);
    if (r == 0)
        *ret = cupel_le64(end + 32);
    return r;
}

/* The last end record within the first limit bytes of a zip's tail whose comment reaches to the
 * file's end; limit if there is none. */
static size_t find_end(const unsigned char *tail, size_t len, size_t limit)
{
    for (size_t i = limit; i-- > 0;) {
        if (len - i >= ZIP_END_SIZE && memcmp(tail + i, "PK\5\6", 4) == 0 &&
            cupel_le16(tail + i + 20) == len - i - ZIP_END_SIZE)
            return i;
    }
    return limit;
}

/* Of two end records, one in the other's comment, each reader takes the one it likes. */
static int check_zip(int fd, struct cupel_container *zip, struct cupel_error *err)
{
    unsigned char tail[ZIP_END_SIZE + ZIP_COMMENT_MAX];
    size_t len = zip->size < sizeof(tail) ? (size_t)zip->size : sizeof(tail);

    int r = read_at(fd, tail, len, zip->size - len, err);
    if (r < 0)
        return r;
    size_t end = find_end(tail, len, len);
    if (end == len)
        return cupel_reject(err, NULL, "damaged or cut short: the zip's directory has no end");
    if (find_end(tail, len, end) != end)
        return cupel_reject(err, NULL, "damaged: the zip's directory ends twice");
    zip->entries = cupel_le16(tail + end + 10);
    if (zip->entries == UINT16_MAX)
        return read_zip64_entries(fd, zip->size - len + end, &zip->entries, err);
    return 0;
}

static int check_7zip(int fd, const struct cupel_container *seven, struct cupel_error *err)
{
    unsigned char start[SEVEN_START_SIZE];
    uint64_t end;

    int r = read_at(fd, start, sizeof(start), 0, err);
    if (r < 0)
        return r;
    if (__builtin_add_overflow(cupel_le64(start + 12), cupel_le64(start + 20), &end) ||
        __builtin_add_overflow(end, (uint64_t)SEVEN_START_SIZE, &end) || end > seven->size)
        return cupel_reject(err, NULL, "damaged or cut short: the 7z's directory is missing");
    if (end < seven->size)
        return cupel_reject(err, NULL, "data follow the end of the archive");
    return 0;
}

static bool starts_with(const unsigned char *head, size_t len, const char *magic,
                        size_t magic_len)
{
    return len >= magic_len && memcmp(head, magic, magic_len) == 0;
}

static void identify(const unsigned char *head, size_t len, struct cupel_container *c)
{
    static const struct {
        const char *magic;
        size_t len;
        enum cupel_container_kind kind;
        enum cupel_container_filter filter;
    } magics[] = {
        {"PK\3\4", 4, CUPEL_CONTAINER_ZIP, CUPEL_FILTER_NONE},
        {"PK\5\6", 4, CUPEL_CONTAINER_ZIP, CUPEL_FILTER_NONE},
        {"7z\xBC\xAF\x27\x1C", 6, CUPEL_CONTAINER_7ZIP, CUPEL_FILTER_NONE},
        {"070701", 6, CUPEL_CONTAINER_CPIO, CUPEL_FILTER_NONE},
        {"\x1F\x8B", 2, CUPEL_CONTAINER_TAR, CUPEL_FILTER_GZIP},
        {"BZh", 3, CUPEL_CONTAINER_TAR, CUPEL_FILTER_BZIP2},
        {"\xFD"
         "7zXZ",
         6, CUPEL_CONTAINER_TAR, CUPEL_FILTER_XZ}, /* with the NUL that follows */
        {"\x28\xB5\x2F\xFD", 4, CUPEL_CONTAINER_TAR, CUPEL_FILTER_ZSTD},
    };

    c->kind = CUPEL_CONTAINER_TAR;
    c->filter = CUPEL_FILTER_NONE;
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
        if (starts_with(head, len, magics[i].magic, magics[i].len)) {
            c->kind = magics[i].kind;
            c->filter = magics[i].filter;
            return;
        }
    }
}

int cupel_container_detect(int fd, struct cupel_container *ret, struct cupel_error *err)
{
    struct cupel_container c = {0};
    unsigned char head[8] = {0};
    struct stat st;
    int r;

    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "stat the submission");
    if (!S_ISREG(st.st_mode))
        return cupel_fail(err, -ESPIPE, "standard input is not a regular file");
    c.size = (uint64_t)st.st_size;
    if (c.size == 0)
        return cupel_reject(err, NULL, "the archive is empty, it holds 0 bytes");
    size_t len = c.size < sizeof(head) ? (size_t)c.size : sizeof(head);
    r = read_at(fd, head, len, 0, err);
    if (r < 0)
        return r;
    identify(head, len, &c);
    if (c.kind == CUPEL_CONTAINER_ZIP)
        r = check_zip(fd, &c, err);
    else if (c.kind == CUPEL_CONTAINER_7ZIP)
        r = check_7zip(fd, &c, err);
    if (r == 0)
        *ret = c;
    return r;
}
