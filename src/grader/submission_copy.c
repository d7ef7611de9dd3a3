#include "grader/submission_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cupel/cleanup.h"

#define CHUNK 65536

/* Whatever the kernel says of our own copy, it says nothing of the submission. */
static int fail_copy(struct cupel_error *err, const char *deed)
{
    return cupel_fail(err, -EIO, "%s: %s", deed, strerrordesc_np(errno));
}

int cupel_copy_new(struct cupel_error *err)
{
    int fd = memfd_create("cupel-submission", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    return fd < 0 ? fail_copy(err, "memfd_create") : fd;
}

int cupel_copy_seal(int fd, struct cupel_error *err)
{
    if (lseek(fd, 0, SEEK_SET) < 0)
        return fail_copy(err, "rewind a memfd");
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
        return fail_copy(err, "seal a memfd");
    return 0;
}

int cupel_copy_bytes(int fd, const void *bytes, size_t len, struct cupel_error *err)
{
    const char *p = bytes;

    while (len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(write(fd, p, len));
        if (n < 0 &&
            errno == EFBIG) /* no fault of what is copied: its size is checked elsewhere */
            return cupel_fail(err, -ENOSPC,
                              "write to a memfd: the host's RLIMIT_FSIZE is too low");
        if (n < 0)
            return fail_copy(err, "write to a memfd");
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

/* As read(2), but waits for a pipe that its other users have set not to block. */
static ssize_t read_some(int fd, char *chunk, size_t want)
{
    for (;;) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, chunk, want));
        if (n >= 0 || errno != EAGAIN)
            return n;
        struct pollfd input = {.fd = fd, .events = POLLIN};
        if (TEMP_FAILURE_RETRY(poll(&input, 1, -1)) < 0)
            return -1;
    }
}

int cupel_copy_file(int from_fd, int to_fd, uint64_t max_bytes, uint64_t *ret_size,
                    struct cupel_error *err)
{
    uint64_t size = 0;

    CUPEL_AUTO_FREE char *chunk = malloc(CHUNK);
    if (chunk == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");
    while (size < max_bytes) {
        size_t want = max_bytes - size < CHUNK ? (size_t)(max_bytes - size) : CHUNK;
        ssize_t n = read_some(from_fd, chunk, want);
        if (n < 0)
            return cupel_fail(err, -EIO, "read the submission: %s", strerrordesc_np(errno));
        if (n == 0)
            break;
        int r = cupel_copy_bytes(to_fd, chunk, (size_t)n, err);
        if (r < 0)
            return r;
        size += (uint64_t)n;
    }
    *ret_size = size;
    return 0;
}
