"""What calls fail with, and what of it is special: tables of faults.py."""

# Calls that cannot fail with the arguments that cupel gives them, or do not return.
CANNOT_FAIL = {
    "arch_prctl", "clock_gettime", "epoll_ctl.2", "exit", "exit_group", "fcntl.1", "fcntl.2",
    "fcntl.3", "fstatfs", "futex", "getegid", "geteuid", "getgid", "getpid", "getsockopt",
    "gettid", "getuid", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "set_robust_list", "set_tid_address", "umask",
}  # fmt: skip

# Of which a sanitizer's runtime makes most, and ends where one fails.
OF_SANITIZERS = {"brk", "madvise", "mmap", "mprotect", "munmap", "personality", "sigaltstack"}

# What calls fail with; the first in the short form. Those not named: OTHERS.
OTHERS = ("ENOMEM", "EPERM", "EIO")
ERRORS = {
    "malloc": ("ENOMEM",),
    "brk": ("ENOMEM",),
    "clone": ("EAGAIN", "ENOMEM"),
    "clone3": ("EAGAIN", "ENOMEM", "ENOSPC"),
    "close": ("EIO", "EINTR"),
    "close_range": ("ENOMEM", "EMFILE"),
    "dup2": ("EMFILE", "EINTR"),
    "epoll_create1": ("EMFILE", "ENOMEM"),
    "epoll_ctl": ("ENOMEM", "ENOSPC"),
    "epoll_wait": ("EINTR",),
    "execve": ("ENOMEM", "EAGAIN", "EIO"),
    "fcntl": ("EMFILE", "ENOMEM", "ENOLCK"),
    "ftruncate": ("ENOSPC", "EIO", "EINTR"),
    "getdents64": ("ENOMEM", "EIO"),
    "ioctl": ("ENOMEM", "EINTR", "EIO"),
    "ioctl.3226476800": ("ENOMEM", "EIO"),  # receives a notification; EINTR: another has done so
    "landlock_create_ruleset": ("ENOMEM", "EMFILE"),  # EPERM: it is not there
    "memfd_create": ("EMFILE", "ENOMEM"),
    "mkdir": ("ENOSPC", "EACCES"),
    "mkdirat": ("ENOSPC", "EIO"),
    "mmap": ("ENOMEM",),
    "mprotect": ("ENOMEM",),
    "munmap": ("ENOMEM",),
    "newfstatat": ("ENOMEM", "EIO"),
    "open_tree": ("EMFILE", "ENOMEM"),
    "openat": ("EMFILE", "ENOMEM", "EACCES"),
    "openat2": ("EMFILE", "ENOMEM", "EACCES"),
    "pidfd_open": ("EMFILE", "ENOMEM"),
    "pipe2": ("EMFILE", "ENFILE"),
    "poll": ("ENOMEM", "EINTR"),
    "read": ("EIO", "EINTR"),
    "recvfrom": ("ENOMEM", "EPERM", "EINTR"),
    "recvmsg": ("ENOMEM", "EINTR"),
    "rt_sigtimedwait": ("EINTR",),
    "seccomp": ("ENOMEM",),
    "sendmsg": ("ENOBUFS", "EINTR"),
    "sendto": ("ENOMEM", "EPERM", "EINTR"),
    "socketpair": ("EMFILE", "ENOMEM"),
    "statx": ("ENOMEM", "EIO"),
    "timerfd_create": ("EMFILE", "ENOMEM"),
    "wait4": ("EINTR",),
    "write": ("EIO", "ENOSPC"),
}

# Of a listener: an answer is sent, a notification is looked up.
SEND, ID_VALID = "ioctl.3222806785", "ioctl.1074274562"

# Interrupted, these are made again.
MADE_AGAIN = {
    SEND, ID_VALID, "epoll_wait", "poll", "read", "recvfrom", "recvmsg", "rt_sigtimedwait", "sendmsg",
    "sendto", "wait4",
}  # fmt: skip


# Who cannot speak cannot tell why: the message is that the cell ended.
SPEECHLESS = {(kind, call) for kind in ("cell", "lane", "init") for call in ("sendmsg", "recvmsg")}


# What libc does not say the reason of, and what is not asked why it cannot be looked at.
UNTOLD = ("cupel-unpack: take the locale C.UTF-8", "cupel-cell sent something else than")


def errors_of(call):
    return ERRORS.get(call) or ERRORS.get(call.partition(".")[0], OTHERS)
