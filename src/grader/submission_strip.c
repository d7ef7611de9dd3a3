#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "grader/submission_tree.h"

#define TRIES 100

static void close_folder_p(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

/* Give the wrapper a name that nothing in it has, since it may hold an entry of its own name.
 */
static int set_aside(int box_fd, const char *wrapper, int wrapper_fd, char *aside, size_t size,
                     struct cupel_error *err)
{
    for (unsigned i = 0; i < TRIES; i++) {
        (void)snprintf(aside, size, ".wrapper-%u", i);
        if (faccessat(wrapper_fd, aside, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            continue;
        if (renameat2(box_fd, wrapper, box_fd, aside, RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EEXIST)
            return cupel_fail_errno(err, "rename %s", wrapper);
    }
    return cupel_fail(err, -EEXIST, "%s: no name to set it aside", wrapper);
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Takes over fd. */
static int move_up(int box_fd, int fd, struct cupel_error *err)
{
    __attribute__((cleanup(close_folder_p))) DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        int r = cupel_fail_errno(err, "read the wrapping folder");
        (void)close(fd);
        return r;
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 ? 0 : cupel_fail_errno(err, "read the wrapping folder");
        if (is_dots(entry->d_name))
            continue;
        if (renameat2(fd, entry->d_name, box_fd, entry->d_name, RENAME_NOREPLACE) < 0)
            return cupel_fail_errno(err, "rename %s", entry->d_name);
    }
}

static int strip(int box_fd, const char *wrapper, struct cupel_error *err)
{
    char aside[32];

    CUPEL_AUTO_FD fd = cupel_path_open_beneath(box_fd, wrapper, O_RDONLY | O_DIRECTORY, err);
    if (fd < 0)
        return fd;
    int r = set_aside(box_fd, wrapper, fd, aside, sizeof(aside), err);
    if (r == 0)
        r = move_up(box_fd, cupel_take_fd(&fd), err);
    if (r == 0 && unlinkat(box_fd, aside, AT_REMOVEDIR) < 0)
        return cupel_fail_errno(err, "remove %s", aside);
    return r;
}

int cupel_tree_strip(int box_fd, const char *wrapper, struct cupel_error *err)
{
    struct stat st;

    if (fstat(box_fd, &st) < 0)
        return cupel_fail_errno(err, "look at the box");
    /* The box's file system knows no ids but the cell's: nobody else can make a name in it, not
     * even root (EOVERFLOW). So this thread's accesses are the owner's meanwhile. */
    int uid = setfsuid(st.st_uid);
    int gid = setfsgid(st.st_gid);
    int r = strip(box_fd, wrapper, err);
    (void)setfsgid((gid_t)gid);
    (void)setfsuid((uid_t)uid);
    return r;
}
