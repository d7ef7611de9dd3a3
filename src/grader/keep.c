#include "grader/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "cupel/copy_tree.h"

static int make_folder(int fd, const char *path, const char *name, int *ret_fd,
                       struct cupel_error *err)
{
    if (mkdirat(fd, name, 0777) < 0)
        return cupel_fail_errno(err, "%s/%s", path, name);
    *ret_fd = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret_fd < 0 ? cupel_fail_errno(err, "%s/%s", path, name) : 0;
}

int cupel_keep_open(const char *path, struct cupel_keep *keep, struct cupel_error *err)
{
    *keep = (struct cupel_keep){.box_fd = -1, .tests_fd = -1};
    if (path == NULL)
        return 0;
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return cupel_fail_errno(err, "%s", path);
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "%s", path);
    int r = make_folder(fd, path, "tests", &keep->tests_fd, err);
    if (r == 0)
        r = make_folder(fd, path, "box", &keep->box_fd, err);
    if (r < 0)
        cupel_keep_close(keep);
    return r;
}

void cupel_keep_close(struct cupel_keep *keep)
{
    cupel_close_p(&keep->box_fd);
    cupel_close_p(&keep->tests_fd);
    keep->box_fd = -1;
    keep->tests_fd = -1;
}

void cupel_keep_box(struct cupel_keep *keep, int box_fd)
{
    if (keep->box_fd >= 0 && keep->error.code == 0)
        keep->error.code = cupel_copy_tree(box_fd, keep->box_fd, &keep->error);
}

static int write_capture(int folder_fd, const char *id, const char *name,
                         const struct cupel_capture *capture, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd =
        openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return cupel_fail_errno(err, "keep tests/%s/%s", id, name);
    for (size_t at = 0; at < capture->len;) {
        ssize_t n = TEMP_FAILURE_RETRY(write(fd, capture->bytes + at, capture->len - at));
        if (n < 0)
            return cupel_fail_errno(err, "keep tests/%s/%s", id, name);
        at += (size_t)n;
    }
    return 0;
}

void cupel_keep_test(struct cupel_keep *keep, const char *id, const struct cupel_capture *out,
                     const struct cupel_capture *err)
{
    CUPEL_AUTO_FD fd = -1;

    if (keep->tests_fd < 0 || keep->error.code != 0)
        return;
    int r = make_folder(keep->tests_fd, "tests", id, &fd, &keep->error);
    if (r == 0)
        r = write_capture(fd, id, "stdout", out, &keep->error);
    if (r == 0)
        (void)write_capture(fd, id, "stderr", err, &keep->error);
}
