#include "service/http_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "service/http.h"

static int write_all(int fd, const char *bytes, size_t len, struct cupel_error *err)
{
    while (len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(write(fd, bytes, len));
        if (n < 0)
            return cupel_fail_errno(err, "keep the body");
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Not O_TMPFILE, which not every file system has. */
static int open_file(const char *folder, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;

    if (asprintf(&path, "%s/body.XXXXXX", folder) < 0) {
        path = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "%s", path);
    (void)unlink(path);
    return fd;
}

static int move_to_file(struct http_spool *spool, const char *folder, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = open_file(folder, err);
    off_t offset = 0;

    if (fd < 0)
        return fd;
    while ((uint64_t)offset < spool->bytes) {
        if (sendfile(fd, spool->fd, &offset, (size_t)(spool->bytes - (uint64_t)offset)) <= 0)
            return cupel_fail_errno(err, "keep the body");
    }
    (void)close(spool->fd);
    spool->fd = cupel_take_fd(&fd);
    return 0;
}

static int open_memory(struct http_spool *spool, struct cupel_error *err)
{
    spool->fd = memfd_create("body", MFD_CLOEXEC);
    return spool->fd < 0 ? cupel_fail_errno(err, "memfd_create") : 0;
}

static int keep(struct http_spool *spool, const char *folder, const void *bytes, size_t len,
                struct cupel_error *err)
{
    bool was_small = spool->bytes <= HTTP_SPOOL_MEMORY;
    int r = spool->fd < 0 ? open_memory(spool, err) : 0;

    if (r == 0 && was_small && spool->bytes + len > HTTP_SPOOL_MEMORY)
        r = move_to_file(spool, folder, err);
    return r == 0 ? write_all(spool->fd, bytes, len, err) : r;
}

int http_spool_add(struct http_spool *spool, struct http_store *store, const void *bytes,
                   size_t len, struct cupel_error *err)
{
    if (atomic_fetch_add(&store->bytes, len) + len > store->max_bytes) {
        (void)atomic_fetch_sub(&store->bytes, len);
        return cupel_fail(err, -EAGAIN,
                          "requests at work have %llu bytes, all that may be kept",
                          (unsigned long long)store->max_bytes);
    }
    int r = keep(spool, store->folder, bytes, len, err);
    if (r < 0)
        (void)atomic_fetch_sub(&store->bytes, len);
    else
        spool->bytes += len;
    return http_own_fault(r, err);
}

void http_spool_clear(struct http_spool *spool, struct http_store *store)
{
    (void)atomic_fetch_sub(&store->bytes, spool->bytes);
    spool->bytes = 0;
    cupel_close_p(&spool->fd);
}

int http_spool_end(struct http_spool *spool, struct cupel_error *err)
{
    int r = spool->fd < 0 ? open_memory(spool, err) : 0;

    if (r == 0 && lseek(spool->fd, 0, SEEK_SET) < 0)
        r = cupel_fail_errno(err, "keep the body");
    return http_own_fault(r, err);
}
