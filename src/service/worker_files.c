#include "service/worker_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "queue/tree.h"

#define REMOVE_FDS  16
#define FOLDERS_MAX 256
#define PROBE_BYTES (1 << 20)
#define BOOT_ID     "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_MAX 64
#define NEW         "new" /* a grader that is being written */

int worker_files_join(const char *folder, const char *name, char ret[static PATH_MAX],
                      struct cupel_error *err)
{
    int n = snprintf(ret, PATH_MAX, "%s/%s", folder, name);

    return n >= 0 && n < PATH_MAX
               ? 0
               : cupel_fail(err, -ENAMETOOLONG, "%.100s/%.100s: path too long", folder, name);
}

static int make_folder(const char *path, struct cupel_error *err)
{
    return mkdir(path, 0700) < 0 && errno != EEXIST ? cupel_fail_errno(err, "make %.200s", path)
                                                    : 0;
}

static int make_folders(const char *path, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *part = strdup(path);

    if (part == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    for (char *slash = strchr(part + strspn(part, "/"), '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int r = make_folder(part, err);
        if (r < 0)
            return r;
        *slash = '/';
    }
    return make_folder(path, err);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *position)
{
    (void)st;
    (void)type;
    (void)position;
    return remove(path);
}

void worker_files_remove(const char *folder)
{
    (void)nftw(folder, remove_one, REMOVE_FDS, FTW_DEPTH | FTW_PHYS);
}

static int lock(const char *folder, struct cupel_error *err)
{
    char path[PATH_MAX];

    int r = worker_files_join(folder, "lock", path, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return cupel_fail_errno(err, "open %.200s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK
                   ? cupel_fail(err, -EADDRINUSE, "%.160s: another worker works there", folder)
                   : cupel_fail_errno(err, "lock %.200s", path);
    return cupel_take_fd(&fd);
}

static int remove_in(const char *folder, const char *name, struct cupel_error *err)
{
    char path[PATH_MAX];

    int r = worker_files_join(folder, name, path, err);
    if (r == 0)
        worker_files_remove(path);
    return r;
}

/* So many bytes; 0: none can be read. */
static size_t read_small(const char *path, char ret[static BOOT_ID_MAX])
{
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, ret, BOOT_ID_MAX);

    return n > 0 ? (size_t)n : 0;
}

/* A file that was written before the power was lost may be half of one. */
static int forget_other_boots(const char *folder, struct cupel_error *err)
{
    char path[PATH_MAX];
    char noted[BOOT_ID_MAX];
    char boot[BOOT_ID_MAX];
    size_t len = read_small(BOOT_ID, boot); /* 0: each start may be one */

    int r = worker_files_join(folder, "boot", path, err);
    if (r < 0)
        return r;
    if (len > 0 && read_small(path, noted) == len && memcmp(noted, boot, len) == 0)
        return 0;
    r = remove_in(folder, "graders", err);
    if (r == 0)
        r = remove_in(folder, "cache", err);
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (r == 0 && fd < 0)
        return cupel_fail_errno(err, "write %.200s", path);
    return r == 0 && len > 0 ? cupel_path_write_fd(fd, boot, len) : r;
}

/* Empty folders of jobs, and no half of a grader. */
static int clean(const char *folder, struct cupel_error *err)
{
    char path[PATH_MAX];

    int r = forget_other_boots(folder, err);
    if (r == 0)
        r = worker_files_join(folder, "jobs", path, err);
    if (r < 0)
        return r;
    worker_files_remove(path);
    r = make_folder(path, err);
    if (r == 0)
        r = worker_files_join(folder, "graders/" NEW, path, err);
    if (r < 0)
        return r;
    worker_files_remove(path);
    *strrchr(path, '/') = '\0';
    return make_folder(path, err);
}

int worker_files_open(const char *path, struct worker_files *ret, struct cupel_error *err)
{
    struct worker_files files = {.lock_fd = -1};

    int r = make_folders(path, err);
    if (r < 0)
        return r;
    if (realpath(path, files.path) == NULL)
        return cupel_fail_errno(err, "%.200s", path);
    CUPEL_AUTO_FD lock_fd = lock(files.path, err);
    if (lock_fd < 0)
        return lock_fd;
    r = clean(files.path, err);
    if (r < 0)
        return r;
    files.lock_fd = cupel_take_fd(&lock_fd);
    *ret = files;
    return 0;
}

int worker_files_open_free(const char *cache, struct worker_files *ret, struct cupel_error *err)
{
    int r = -EADDRINUSE;

    for (int i = 1; r == -EADDRINUSE && i <= FOLDERS_MAX; i++) {
        char name[24] = "worker";
        char path[PATH_MAX];
        if (i > 1)
            (void)snprintf(name, sizeof(name), "worker-%d", i);
        r = worker_files_join(cache, name, path, err);
        if (r == 0)
            r = worker_files_open(path, ret, err);
    }
    return r;
}

void worker_files_close(struct worker_files *files)
{
    cupel_close_p(&files->lock_fd);
    files->lock_fd = -1;
}

int worker_files_get_tree(struct cupel_queue *queue, const char *sha256, const char *path,
                          const struct cupel_tree_pause *pause, struct cupel_error *err)
{
    if (mkdir(path, 0755) < 0)
        return cupel_fail_errno(err, "make %.200s", path);
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "open %.200s", path);
    return cupel_queue_get_tree(queue, sha256, fd, pause, err);
}

int worker_files_get_blob(struct cupel_queue *queue, const char *sha256, const char *path,
                          struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    return fd < 0 ? cupel_fail_errno(err, "write %.200s", path)
                  : cupel_queue_get_blob(queue, sha256, fd, err);
}

/* The grader that was used longest ago, of those that no job uses; how many there are. */
static size_t find_oldest(DIR *folder, bool (*is_used)(void *owner, const char *sha256),
                          void *owner, char ret[static NAME_MAX + 1])
{
    struct timespec oldest = {0};
    size_t count = 0;

    ret[0] = '\0';
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat st;
        if (entry->d_name[0] == '.' || fstatat(dirfd(folder), entry->d_name, &st, 0) < 0)
            continue;
        count++;
        bool older =
            ret[0] == '\0' || st.st_mtim.tv_sec < oldest.tv_sec ||
            (st.st_mtim.tv_sec == oldest.tv_sec && st.st_mtim.tv_nsec < oldest.tv_nsec);
        if (!older || is_used(owner, entry->d_name))
            continue;
        oldest = st.st_mtim;
        (void)snprintf(ret, NAME_MAX + 1, "%s", entry->d_name);
    }
    return count;
}

static void make_room(const char *graders, bool (*is_used)(void *owner, const char *sha256),
                      void *owner)
{
    struct cupel_error ignored = {0};
    char oldest[NAME_MAX + 1];
    char path[PATH_MAX];
    DIR *folder = opendir(graders);

    if (folder == NULL)
        return;
    while (find_oldest(folder, is_used, owner, oldest) >= WORKER_GRADERS_MAX &&
           oldest[0] != '\0' && worker_files_join(graders, oldest, path, &ignored) == 0) {
        worker_files_remove(path);
        if (access(path, F_OK) == 0) /* it cannot be removed */
            break;
        rewinddir(folder);
    }
    (void)closedir(folder);
}

int worker_files_grader(const struct worker_files *files, struct cupel_queue *queue,
                        const char *sha256, bool (*is_used)(void *owner, const char *sha256),
                        void *owner, const struct cupel_tree_pause *pause,
                        char ret[static PATH_MAX], struct cupel_error *err)
{
    char graders[PATH_MAX];
    char fresh[PATH_MAX];

    int r = worker_files_join(files->path, "graders", graders, err);
    if (r == 0)
        r = worker_files_join(graders, NEW, fresh, err);
    if (r == 0)
        r = worker_files_join(graders, sha256, ret, err);
    if (r < 0 || utimensat(AT_FDCWD, ret, NULL, 0) == 0) /* used now */
        return r;
    make_room(graders, is_used, owner);
    r = worker_files_get_tree(queue, sha256, fresh, pause, err);
    if (r == 0 && rename(fresh, ret) < 0)
        r = cupel_fail_errno(err, "make %.200s", ret);
    if (r < 0)
        worker_files_remove(fresh);
    return r;
}

int worker_files_make(const struct worker_files *files, struct cupel_lease lease,
                      char ret[static PATH_MAX], struct cupel_error *err)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "jobs/%jd-%jd", (intmax_t)lease.job,
                   (intmax_t)lease.token);
    int r = worker_files_join(files->path, name, ret, err);
    if (r == 0 && mkdir(ret, 0755) < 0)
        r = cupel_fail_errno(err, "make %.200s", ret);
    return r;
}

int worker_files_probe(const struct worker_files *files)
{
    struct cupel_error ignored = {0};
    char path[PATH_MAX];

    int r = worker_files_join(files->path, "jobs/probe", path, &ignored);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    r = fd < 0 ? -errno : -posix_fallocate(fd, 0, PROBE_BYTES);
    (void)unlink(path);
    return r;
}
