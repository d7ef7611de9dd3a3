/*
 * What jobs are made of and what they end in, by its SHA-256: in a folder beside SQLite's file,
 * or in a table of PostgreSQL's, where every worker can reach it. Written before anything names
 * it, as a whole or not at all, and synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/hash.h"
#include "cupel/path.h"
#include "queue/queue_internal.h"

#define CHUNK 65536

bool queue_is_sha256(const char *text)
{
    return strlen(text) == CUPEL_SHA256_HEX_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == CUPEL_SHA256_HEX_SIZE - 1;
}

/* Copy to the end, and take the hash on the way. */
static int copy(int from_fd, int to_fd, uint64_t max_bytes, struct cupel_blob *ret)
{
    CUPEL_AUTO_FREE char *chunk = malloc(CHUNK);
    struct cupel_hash hash;

    if (chunk == NULL)
        return -ENOMEM;
    cupel_hash_init(&hash);
    ret->bytes = 0;
    for (;;) {
        ssize_t n = TEMP_FAILURE_RETRY(read(from_fd, chunk, CHUNK));
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        ret->bytes += (uint64_t)n;
        if (ret->bytes > max_bytes)
            return -EFBIG;
        cupel_hash_update(&hash, chunk, (size_t)n);
        int r = cupel_path_write_fd(to_fd, chunk, (size_t)n);
        if (r < 0)
            return r;
    }
    cupel_hash_hex(&hash, ret->sha256);
    return 0;
}

int blob_open_folder(const struct cupel_queue *queue, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;

    if (asprintf(&path, "%s.blobs", queue->url + strlen("sqlite://")) < 0) {
        path = NULL;
        return cupel_fail(err, -ENOMEM, "open the folder of blobs: out of memory");
    }
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return cupel_fail_errno(err, "make %.200s", path);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? cupel_fail_errno(err, "open %.200s", path) : fd;
}

static int open_place(int folder_fd, const char *sha256)
{
    char name[BLOB_PREFIX + 1];

    (void)snprintf(name, sizeof(name), "%.*s", BLOB_PREFIX, sha256);
    if (mkdirat(folder_fd, name, 0700) < 0 && errno != EEXIST)
        return -errno;
    int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 || fsync(folder_fd) < 0 ? -errno : fd;
}

/* Give the file at name in the folder its own name, for good. */
static int keep(int folder_fd, const char *temporary, int fd, const char *sha256)
{
    CUPEL_AUTO_FD place_fd = open_place(folder_fd, sha256);

    if (place_fd < 0)
        return place_fd;
    /* Whoever drops an old file of that name waits, and then sees a young one. */
    if (fsync(fd) < 0 || TEMP_FAILURE_RETRY(flock(place_fd, LOCK_SH)) < 0 ||
        renameat(folder_fd, temporary, place_fd, sha256 + BLOB_PREFIX) < 0 ||
        fsync(place_fd) < 0)
        return -errno;
    return 0;
}

static int put_in_folder(const struct cupel_queue *queue, int from_fd, uint64_t max_bytes,
                         struct cupel_blob *ret, struct cupel_error *err)
{
    CUPEL_AUTO_FD folder_fd = blob_open_folder(queue, err);
    char temporary[32];
    uint64_t number = 0;

    if (folder_fd < 0)
        return folder_fd;
    if (getrandom(&number, sizeof(number), 0) < 0)
        return cupel_fail_errno(err, "getrandom");
    (void)snprintf(temporary, sizeof(temporary), BLOB_TEMPORARY "%016jx", (uintmax_t)number);
    CUPEL_AUTO_FD fd =
        openat(folder_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int r = fd < 0 ? -errno : copy(from_fd, fd, max_bytes, ret);
    if (r == 0)
        r = keep(folder_fd, temporary, fd, ret->sha256);
    if (r < 0 && fd >= 0)
        (void)unlinkat(folder_fd, temporary, 0);
    return r < 0 ? cupel_fail(err, r, "keep a blob: %s", strerrordesc_np(-r)) : 0;
}

static int put_in_table(struct cupel_queue *queue, int from_fd, uint64_t max_bytes,
                        struct cupel_blob *ret, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = memfd_create("blob", MFD_CLOEXEC);
    CUPEL_AUTO_FREE char *bytes = NULL;
    size_t len = 0;

    int r = fd < 0 ? -errno : copy(from_fd, fd, max_bytes, ret);
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r == 0)
        r = cupel_path_read_fd(fd, ret->bytes, &bytes, &len);
    if (r < 0)
        return cupel_fail(err, r, "keep a blob: %s", strerrordesc_np(-r));
    const struct sql_value parameters[] = {sql_text(ret->sha256), sql_bytes(bytes, len)};
    return sql_query(queue->sql,
                     "INSERT INTO blobs (sha256, created, bytes) VALUES ($1, {now}, $2)"
                     " ON CONFLICT (sha256) DO UPDATE SET created = {now}",
                     parameters, 2, NULL, NULL, err);
}

int cupel_queue_put_blob(struct cupel_queue *queue, int fd, uint64_t max_bytes,
                         struct cupel_blob *ret, struct cupel_error *err)
{
    struct cupel_blob blob = {.bytes = 0};

    int r = sql_is_postgres(queue->sql) ? put_in_table(queue, fd, max_bytes, &blob, err)
                                        : put_in_folder(queue, fd, max_bytes, &blob, err);
    if (r == 0)
        *ret = blob;
    return r;
}

static int fail_missing(const char *sha256, struct cupel_error *err)
{
    return cupel_fail(err, -ENOENT, "there is no blob %.64s", sha256);
}

static int open_in_folder(const struct cupel_queue *queue, const char *sha256,
                          struct cupel_error *err)
{
    CUPEL_AUTO_FD folder_fd = blob_open_folder(queue, err);
    char name[CUPEL_SHA256_HEX_SIZE + 1];

    if (folder_fd < 0)
        return folder_fd;
    (void)snprintf(name, sizeof(name), "%.*s/%s", BLOB_PREFIX, sha256, sha256 + BLOB_PREFIX);
    int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return fail_missing(sha256, err);
    return fd < 0 ? cupel_fail_errno(err, "open blob %.64s", sha256) : fd;
}

static int open_in_table(struct cupel_queue *queue, const char *sha256, struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(sha256);
    CUPEL_AUTO_FD fd = memfd_create("blob", MFD_CLOEXEC);
    SQL_AUTO_ROWS *rows = NULL;
    size_t len = 0;

    if (fd < 0)
        return cupel_fail_errno(err, "open blob %.64s", sha256);
    int r = sql_query(queue->sql, "SELECT bytes FROM blobs WHERE sha256 = $1", &parameter, 1,
                      &rows, NULL, err);
    if (r < 0)
        return r;
    if (sql_count(rows) == 0)
        return fail_missing(sha256, err);
    const char *bytes = sql_get_text(rows, 0, 0, &len);
    r = cupel_path_write_fd(fd, bytes, len);
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = -errno;
    return r < 0 ? cupel_fail(err, r, "open blob %.64s: %s", sha256, strerrordesc_np(-r))
                 : cupel_take_fd(&fd);
}

int cupel_queue_open_blob(struct cupel_queue *queue, const char *sha256, int *ret_fd,
                          struct cupel_error *err)
{
    if (!queue_is_sha256(sha256))
        return cupel_fail(err, -EINVAL, "%.64s: no SHA-256 in lower-case digits", sha256);
    int fd = sql_is_postgres(queue->sql) ? open_in_table(queue, sha256, err)
                                         : open_in_folder(queue, sha256, err);
    if (fd < 0)
        return fd;
    *ret_fd = fd;
    return 0;
}
