/*
 * Blobs that nothing names. A name may come back at any time: somebody puts a blob that is
 * there already, and adds a job that names it. So blobs that were put lately stay, named or
 * not; putting one again makes it young, and whether it is old is looked at under a lock that
 * putting takes as well.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "queue/queue_internal.h"

#define BATCH 256

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}
#define AUTO_FOLDER __attribute__((cleanup(close_folder))) DIR

/* fd is borrowed. Returns NULL with errno. */
static DIR *list_folder(int fd)
{
    CUPEL_AUTO_FD own_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = own_fd < 0 ? NULL : fdopendir(own_fd);

    if (folder != NULL)
        (void)cupel_take_fd(&own_fd);
    return folder;
}

static int is_kept(struct sql *sql, const char *sha256, bool *ret, struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(sha256);
    SQL_AUTO_ROWS *rows = NULL;

    int r = sql_query(sql, "SELECT 1 FROM kept_blobs WHERE sha256 = $1", &parameter, 1, &rows,
                      NULL, err);
    if (r == 0)
        *ret = sql_count(rows) > 0;
    return r;
}

/* Whether it is a file that was written before: 1; 0; -errno. */
static int is_old(int place_fd, const char *name, int64_t before_us, uint64_t *ret_bytes)
{
    struct stat st;

    if (fstatat(place_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    *ret_bytes = (uint64_t)st.st_size;
    return S_ISREG(st.st_mode) &&
           st.st_mtim.tv_sec * INT64_C(1000000) + st.st_mtim.tv_nsec / 1000 < before_us;
}

/* Returns as is_old(). */
static int unlink_if_old(int place_fd, const char *name, int64_t before_us, uint64_t *ret_bytes)
{
    if (TEMP_FAILURE_RETRY(flock(place_fd, LOCK_EX)) < 0)
        return -errno;
    int r = is_old(place_fd, name, before_us, ret_bytes);
    if (r > 0 && unlinkat(place_fd, name, 0) < 0)
        r = -errno;
    (void)flock(place_fd, LOCK_UN);
    return r;
}

static int drop_file(struct sql *sql, int place_fd, const char *sha256, int64_t before_us,
                     struct blob_sum *sum, struct cupel_error *err)
{
    const char *name = sha256 + BLOB_PREFIX;
    uint64_t bytes = 0;
    bool kept = true;

    int r = is_old(place_fd, name, before_us, &bytes);
    if (r > 0) {
        r = is_kept(sql, sha256, &kept, err);
        if (r < 0 || kept)
            return r;
        r = unlink_if_old(place_fd, name, before_us, &bytes);
    }
    if (r < 0)
        return cupel_fail(err, r, "drop blob %.64s: %s", sha256, strerrordesc_np(-r));
    sum->count += r;
    sum->bytes += r > 0 ? bytes : 0;
    return 0;
}

static int drop_place(struct sql *sql, int folder_fd, const char *prefix, int64_t before_us,
                      struct blob_sum *sum, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd =
        openat(folder_fd, prefix, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    AUTO_FOLDER *place = fd < 0 ? NULL : list_folder(fd);
    int r = 0;

    if (place == NULL)
        return cupel_fail_errno(err, "list blobs %.16s", prefix);
    for (const struct dirent *entry; r == 0 && (entry = readdir(place)) != NULL;) {
        char sha256[CUPEL_SHA256_HEX_SIZE + 1]; /* room for one digit too many */
        (void)snprintf(sha256, sizeof(sha256), "%.*s%.*s", BLOB_PREFIX, prefix,
                       CUPEL_SHA256_HEX_SIZE - BLOB_PREFIX, entry->d_name);
        if (queue_is_sha256(sha256))
            r = drop_file(sql, fd, sha256, before_us, sum, err);
    }
    return r;
}

/* What whoever put a blob left there when the power failed. */
static int drop_rest(int folder_fd, const char *name, int64_t before_us,
                     struct cupel_error *err)
{
    uint64_t bytes = 0;

    int r = is_old(folder_fd, name, before_us, &bytes);
    if (r > 0)
        r = unlinkat(folder_fd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
    return r < 0 ? cupel_fail(err, r, "drop %.32s: %s", name, strerrordesc_np(-r)) : 0;
}

static int drop_files(struct cupel_queue *queue, int64_t before_us, struct blob_sum *sum,
                      struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = blob_open_folder(queue, err);
    int r = 0;

    if (fd < 0)
        return fd;
    AUTO_FOLDER *folder = list_folder(fd);
    if (folder == NULL)
        return cupel_fail_errno(err, "list blobs");
    for (const struct dirent *entry; r == 0 && (entry = readdir(folder)) != NULL;) {
        if (strncmp(entry->d_name, BLOB_TEMPORARY, strlen(BLOB_TEMPORARY)) == 0)
            r = drop_rest(fd, entry->d_name, before_us, err);
        else if (strspn(entry->d_name, "0123456789abcdef") == BLOB_PREFIX &&
                 entry->d_name[BLOB_PREFIX] == '\0')
            r = drop_place(queue->sql, fd, entry->d_name, before_us, sum, err);
    }
    return r;
}

/* In the order of names, so that each is looked at once; both tables from the last one on. */
static const char drop_batch[] =
    "DELETE FROM blobs WHERE sha256 = ANY (ARRAY(SELECT b.sha256 FROM blobs b"
    " WHERE b.sha256 > $1 AND b.created < $2"
    " AND NOT EXISTS (SELECT 1 FROM kept_blobs k"
    "  WHERE k.sha256 = b.sha256 AND k.sha256 > $1)"
    " ORDER BY b.sha256 LIMIT $3{skip})) RETURNING sha256, octet_length(bytes)";

static int drop_rows(struct cupel_queue *queue, int64_t before_us, struct blob_sum *sum,
                     struct cupel_error *err)
{
    char last[CUPEL_SHA256_HEX_SIZE] = "";
    size_t count = BATCH;

    while (count == BATCH) {
        const struct sql_value parameters[] = {sql_text(last), sql_int(before_us),
                                               sql_int(BATCH)};
        SQL_AUTO_ROWS *rows = NULL;
        int r = sql_query(queue->sql, drop_batch, parameters, 3, &rows, NULL, err);
        if (r < 0)
            return r;
        count = sql_count(rows);
        for (size_t i = 0; i < count; i++) {
            const char *sha256 = sql_get_text(rows, i, 0, NULL);
            if (strcmp(sha256, last) > 0)
                (void)snprintf(last, sizeof(last), "%s", sha256);
            sum->bytes += (uint64_t)sql_get_int(rows, i, 1);
        }
        sum->count += (int64_t)count;
    }
    return 0;
}

int blob_drop(struct cupel_queue *queue, int64_t before_us, struct blob_sum *ret,
              struct cupel_error *err)
{
    struct blob_sum sum = {.count = 0};

    int r = sql_is_postgres(queue->sql) ? drop_rows(queue, before_us, &sum, err)
                                        : drop_files(queue, before_us, &sum, err);
    if (r == 0)
        *ret = sum;
    return r;
}
