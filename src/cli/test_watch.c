/* Changes below the folders of graders. Source: inotify(7). */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/test.h"
#include "cupel/cleanup.h"
#include "grader/folder_list.h"

#define CHANGES                                                                                \
    (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |   \
     IN_MOVE_SELF)

/* Editors write a file in several steps; a version control system writes many files. */
#define QUIET_MS   150
#define MOMENT_MAX 20 /* times QUIET_MS: then what goes on is no single change */

static int watch(int fd, const char *path, struct cupel_error *err)
{
    if (inotify_add_watch(fd, path, CHANGES | IN_ONLYDIR) < 0)
        return cupel_fail_errno(err, "watch %s", path);
    return 0;
}

/* inotify(7) watches a folder, and not what is below its folders. */
static int watch_tree(int fd, const char *folder, struct cupel_error *err)
{
    __attribute__((cleanup(cupel_folder_list_clear))) struct cupel_folder_list list = {0};

    int r = watch(fd, folder, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FD folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0)
        return cupel_fail_errno(err, "%s", folder);
    r = cupel_folder_list(folder_fd, S_IFDIR, NULL, &list, err);
    for (size_t i = 0; r == 0 && i < list.count; i++) {
        CUPEL_AUTO_FREE char *path = NULL;
        if (asprintf(&path, "%s/%s", folder, list.items[i]) < 0) {
            path = NULL;
            return -ENOMEM;
        }
        r = watch(fd, path, err);
    }
    return r;
}

/* A grader is named by its folder, or by its definition in there. */
static int watch_grader(int fd, const char *path, struct cupel_error *err)
{
    struct stat status;
    CUPEL_AUTO_FREE char *copy = strdup(path);

    if (copy == NULL)
        return -ENOMEM;
    if (stat(path, &status) < 0)
        return cupel_fail_errno(err, "%s", path);
    return watch_tree(fd, S_ISDIR(status.st_mode) ? copy : dirname(copy), err);
}

int test_watch_open(char *const *paths, size_t count, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd < 0)
        return cupel_fail_errno(err, "inotify");
    for (size_t i = 0; i < count; i++) {
        int r = watch_grader(fd, paths[i], err);
        if (r < 0)
            return r;
    }
    return cupel_take_fd(&fd);
}

/* What editors put beside a file while they have it open. */
static bool is_editors(const struct inotify_event *event)
{
    size_t len = event->len > 0 ? strlen(event->name) : 0;

    return len > 0 && (event->name[0] == '.' || event->name[len - 1] == '~');
}

/* Read what there is. Returns whether it matters, or -errno. */
static int read_events(int fd)
{
    _Alignas(struct inotify_event) char buffer[4096];
    bool matters = false;

    for (;;) {
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, buffer, sizeof(buffer)));
        if (n < 0)
            return errno == EAGAIN ? matters : -errno;
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *event = (const void *)(buffer + at);
            matters = matters || !is_editors(event);
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    }
}

int test_watch_wait(int fd, struct cupel_error *err)
{
    struct pollfd source = {.fd = fd, .events = POLLIN};
    unsigned moments = 0;
    bool changed = false;

    while (!changed || moments < MOMENT_MAX) {
        int n = (int)TEMP_FAILURE_RETRY(poll(&source, 1, changed ? QUIET_MS : -1));
        if (n == 0)
            return 0;
        int r = n < 0 ? -errno : read_events(fd);
        if (r < 0)
            return cupel_fail(err, r, "watch: %s", strerrordesc_np(-r));
        changed = changed || r > 0;
        moments += changed;
    }
    return 0;
}
