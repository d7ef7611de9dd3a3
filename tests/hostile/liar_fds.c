/* Descriptors that a cell could send in place of others. */
#include "liar.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cupel/cleanup.h"

#define LIFETIME_S 60

/* What only the host has. */
static int host_proc = -1;
static int host_root = -1;
static int host_shm = -1;
static int victim = -1; /* a process of the test's */

/* Whose pid is behind the word. */
static int open_victim(const struct lie *lie)
{
    bool is_asked = strcmp(lie->words[2], "victim") == 0;

    return is_asked ? (int)syscall(SYS_pidfd_open, (pid_t)lie_number(lie, 3), 0) : -1;
}

void liar_prepare(const struct lie *lie)
{
    host_proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    host_root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    host_shm = open("/dev/shm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    victim = open_victim(lie);
}

static int make_pipe(int end)
{
    int ends[2];

    return pipe2(ends, O_CLOEXEC) < 0 ? -1 : ends[end]; /* the other stays open as well */
}

static int make_epoll(void)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int event = eventfd(0, EFD_CLOEXEC);

    (void)epoll_ctl(epoll, EPOLL_CTL_ADD, event, &(struct epoll_event){.events = EPOLLIN});
    return epoll;
}

static int make_pair(void)
{
    int ends[2];

    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ? -1 : ends[0];
}

static int make_memory(off_t size)
{
    int fd = memfd_create("liar", MFD_CLOEXEC);

    return ftruncate(fd, size) < 0 ? -1 : fd;
}

/* Figures that are there and not there while they are read. */
static int make_shrinking(void)
{
    int fd = make_memory(4096);

    if (fork() == 0) {
        (void)alarm(LIFETIME_S);
        while (ftruncate(fd, 0) == 0 && ftruncate(fd, 4096) == 0)
            continue;
        _exit(0);
    }
    return fd;
}

static int make_large_figures(void)
{
    const unsigned long long figures[2] = {~0ULL, ~0ULL};
    int fd = memfd_create("liar", MFD_CLOEXEC);

    return write(fd, figures, sizeof(figures)) == sizeof(figures) ? fd : -1;
}

static int make_fifo(void)
{
    (void)mkfifo("/tmp/fifo", 0600);
    return open("/tmp/fifo", O_RDWR | O_CLOEXEC);
}

/* As /proc, of files that nobody ends to read. */
static int make_folder_like_proc(void)
{
    (void)mkdir("/tmp/proc", 0755);
    (void)mkdir("/tmp/proc/2", 0755);
    (void)mkfifo("/tmp/proc/2/stat", 0600);
    (void)mkfifo("/tmp/proc/2/status", 0600);
    (void)!symlink("/dev/zero", "/tmp/proc/2/schedstat");
    (void)mkdir("/tmp/proc/2/task", 0755);
    (void)mkdir("/tmp/proc/2/fd", 0755);
    (void)mkdir("/tmp/proc/99999999999999999999", 0755);
    return open("/tmp/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int make_netlink(int protocol)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
}

static int make_listening(int type)
{
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    return listen(fd, 1) < 0 ? -1 : fd;
}

/* Of a filter that no process of the run has. */
static int make_other_listener(void)
{
    const struct {
        unsigned short code;
        unsigned char jt;
        unsigned char jf;
        unsigned k;
    } allow = {0x06, 0, 0, SECCOMP_RET_ALLOW};
    const struct {
        unsigned short len;
        const void *filter;
    } program = {1, &allow};

    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

static int open_path(const char *path, int flags)
{
    return open(path, flags | O_CLOEXEC);
}

static int make_simple(const char *kind)
{
    static const struct {
        const char *kind;
        const char *path;
        int flags;
    } files[] = {{"null", "/dev/null", O_RDWR},
                 {"zero", "/dev/zero", O_RDONLY},
                 {"full", "/dev/full", O_RDWR},
                 {"random", "/dev/urandom", O_RDONLY},
                 {"root", "/", O_RDONLY | O_DIRECTORY},
                 {"root-path", "/", O_PATH},
                 {"dev", "/dev", O_RDONLY | O_DIRECTORY},
                 {"memory", "/proc/self/mem", O_RDONLY},
                 {"status", "/proc/self/status", O_RDONLY},
                 {"tmp", "/tmp", O_RDONLY | O_DIRECTORY},
                 {"proc-sys", "/proc/self", O_RDONLY | O_DIRECTORY}};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (strcmp(kind, files[i].kind) == 0)
            return open_path(files[i].path, files[i].flags);
    }
    return -2;
}

static int make_special(const char *kind, int original)
{
    const struct {
        const char *kind;
        int fd;
    } ready[] = {{"host-proc", host_proc},
                 {"host-root", host_root},
                 {"host-shm", host_shm},
                 {"victim", victim},
                 {"stdin", STDIN_FILENO}};

    for (size_t i = 0; i < sizeof(ready) / sizeof(ready[0]); i++) {
        if (strcmp(kind, ready[i].kind) == 0)
            return ready[i].fd;
    }
    if (strcmp(kind, "own-pidfd") == 0)
        return (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (strcmp(kind, "child-pidfd") == 0) {
        pid_t pid = fork();
        if (pid == 0) {
            (void)alarm(LIFETIME_S);
            (void)pause();
        }
        return (int)syscall(SYS_pidfd_open, pid, 0);
    }
    if (strcmp(kind, "blocking") == 0) { /* the same, but it waits */
        (void)fcntl(original, F_SETFL, 0);
        return original;
    }
    return -2;
}

int liar_make_fd(const struct lie *lie, const char *kind, int original)
{
    int fd = make_simple(kind);

    (void)lie;
    if (fd == -2)
        fd = make_special(kind, original);
    if (fd != -2)
        return fd;
    if (strcmp(kind, "silent-pipe") == 0)
        return make_pipe(0);
    if (strcmp(kind, "pipe") == 0)
        return make_pipe(1);
    if (strcmp(kind, "fifo") == 0)
        return make_fifo();
    if (strcmp(kind, "epoll") == 0)
        return make_epoll();
    if (strcmp(kind, "event") == 0)
        return eventfd(0, EFD_CLOEXEC);
    if (strcmp(kind, "timer") == 0)
        return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (strcmp(kind, "inotify") == 0)
        return inotify_init1(IN_CLOEXEC);
    if (strcmp(kind, "socket") == 0)
        return make_pair();
    if (strcmp(kind, "netlink-route") == 0)
        return make_netlink(NETLINK_ROUTE);
    if (strcmp(kind, "netlink-uevent") == 0)
        return make_netlink(NETLINK_KOBJECT_UEVENT);
    if (strcmp(kind, "listening-stream") == 0)
        return make_listening(SOCK_STREAM);
    if (strcmp(kind, "listening") == 0)
        return make_listening(SOCK_SEQPACKET);
    if (strcmp(kind, "empty") == 0)
        return make_memory(0);
    if (strcmp(kind, "shrinking") == 0)
        return make_shrinking();
    if (strcmp(kind, "large-figures") == 0)
        return make_large_figures();
    if (strcmp(kind, "like-proc") == 0)
        return make_folder_like_proc();
    if (strcmp(kind, "other-listener") == 0)
        return make_other_listener();
    _exit(2);
}
