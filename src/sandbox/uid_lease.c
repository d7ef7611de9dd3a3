#include "sandbox/uid_lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"

#define PREFERRED_FIRST 1879048192U
#define PREFERRED_COUNT 65536U

/* Ids at the upper end of an extent are rarely given to anyone; those below belong to accounts.
 */
#define UPPER_END 4096U

#define UID_MAP_MAX 16384 /* the kernel takes 340 extents */

#define NOBODY 65534U /* whom daemons run as, and whose files are that are no one's */

static bool holds_preferred(uint64_t first, uint64_t count)
{
    return first <= PREFERRED_FIRST &&
           first + count >= (uint64_t)PREFERRED_FIRST + PREFERRED_COUNT;
}

/* Read a number of at most 32 bits and move *text behind it. */
static bool read_id(const char **text, uint64_t *ret)
{
    char *end;

    *ret = strtoull(*text, &end, 10);
    bool read = end != *text && *ret <= UINT32_MAX;
    *text = end;
    return read;
}

int uid_range_choose(const char *text, struct uid_range *ret)
{
    struct uid_range best = {0, 0};

    for (const char *line = text; *line != '\0';) {
        uint64_t first;
        uint64_t outside;
        uint64_t count;
        if (!read_id(&line, &first) || !read_id(&line, &outside) || !read_id(&line, &count) ||
            *line != '\n')
            return -EPROTO;
        line++;
        if (holds_preferred(first, count)) {
            *ret = (struct uid_range){PREFERRED_FIRST, PREFERRED_COUNT};
            return 0;
        }
        if (count > 1 && count > best.count) {
            uint32_t usable = count - 1 < UPPER_END ? (uint32_t)count - 1 : UPPER_END;
            best = (struct uid_range){(uint32_t)(first + count - usable), usable};
        }
    }
    if (best.count == 0)
        return -ENOENT;
    *ret = best;
    return 0;
}

static int open_registry(const char *registry, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *folder = strdup(registry);
    char *slash = folder == NULL ? NULL : strrchr(folder, '/');

    if (slash != NULL && slash != folder) {
        *slash = '\0';
        if (mkdir(folder, 0755) < 0 && errno != EEXIST)
            return cupel_fail_errno(err, "make %s", folder);
    }
    int fd = open(registry, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 ? cupel_fail_errno(err, "open %s", registry) : fd;
}

bool uid_lease_has_processes(uid_t uid)
{
    errno = 0;
    return getpriority(PRIO_USER, uid) != -1 || errno != ESRCH;
}

/* Returns 1 if it was free, and is locked now; 0; -errno. */
static int try_lock(int fd, uint32_t uid)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = uid, .l_len = 1};

    if (uid == NOBODY)
        return 0;
    if (fcntl(fd, F_OFD_SETLK, &lock) < 0)
        return errno == EAGAIN || errno == EACCES ? 0 : -errno;
    if (!uid_lease_has_processes(uid))
        return 1;
    lock.l_type = F_UNLCK;
    return fcntl(fd, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

static int lock_one(int fd, struct uid_range range, uint32_t *ret_uid, struct cupel_error *err)
{
    uint32_t start = 0;

    /* Whoever looks at the same time shall not look at the same. */
    if (getrandom(&start, sizeof(start), 0) < 0)
        return cupel_fail_errno(err, "getrandom");
    for (uint32_t i = 0; i < range.count; i++) {
        uint32_t uid = range.first + (start % range.count + i) % range.count;
        int r = try_lock(fd, uid);
        if (r < 0)
            return cupel_fail(err, r, "lock a uid: %s", strerrordesc_np(-r));
        if (r > 0) {
            *ret_uid = uid;
            return 0;
        }
    }
    return cupel_fail(err, -EUSERS, "all %u uids are in use", range.count);
}

static int read_range(struct uid_range *ret, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    if (fd < 0)
        return cupel_fail_errno(err, "open /proc/self/uid_map");
    int r = cupel_path_read_fd(fd, UID_MAP_MAX, &text, &len);
    return r < 0 ? cupel_fail(err, r, "read /proc/self/uid_map: %s", strerrordesc_np(-r))
                 : uid_range_choose(text, ret);
}

int uid_lease_take(const char *registry, uint32_t *ret_uid, struct cupel_error *err)
{
    struct uid_range range = {0, 0};

    if (geteuid() == 0) {
        int r = read_range(&range, err);
        if (r < 0 && r != -ENOENT)
            return r;
    }
    if (range.count == 0) {
        *ret_uid = UINT32_MAX;
        return -1;
    }
    CUPEL_AUTO_FD fd = open_registry(registry == NULL ? UID_LEASE_REGISTRY : registry, err);
    int r = fd < 0 ? fd : lock_one(fd, range, ret_uid, err);
    if (r == -EPERM)
        r = -EACCES;
    return r < 0 ? r : cupel_take_fd(&fd);
}
