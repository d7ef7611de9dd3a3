#include "cupel/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cupel/cleanup.h"

#define MAX_PATH_BYTES 4096
#define MAX_RACES      16 /* openat2(2) asks to try again when a rename was under way */
#define CHUNK          65536

static int open_beneath(int dir_fd, const char *path, int flags)
{
    struct open_how how = {
        .flags = (unsigned)(flags | O_CLOEXEC),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    long fd = -1;

    if ((flags & O_PATH) == 0)
        how.flags |= O_NONBLOCK;
    if ((flags & O_CREAT) != 0)
        how.mode = S_IRUSR | S_IWUSR;
    for (int i = 0; i < MAX_RACES; i++) {
        fd = syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return (int)fd;
}

int cupel_path_open_beneath(int dir_fd, const char *path, int flags, struct cupel_error *err)
{
    int fd = open_beneath(dir_fd, path, flags);

    if (fd >= 0)
        return fd;
    if (errno == ELOOP)
        return cupel_fail(err, -ELOOP, "open %s: symbolic links are not followed here", path);
    if (errno == EXDEV)
        return cupel_fail(err, -EXDEV, "open %s: the path leaves its folder", path);
    return cupel_fail_errno(err, "open %s", path);
}

int cupel_path_read_beneath(int dir_fd, const char *path, size_t max_bytes, char **ret,
                            size_t *ret_len, struct cupel_error *err)
{
    struct stat st;

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(dir_fd, path, O_RDONLY | O_NOCTTY, err);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "stat %s", path);
    if (!S_ISREG(st.st_mode))
        return cupel_fail(err, -EINVAL, "%s: not a regular file", path);

    int r = cupel_path_read_fd(fd, max_bytes, ret, ret_len);
    if (r == -EFBIG)
        return cupel_fail(err, r, "%s: larger than %zu bytes", path, max_bytes);
    if (r < 0)
        return cupel_fail(err, r, "read %s: %s", path, strerrordesc_np(-r));
    return 0;
}

/* What to allocate first: the file's size, so that one read suffices, or a chunk. A file of
 * procfs has no size, and some give all they hold to the first read alone. */
static size_t first_size(int fd, size_t max_bytes)
{
    struct stat st;

    size_t size = CHUNK;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        size = (size_t)st.st_size + 2; /* a byte to see the end, and NUL */
    return size < max_bytes + 2 ? size : max_bytes + 2;
}

int cupel_path_read_fd(int fd, size_t max_bytes, char **ret, size_t *ret_len)
{
    size_t used = 0;

    if (max_bytes > SIZE_MAX / 4)
        max_bytes = SIZE_MAX / 4;
    size_t size = first_size(fd, max_bytes);
    CUPEL_AUTO_FREE char *buf = malloc(size);
    if (buf == NULL)
        return -ENOMEM;
    for (;;) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, buf + used, size - used - 1));
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        used += (size_t)n;
        if (used > max_bytes)
            return -EFBIG;
        if (used == size - 1) {
            size = size < max_bytes / 2 ? size * 2 : max_bytes + 2;
            char *grown = realloc(buf, size);
            if (grown == NULL)
                return -ENOMEM;
            buf = grown;
        }
    }
    buf[used] = '\0';
    *ret = buf;
    *ret_len = used;
    buf = NULL;
    return 0;
}

int cupel_path_write_fd(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(write(fd, bytes, len));
        if (n < 0)
            return -errno;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static bool is_dots(const char *component, size_t len)
{
    return (len == 1 && component[0] == '.') ||
           (len == 2 && component[0] == '.' && component[1] == '.');
}

bool cupel_path_is_plain(const char *path)
{
    if (strnlen(path, MAX_PATH_BYTES + 1) > MAX_PATH_BYTES)
        return false;
    for (;;) {
        size_t len = strcspn(path, "/");
        if (len == 0 || is_dots(path, len))
            return false;
        if (path[len] == '\0')
            return true;
        path += len + 1;
    }
}
