#include "grader/submission_newc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "grader/submission_copy.h"
#include "unpack/names.h"

#define HEADER_SIZE  110
#define SIZE_OFFSET  54 /* of the field "filesize" */
#define ALIGN        4
#define NAME_MAX_OUT (CUPEL_NAME_PATH_MAX + CUPEL_NAME_COMPONENT_MAX + 8)

static size_t padding(uint64_t length)
{
    return (size_t)(-length % ALIGN);
}

static int put(struct cupel_newc *newc, const void *bytes, size_t len, struct cupel_error *err)
{
    int r = cupel_copy_bytes(newc->fd, bytes, len, err);

    if (r == 0)
        newc->length += len;
    return r;
}

static int pad(struct cupel_newc *newc, struct cupel_error *err)
{
    static const char zeros[ALIGN];

    return put(newc, zeros, padding(newc->length), err);
}

/* name as it stands in the stream. */
static int put_header(struct cupel_newc *newc, const char *name, mode_t mode, uint32_t size,
                      struct cupel_error *err)
{
    char header[HEADER_SIZE + NAME_MAX_OUT];

    size_t name_size = strlen(name) + 1;
    int n = snprintf(
        header, sizeof(header),
        "070701%08" PRIX32 "%08X%08X%08X%08X%08X%08" PRIX32 "%08X%08X%08X%08X%08zX%08X%s",
        ++newc->count, mode, 0U, 0U, 1U, 0U, size, 0U, 0U, 0U, 0U, name_size, 0U, name);
    if (n < 0 || (size_t)n >= sizeof(header))
        return cupel_fail(err, -ENAMETOOLONG, "%.100s: the path is too long", name);
    int r = put(newc, header, (size_t)n + 1, err);
    return r < 0 ? r : pad(newc, err);
}

/* "./" before it, so that no file can be called as the entry that ends the stream. */
static int put_entry(struct cupel_newc *newc, const char *path, mode_t mode, uint32_t size,
                     struct cupel_error *err)
{
    char name[NAME_MAX_OUT];

    int n = snprintf(name, sizeof(name), "./%s", path);
    if (n < 0 || (size_t)n >= sizeof(name))
        return cupel_fail(err, -ENAMETOOLONG, "%.100s: the path is too long", path);
    return put_header(newc, name, mode, size, err);
}

int cupel_newc_add(struct cupel_newc *newc, const char *path, mode_t mode, const void *bytes,
                   size_t len, struct cupel_error *err)
{
    if (len > CUPEL_NEWC_FILE_MAX)
        return cupel_fail(err, -EFBIG, "%s: too large", path);
    int r = put_entry(newc, path, mode, (uint32_t)len, err);
    if (r == 0)
        r = put(newc, bytes, len, err);
    return r < 0 ? r : pad(newc, err);
}

int cupel_newc_add_file(struct cupel_newc *newc, const char *path, mode_t mode, int fd,
                        uint64_t max_bytes, uint64_t *ret_size, struct cupel_error *err)
{
    uint64_t header_at = newc->length;
    char digits[9];
    uint64_t size = 0;

    if (max_bytes > CUPEL_NEWC_FILE_MAX)
        max_bytes = CUPEL_NEWC_FILE_MAX;
    int r = put_entry(newc, path, mode, 0, err);
    if (r == 0)
        r = cupel_copy_file(fd, newc->fd, max_bytes, &size, err);
    if (r < 0)
        return r;
    if (size == CUPEL_NEWC_FILE_MAX)
        return cupel_fail(err, -EFBIG, "%s: 4 GiB or more", path);
    newc->length += size;
    (void)snprintf(digits, sizeof(digits), "%08" PRIX32, (uint32_t)size);
    if (pwrite(newc->fd, digits, 8, (off_t)(header_at + SIZE_OFFSET)) != 8)
        return cupel_fail_errno(err, "write to a memfd");
    *ret_size = size;
    return pad(newc, err);
}

int cupel_newc_finish(struct cupel_newc *newc, struct cupel_error *err)
{
    return put_header(newc, "TRAILER!!!", 0, 0, err);
}
