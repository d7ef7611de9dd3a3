#include "sandbox/claims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cupel/cleanup.h"

#define PROC_ROOT 1 /* its inode in every /proc: PROC_ROOT_INO */

static bool is_of_file_system(int fd, bool (*accepts)(const struct statfs *fs))
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && accepts(&fs);
}

static bool is_tmpfs(const struct statfs *fs)
{
    return fs->f_type == TMPFS_MAGIC;
}

static bool is_tmpfs_or_overlay(const struct statfs *fs)
{
    return fs->f_type == TMPFS_MAGIC || fs->f_type == OVERLAYFS_SUPER_MAGIC;
}

static bool is_proc(const struct statfs *fs)
{
    return fs->f_type == PROC_SUPER_MAGIC;
}

bool claim_is_folder(int fd, uid_t uid, bool may_overlay)
{
    struct stat st;

    return is_of_file_system(fd, may_overlay ? is_tmpfs_or_overlay : is_tmpfs) &&
           fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == uid;
}

#define GONE (-1) /* as the kernel writes it, of a process that is reaped */

/* The number behind "Pid:", as our /proc counts. Returns 0; -EPROTO if fd is no pidfd. */
static int read_pid(int pidfd, long *ret)
{
    char path[48];
    char text[512];

    (void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : TEMP_FAILURE_RETRY(read(fd, text, sizeof(text) - 1));
    if (n < 0)
        return -errno;
    text[n] = '\0';
    const char *line = strstr(text, "\nPid:\t");
    if (line == NULL)
        return -EPROTO;
    *ret = strtol(line + strlen("\nPid:\t"), NULL, 10);
    return 0;
}

/*
 * Whoever sent fd had pid then, so fd, which was there already, is of no process that got the
 * number later. Both are looked up, since our /proc may be that of a pid namespace above ours.
 */
int claim_check_pidfd(int fd, pid_t pid)
{
    CUPEL_AUTO_FD own = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    long expected = GONE;
    long found = GONE;

    if (own < 0 && pid > 0 && errno != ESRCH)
        return -errno;
    int r = own < 0 ? 0 : read_pid(own, &expected);
    if (r == 0)
        r = read_pid(fd, &found);
    if (r == 0 && found == GONE && expected != GONE) /* it may have ended meanwhile */
        r = read_pid(own, &expected);
    if (r < 0)
        return r;
    return found != 0 && found == expected ? 0 : -EPROTO;
}

bool claim_is_proc(int fd)
{
    struct stat st;
    char self[16];

    return is_of_file_system(fd, is_proc) && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) &&
           st.st_ino == PROC_ROOT && readlinkat(fd, "self", self, sizeof(self)) < 0;
}

bool claim_is_memory_file(int fd)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && (flags & O_PATH) == 0 && (flags & O_ACCMODE) != O_WRONLY &&
           is_of_file_system(fd, is_tmpfs) && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int socket_option(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof(value);

    return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool claim_is_sock_diag(int fd)
{
    return socket_option(fd, SO_DOMAIN) == AF_NETLINK &&
           socket_option(fd, SO_PROTOCOL) == NETLINK_SOCK_DIAG;
}

/* Files of /proc that are not of a process have the same inode in every /proc. */
bool claim_is_segments(int fd)
{
    struct stat own;
    struct stat st;

    return is_of_file_system(fd, is_proc) && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
           stat("/proc/sysvipc/shm", &own) == 0 && st.st_ino == own.st_ino;
}

bool claim_is_null(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

bool claim_is_listening(int fd)
{
    return socket_option(fd, SO_DOMAIN) == AF_UNIX &&
           socket_option(fd, SO_TYPE) == SOCK_SEQPACKET &&
           socket_option(fd, SO_ACCEPTCONN) == 1;
}
