/* Descriptors that a cell could send in place of others. */
#include "liar.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <linux/sock_diag.h>
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
#define NOT_KNOWN  (-2)

/* What only the host has. */
static int host_proc = -1;
static int host_root = -1;
static int host_shm = -1;
static int own_folder = -1;
static int own_status = -1;
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
    own_folder = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    own_status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    host_shm = open("/dev/shm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    victim = open_victim(lie);
}

static int make_event(int value)
{
    return eventfd((unsigned)value, EFD_CLOEXEC);
}

static int make_timer(int clock)
{
    return timerfd_create(clock, TFD_CLOEXEC);
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

static int make_memory(int size)
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

/* The kernel's answers to what is asked, again and again, are for whoever reads. */
static int make_netlink_flood(int protocol)
{
    struct {
        struct nlmsghdr header;
        unsigned char request[64]; /* of any kind: it is answered, if only by an error */
    } message = {
        .header = {.nlmsg_len = sizeof(message),
                   .nlmsg_type = protocol == NETLINK_ROUTE ? RTM_GETLINK : SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK}};
    int fd = make_netlink(protocol);

    if (fork() == 0) {
        (void)alarm(LIFETIME_S);
        for (;;)
            (void)send(fd, &message, sizeof(message), MSG_DONTWAIT);
    }
    return fd;
}

static int make_listening(int type)
{
    const struct sockaddr any = {.sa_family = AF_UNIX}; /* a name that is free */
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    return bind(fd, &any, sizeof(any.sa_family)) < 0 || listen(fd, 1) < 0 ? -1 : fd;
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
    } files[] = {
        {"null", "/dev/null", O_RDWR},           {"zero", "/dev/zero", O_RDONLY},
        {"full", "/dev/full", O_RDWR},           {"random", "/dev/urandom", O_RDONLY},
        {"root", "/", O_RDONLY | O_DIRECTORY},   {"root-path", "/", O_PATH},
        {"dev", "/dev", O_RDONLY | O_DIRECTORY}, {"tmp", "/tmp", O_RDONLY | O_DIRECTORY}};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (strcmp(kind, files[i].kind) == 0)
            return open_path(files[i].path, files[i].flags);
    }
    return NOT_KNOWN;
}

static int make_special(const char *kind, int original)
{
    const struct {
        const char *kind;
        int fd;
    } ready[] = {{"host-proc", host_proc},   {"host-root", host_root},
                 {"host-shm", host_shm},     {"victim", victim},
                 {"own-folder", own_folder}, {"own-status", own_status},
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
    return NOT_KNOWN;
}

static int make_other(const char *kind)
{
    static const struct {
        const char *kind;
        int (*make)(void);
    } makers[] = {{"fifo", make_fifo},
                  {"epoll", make_epoll},
                  {"socket", make_pair},
                  {"shrinking", make_shrinking},
                  {"large-figures", make_large_figures},
                  {"like-proc", make_folder_like_proc},
                  {"other-listener", make_other_listener}};
    static const struct {
        const char *kind;
        int (*make)(int argument);
        int argument;
    } with_argument[] = {{"silent-pipe", make_pipe, 0},
                         {"pipe", make_pipe, 1},
                         {"event", make_event, 0},
                         {"timer", make_timer, CLOCK_MONOTONIC},
                         {"inotify", inotify_init1, IN_CLOEXEC},
                         {"netlink-route", make_netlink, NETLINK_ROUTE},
                         {"netlink-route-flood", make_netlink_flood, NETLINK_ROUTE},
                         {"netlink-diag-flood", make_netlink_flood, NETLINK_SOCK_DIAG},
                         {"netlink-uevent", make_netlink, NETLINK_KOBJECT_UEVENT},
                         {"listening-stream", make_listening, SOCK_STREAM},
                         {"listening", make_listening, SOCK_SEQPACKET},
                         {"empty", make_memory, 0}};

    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        if (strcmp(kind, makers[i].kind) == 0)
            return makers[i].make();
    }
    for (size_t i = 0; i < sizeof(with_argument) / sizeof(with_argument[0]); i++) {
        if (strcmp(kind, with_argument[i].kind) == 0)
            return with_argument[i].make(with_argument[i].argument);
    }
    return -1;
}

int liar_make_fd(const char *kind, int original)
{
    int fd = make_simple(kind);

    if (fd == NOT_KNOWN)
        fd = make_special(kind, original);
    if (fd == NOT_KNOWN)
        fd = make_other(kind);
    if (fd < 0)
        _exit(3);
    return fd;
}
