/* What is known of arguments: their widths by call, and the names of their values. */
#include <linux/close_range.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "policy/condition.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define A(n)         (1U << (n))

struct widths {
    const char *call;
    unsigned wide; /* bit n: argument n has 64 bits */
};

static const struct widths widths[] = {
    {"arch_prctl", A(1)},
    {"clone", A(1) | A(2) | A(3) | A(4)}, /* flags: kernel_clone() takes their low half */
    {"close_range", 0},
    {"epoll_create1", 0},
    {"eventfd2", 0},
    {"execveat", A(1) | A(2) | A(3)},
    {"fcntl", A(2)},
    {"fallocate", A(2) | A(3)},
    {"getpriority", 0},
    {"getsockopt", A(3) | A(4)},
    {"ioctl", A(2)},
    {"ioprio_set", 0},
    {"kill", 0},
    {"madvise", A(0) | A(1)},
    {"memfd_create", A(0)},
    {"mmap", A(0) | A(1) | A(2) | A(3) | A(4) | A(5)},
    {"mprotect", A(0) | A(1) | A(2)},
    {"open", A(0)},
    {"openat", A(1)},
    {"personality", 0},
    {"pipe2", A(0)},
    {"prctl", A(1) | A(2) | A(3) | A(4)},
    {"prlimit64", A(2) | A(3)},
    {"sched_setaffinity", A(2)},
    {"sched_setattr", A(1)},
    {"sched_setparam", A(1)},
    {"sched_setscheduler", A(2)},
    {"setpriority", 0},
    {"setsockopt", A(3)},
    {"shmget", A(1)},
    {"socket", 0},
    {"socketpair", A(3)},
    {"tgkill", 0},
    {"tkill", 0},
};

struct constant {
    const char *name;
    uint64_t value;
};

/* clang-format off */
#define C(name) {#name, (uint64_t)(name)}
static const struct constant constants[] = {
    C(AF_UNSPEC), C(AF_UNIX), C(AF_INET), C(AF_INET6), C(AF_NETLINK), C(AF_PACKET), C(AF_ALG),
    C(AF_VSOCK), C(AF_XDP),
    C(SOCK_STREAM), C(SOCK_DGRAM), C(SOCK_RAW), C(SOCK_SEQPACKET), C(SOCK_CLOEXEC),
    C(SOCK_NONBLOCK), C(SOL_SOCKET), C(SO_LINGER), C(SO_ATTACH_FILTER),
    C(SO_ATTACH_REUSEPORT_CBPF),
    C(TCGETS), C(TCSETS), C(TCSETSW), C(TCSETSF), C(TIOCGWINSZ), C(TIOCSWINSZ), C(TIOCGPGRP),
    C(TIOCSPGRP), C(TIOCGSID), C(TIOCSCTTY), C(TIOCNOTTY), C(TIOCSTI), C(TIOCLINUX),
    C(TIOCGPTN), C(TIOCSPTLCK), C(TIOCGPTPEER), C(TIOCOUTQ), C(FIONREAD), C(FIONBIO),
    C(FIOASYNC), C(FIOCLEX), C(FIONCLEX), C(FICLONE), C(FICLONERANGE), C(FS_IOC_GETFLAGS),
    C(BLKGETSIZE64), C(SIOCGIFCONF), C(SIOCGIFFLAGS), C(SIOCGIFNAME), C(SIOCGIFINDEX),
    C(CLONE_NEWNS), C(CLONE_NEWCGROUP), C(CLONE_NEWUTS), C(CLONE_NEWIPC), C(CLONE_NEWUSER),
    C(CLONE_NEWPID), C(CLONE_NEWNET), C(CLONE_NEWTIME), C(CLONE_THREAD), C(CLONE_VM),
    C(CLONE_VFORK), C(CLONE_PTRACE), C(CLONE_UNTRACED), C(CLONE_FILES), C(CLOSE_RANGE_UNSHARE),
    C(PR_SET_PDEATHSIG), C(PR_GET_PDEATHSIG), C(PR_GET_DUMPABLE), C(PR_SET_DUMPABLE),
    C(PR_SET_NAME), C(PR_GET_NAME), C(PR_SET_SECCOMP), C(PR_GET_SECCOMP), C(PR_CAPBSET_READ),
    C(PR_GET_KEEPCAPS), C(PR_SET_TIMERSLACK), C(PR_GET_TIMERSLACK), C(PR_SET_MM),
    C(PR_SET_PTRACER), C(PR_SET_CHILD_SUBREAPER), C(PR_GET_CHILD_SUBREAPER),
    C(PR_SET_NO_NEW_PRIVS), C(PR_GET_NO_NEW_PRIVS), C(PR_GET_TID_ADDRESS), C(PR_SET_THP_DISABLE),
    C(PR_GET_THP_DISABLE), C(PR_CAP_AMBIENT), C(PR_GET_SPECULATION_CTRL), C(PR_SET_VMA),
    C(PR_TASK_PERF_EVENTS_DISABLE), C(PR_TASK_PERF_EVENTS_ENABLE),
    C(PER_LINUX), C(PER_LINUX32), C(ADDR_NO_RANDOMIZE),
    C(PRIO_PROCESS), C(PRIO_PGRP), C(PRIO_USER),
    C(O_PATH), C(O_CREAT), C(O_WRONLY), C(O_RDWR), C(F_SETPIPE_SZ), C(F_NOTIFY),
    C(F_SETLK), C(F_SETLKW), C(F_OFD_SETLK), C(F_OFD_SETLKW),
    C(PROT_EXEC), C(PROT_WRITE), C(MAP_HUGETLB), C(MAP_LOCKED),
};
#undef C
/* clang-format on */

/* Those whose values are not the same on all architectures. */
static const struct {
    const char *name;
    uint64_t values[CUPEL_ARCH_COUNT];
} differing[] = {
    {"O_DIRECT", {[CUPEL_ARCH_X86_64] = 0x4000, [CUPEL_ARCH_AARCH64] = 0x10000}},
    {"O_DIRECTORY", {[CUPEL_ARCH_X86_64] = 0x10000, [CUPEL_ARCH_AARCH64] = 0x4000}},
    {"O_NOFOLLOW", {[CUPEL_ARCH_X86_64] = 0x20000, [CUPEL_ARCH_AARCH64] = 0x8000}},
    {"O_TMPFILE", {[CUPEL_ARCH_X86_64] = 0x410000, [CUPEL_ARCH_AARCH64] = 0x404000}},
};

bool cupel_arguments_wide(const char *call, unsigned *ret)
{
    for (size_t i = 0; i < COUNT(widths); i++) {
        if (strcmp(widths[i].call, call) == 0) {
            *ret = widths[i].wide;
            return true;
        }
    }
    return false;
}

const char *cupel_constant_at(size_t index, enum cupel_arch arch, uint64_t *ret)
{
    if (index < COUNT(constants)) {
        *ret = constants[index].value;
        return constants[index].name;
    }
    index -= COUNT(constants);
    if (index >= COUNT(differing))
        return NULL;
    *ret = differing[index].values[arch];
    return differing[index].name;
}

bool cupel_constant_find(const char *name, size_t len, enum cupel_arch arch, uint64_t *ret)
{
    const char *known;
    uint64_t value;

    for (size_t i = 0; (known = cupel_constant_at(i, arch, &value)) != NULL; i++) {
        if (strlen(known) == len && memcmp(known, name, len) == 0) {
            *ret = value;
            return true;
        }
    }
    return false;
}
