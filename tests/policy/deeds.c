/*
 * Does one deed that a policy denies or allows, by its bare system call, and prints "ok" or the
 * name of the error: deeds NAME. With --list it prints the names. None of them changes anything
 * outside of the process, also when it is allowed and made by root.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array)    (sizeof(array) / sizeof((array)[0]))
#define X32             0x40000000L
#define NO_PATH         "/nonexistent/cupel"
#define TIOCSTI_REQUEST 0x5412L
#define HIGH_HALF       0x100000000L
#define SELF            (-1001L) /* in place of a process number */
#define PARENT          (-1002L)
#define IN(pointer)     ((long)(intptr_t)(pointer))

static char byte[1];
static long words[64];

/* The child of an allowed clone ends at once. */
static long clone_with(long flags)
{
    long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

    if (pid == 0)
        _exit(0);
    return pid;
}

static long clone_newuser(void)
{
    return clone_with(CLONE_NEWUSER);
}

static long clone_plain(void)
{
    return clone_with(0);
}

static long clone3_plain(void)
{
    return syscall(SYS_clone3, NULL, 0L);
}

#if defined(__x86_64__)
/* getpid by the entry of 32-bit programs. */
static long int80(void)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(20L)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}
#endif

struct deed {
    const char *name;
    long (*special)(void); /* or the call: */
    long call[6];
};

#define CALL(name, ...)                                                                        \
    {                                                                                          \
        name, NULL,                                                                            \
        {                                                                                      \
            __VA_ARGS__                                                                        \
        }                                                                                      \
    }

static const struct deed deeds[] = {
    CALL("unshare_user", SYS_unshare, CLONE_NEWUSER),
    CALL("setns", SYS_setns, -1, 0),
    CALL("ptrace", SYS_ptrace, 0, 0, 0, 0),
    CALL("process_vm_readv", SYS_process_vm_readv, SELF, 0, 0, 0, 0),
    CALL("kcmp", SYS_kcmp, SELF, SELF, 1, 0, 0),
    CALL("pidfd_getfd", SYS_pidfd_getfd, -1, 0, 0),
    CALL("keyctl", SYS_keyctl, 0, -3, 0),
    CALL("add_key", SYS_add_key, IN("user"), IN("x"), 0, 0, 0),
    CALL("bpf", SYS_bpf, -1, 0, 0),
    CALL("perf_event_open", SYS_perf_event_open, 0, 0, -1, -1, 0),
    CALL("userfaultfd", SYS_userfaultfd, -1),
    CALL("io_uring_setup", SYS_io_uring_setup, 1, 0),
    CALL("mount", SYS_mount, IN("none"), IN(NO_PATH), IN("tmpfs"), 0, 0),
    CALL("umount", SYS_umount2, IN(NO_PATH), 0),
    CALL("pivot_root", SYS_pivot_root, IN(NO_PATH), IN(NO_PATH)),
    CALL("chroot", SYS_chroot, IN(NO_PATH)),
    CALL("open_tree", SYS_open_tree, -1, IN(NO_PATH), 0),
    CALL("fsopen", SYS_fsopen, IN("nonexistent"), 0),
    CALL("name_to_handle_at", SYS_name_to_handle_at, AT_FDCWD, IN("/"), 0, 0, 0),
    CALL("open_by_handle_at", SYS_open_by_handle_at, -1, 0, 0),
    CALL("init_module", SYS_init_module, 0, 0, IN("")),
    CALL("swapon", SYS_swapon, IN(NO_PATH), 0),
    CALL("reboot", SYS_reboot, 0, 0, 0, 0),
    CALL("sethostname", SYS_sethostname, IN("x"), -1),
    CALL("syslog", SYS_syslog, -1, 0, 0),
    CALL("clock_settime", SYS_clock_settime, -1, 0),
    CALL("acct", SYS_acct, IN(NO_PATH)),
    CALL("fanotify_init", SYS_fanotify_init, -1, 0),
    CALL("socket_unix", SYS_socket, 1, 1, 0),
    CALL("socket_inet", SYS_socket, 2, 1, 0),
    CALL("socket_inet_high", SYS_socket, HIGH_HALF + 2, 1, 0),
    CALL("socket_netlink", SYS_socket, 16, 3, 0),
    CALL("socket_vsock", SYS_socket, 40, 1, 0),
    CALL("tiocsti", SYS_ioctl, 0, TIOCSTI_REQUEST, IN(byte)),
    CALL("tiocsti_high", SYS_ioctl, 0, HIGH_HALF + TIOCSTI_REQUEST, IN(byte)),
    CALL("memfd_create", SYS_memfd_create, IN("x"), 0),
    CALL("shmget", SYS_shmget, -1, 0, 0),
    CALL("execveat", SYS_execveat, -1, IN(""), 0, 0, AT_EMPTY_PATH),
    CALL("prlimit_self", SYS_prlimit64, 0, 0, 0, IN(words)),
    CALL("prlimit_parent", SYS_prlimit64, PARENT, 0, 0, IN(words)),
    CALL("affinity_parent", SYS_sched_setaffinity, PARENT, 8, 0),
    CALL("personality_ask", SYS_personality, 0xffffffff),
    CALL("personality_exec", SYS_personality, 0x0400000),
    CALL("prctl_set_seccomp", SYS_prctl, 22, -1, 0, 0, 0),
    CALL("seccomp", SYS_seccomp, -1, 0, 0),
#if defined(__x86_64__)
    CALL("iopl", SYS_iopl, 0),
    CALL("modify_ldt", SYS_modify_ldt, 0, 0, 0),
    CALL("x32_getpid", SYS_getpid + X32),
    {"int80", int80, {0}},
#endif
    {"clone_newuser", clone_newuser, {0}},
    {"clone_plain", clone_plain, {0}},
    {"clone3", clone3_plain, {0}},
};

/* The number of a process, where a deed is about one. */
static long resolve(long argument)
{
    if (argument == SELF)
        return getpid();
    return argument == PARENT ? getppid() : argument;
}

static int find_and_do(const char *name, long *ret)
{

    for (size_t i = 0; i < COUNT(deeds); i++) {
        long c[6];
        if (strcmp(name, "--list") == 0)
            (void)printf("%s\n", deeds[i].name);
        if (strcmp(name, deeds[i].name) != 0)
            continue;
        for (size_t n = 0; n < COUNT(c); n++)
            c[n] = resolve(deeds[i].call[n]);
        *ret = deeds[i].special != NULL ? deeds[i].special()
                                        : syscall(c[0], c[1], c[2], c[3], c[4], c[5]);
        return 0;
    }
    return -1;
}

int main(int argc, char **argv)
{
    long result = 0;

    if (argc != 2)
        return EXIT_FAILURE;
    if (find_and_do(argv[1], &result) < 0)
        return strcmp(argv[1], "--list") == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    (void)puts(result < 0 ? strerrorname_np(errno) : "ok");
    return EXIT_SUCCESS;
}
