#include "policy/groups.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
static const char *const basic[] = {
    "arch_prctl", "capget", "execve", "exit", "exit_group", "futex", "futex_wait", "futex_wake",
    "get_robust_list", "getcpu", "getegid", "geteuid", "getgid", "getgroups", "getpgid",
    "getpgrp", "getpid", "getppid", "getpriority", "getrandom", "getresgid", "getresuid",
    "getrlimit", "getrusage", "getsid", "gettid", "getuid", "membarrier", "restart_syscall",
    "riscv_flush_icache", "rseq", "rt_sigreturn", "sched_getaffinity", "sched_yield",
    "set_robust_list", "set_tid_address", "setrlimit", "sysinfo", "times", "umask", "uname",
    NULL};

static const char *const memory[] = {
    "brk", "madvise", "map_shadow_stack", "mincore", "mlock", "mlock2", "mlockall", "mmap",
    "mprotect", "mremap", "mseal", "msync", "munlock", "munlockall", "munmap", "pkey_alloc",
    "pkey_free", "pkey_mprotect", NULL};

static const char *const sig[] = {
    "kill", "pause", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo",
    "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "sigaltstack", "signalfd",
    "signalfd4", "tgkill", "tkill", NULL};

static const char *const timing[] = {
    "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday",
    "nanosleep", "setitimer", "time", "timer_create", "timer_delete", "timer_getoverrun",
    "timer_gettime", "timer_settime", "timerfd_create", "timerfd_gettime", "timerfd_settime",
    NULL};

static const char *const polling[] = {
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "poll", "ppoll", "pselect6", "select", NULL};

static const char *const thread[] = {
    "clone", "futex", "futex_requeue", "futex_wait", "futex_waitv", "futex_wake",
    "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr",
    "sched_getparam", "sched_getscheduler", "sched_rr_get_interval", NULL};

static const char *const process[] = {
    "clone", "fork", "pidfd_open", "pidfd_send_signal", "setpgid", "setsid", "vfork", "wait4",
    "waitid", NULL};

static const char *const file_read[] = {
    "access", "chdir", "close", "close_range", "dup", "dup2", "dup3", "faccessat", "faccessat2",
    "fadvise64", "fchdir", "fcntl", "fgetxattr", "file_getattr", "flistxattr", "flock", "fstat",
    "fstatfs", "getcwd", "getdents", "getdents64", "getxattr", "getxattrat",
    "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "lgetxattr",
    "listxattr", "listxattrat", "llistxattr", "lseek", "lstat", "newfstatat", "open", "openat",
    "openat2", "pread64", "preadv", "preadv2", "read", "readahead", "readlink", "readlinkat",
    "readv", "stat", "statfs", "statx", NULL};

static const char *const file_write[] = {
    "chmod", "chown", "copy_file_range", "creat", "fallocate", "fchmod", "fchmodat",
    "fchmodat2", "fchown", "fchownat", "fdatasync", "fremovexattr", "fsetxattr", "fsync",
    "ftruncate", "futimesat", "lchown", "link", "linkat", "lremovexattr", "lsetxattr", "mkdir",
    "mkdirat", "mknod", "mknodat", "pwrite64", "pwritev", "pwritev2", "removexattr",
    "removexattrat", "rename", "renameat", "renameat2", "rmdir", "sendfile", "setxattr",
    "setxattrat", "symlink", "symlinkat", "sync_file_range", "truncate", "unlink", "unlinkat",
    "utime", "utimensat", "utimes", "write", "writev", NULL};

static const char *const ipc_local[] = {
    "eventfd", "eventfd2", "pipe", "pipe2", "splice", "tee", "vmsplice", NULL};

static const char *const ipc_sysv[] = {
    "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat",
    "shmctl", "shmdt", "shmget", NULL};

static const char *const memory_file[] = {"memfd_create", NULL};

static const char *const network_local[] = {
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt",
    "listen", "recvfrom", "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt",
    "shutdown", "socket", "socketpair", NULL};

static const char *const credentials[] = {
    "capset", "setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid",
    "setresuid", "setreuid", "setuid", NULL};

static const char *const async_io[] = {
    "io_uring_enter", "io_uring_register", "io_uring_setup", NULL};

static const char *const kernel_surface[] = {
    "acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime",
    "create_module", "delete_module", "fanotify_init", "fanotify_mark", "finit_module",
    "fsconfig", "fsmount", "fsopen", "fspick", "get_kernel_syms", "init_module",
    "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp",
    "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "lsm_set_self_attr",
    "memfd_secret", "modify_ldt", "mount", "mount_setattr", "move_mount", "name_to_handle_at",
    "nfsservctl", "open_by_handle_at", "open_tree", "open_tree_attr", "perf_event_open",
    "pidfd_getfd", "pivot_root", "process_vm_readv", "process_vm_writev", "ptrace",
    "query_module", "quotactl", "quotactl_fd", "reboot", "request_key", "setdomainname",
    "sethostname", "setns", "settimeofday", "stime", "swapoff", "swapon", "syslog", "umount",
    "umount2", "unshare", "uselib", "userfaultfd", "vhangup", "vm86", "vm86old", NULL};
/* clang-format on */

static const struct cupel_group groups[] = {
    {"@basic", "start, know oneself, end: what every program does, even one that does nothing",
     basic},
    {"@memory", "map, protect and return one's own memory", memory},
    {"@signal", "send and take signals; the pid namespace confines to whom", sig},
    {"@time", "read clocks, sleep, set timers of one's own", timing},
    {"@poll", "wait for several descriptors", polling},
    {"@thread", "start threads and wait for each other", thread},
    {"@process", "start processes and wait for them", process},
    {"@file-read", "open, look at and read files; mounts and Landlock say which", file_read},
    {"@file-write", "write, make, rename and remove files; mounts and Landlock say which",
     file_write},
    {"@ipc-local", "pipes and event counters between one's own processes", ipc_local},
    {"@ipc-sysv",
     "System V queues, semaphores and segments: kernel memory that outlives its "
     "maker and that no rlimit counts",
     ipc_sysv},
    {"@memory-file",
     "files without a name, in memory: executable past Landlock, and counted by "
     "no disk quota",
     memory_file},
    {"@network-local", "sockets; the policy's network says of which families", network_local},
    {"@credentials", "change one's user, groups and capabilities", credentials},
    {"@async-io", "io_uring, which runtimes try before they fall back", async_io},
    {CUPEL_GROUP_NEVER,
     "what no learner needs and attackers do: other processes' memory, "
     "mounts, namespaces, modules, keys, tracing, the machine's own state",
     kernel_surface},
};

const struct cupel_group *cupel_group_find(const char *name)
{
    for (size_t i = 0; i < COUNT(groups); i++) {
        if (strcmp(groups[i].name, name) == 0)
            return &groups[i];
    }
    return NULL;
}

const struct cupel_group *cupel_group_at(size_t index)
{
    return index < COUNT(groups) ? &groups[index] : NULL;
}
