/*
 * What of glibc's musl lacks. The compiler includes this before all else in what is linked with
 * musl (cmake/static.cmake), so that no source has to tell the two apart.
 */
#ifndef CUPEL_BASE_MUSL_H
#define CUPEL_BASE_MUSL_H

#include <errno.h>
#include <linux/mount.h>
#include <stddef.h>

#define TEMP_FAILURE_RETRY(expression)                                                         \
    __extension__({                                                                            \
        long result_;                                                                          \
        do                                                                                     \
            result_ = (long)(expression);                                                      \
        while (result_ < 0 && errno == EINTR);                                                 \
        result_;                                                                               \
    })

#define W_EXITCODE(status, signal_number) ((status) << 8 | (signal_number))

/* The texts of the glibc that this was built beside: musl's own strerror(3) has others. NULL
 * for a number that is no errno. */
const char *strerrordesc_np(int number);

/* System calls without a function in musl 1.2. As their man pages have it. */
int close_range(unsigned first, unsigned last, int flags);
int open_tree(int dir_fd, const char *path, unsigned flags);
int move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int mount_setattr(int dir_fd, const char *path, unsigned flags, struct mount_attr *attr,
                  size_t size);

#endif
