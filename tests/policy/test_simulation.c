/* What the compiled filter of each shipped policy does with a call, without making the call. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "policies.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALLOW        SECCOMP_RET_ALLOW
#define KILL         SECCOMP_RET_KILL_PROCESS
#define ERRNO(e)     (SECCOMP_RET_ERRNO | (e))
#define LOGGED       SECCOMP_RET_LOG
#define HIGH         0x100000000ULL

static struct cupel_filter compile(const char *name, enum cupel_arch arch)
{
    struct cupel_policy *policy = load_shipped(name, arch);
    struct cupel_filter filter = compile_policy(policy, CUPEL_FILTER_ENFORCE);

    cupel_policy_free(policy);
    return filter;
}

/* Of a policy over base that has these rules and this network. */
static struct cupel_filter compile_rules(const char *network, const char *rules,
                                         enum cupel_arch arch)
{
    struct cupel_policy *policy = load_rules(network, rules, arch);
    struct cupel_filter filter = compile_policy(policy, CUPEL_FILTER_ENFORCE);

    cupel_policy_free(policy);
    return filter;
}

struct row {
    const char *policy;
    const char *call;
    uint64_t args[6];
    uint32_t action;
};

static const struct row shipped_rows[] = {
    {"base", "read", {0}, ALLOW},
    {"base", "execve", {0}, ALLOW},
    {"base", "clone", {SIGCHLD}, ERRNO(ENOSYS)},
    {"base", "socket", {AF_UNIX}, ERRNO(EAFNOSUPPORT)},
    {"base", "socket", {AF_INET}, ERRNO(EAFNOSUPPORT)},
    {"base", "ioctl", {1, TCGETS}, ALLOW},
    {"base", "ioctl", {1, HIGH | TCGETS}, ALLOW},
    {"base", "ioctl", {1, FIONREAD}, ALLOW},
    {"base", "ioctl", {1, TIOCSTI}, ERRNO(EPERM)},
    {"base", "ioctl", {1, 0x8912}, ERRNO(ENOSYS)},
    {"base", "prctl", {PR_SET_NAME}, ALLOW},
    {"base", "prctl", {HIGH | PR_SET_NAME}, ALLOW},
    {"base", "prctl", {PR_SET_MM}, ERRNO(ENOSYS)},
    {"base", "prctl", {PR_SET_SECCOMP}, ERRNO(ENOSYS)},
    {"base", "prctl", {HIGH | PR_SET_SECCOMP}, ERRNO(ENOSYS)},
    {"base", "prlimit64", {0}, ALLOW},
    {"base", "prlimit64", {1}, ERRNO(ENOSYS)},
    {"base", "prlimit64", {HIGH | 1}, ERRNO(ENOSYS)},
    {"base", "personality", {0xffffffff}, ALLOW},
    {"base", "personality", {0x0400000}, ERRNO(ENOSYS)},
    {"base", "io_uring_setup", {0}, ERRNO(ENOSYS)},
    {"base", "setuid", {0}, ALLOW},
    {"native", "read", {0}, ALLOW},
    {"native", "clone", {SIGCHLD}, ALLOW},
    {"native", "clone", {0x3d0f00}, ALLOW}, /* a thread of glibc */
    {"native", "clone", {0x4111}, ALLOW},   /* posix_spawn: CLONE_VM | CLONE_VFORK */
    {"native", "clone", {CLONE_VM | CLONE_SIGHAND | CLONE_THREAD}, ERRNO(EINVAL)},
    {"native", "clone", {HIGH | CLONE_THREAD}, ERRNO(EINVAL)},
    {"native", "close_range", {3, 9, CLOSE_RANGE_UNSHARE}, ERRNO(EINVAL)},
    {"native", "close_range", {3, 9, CLOSE_RANGE_CLOEXEC}, ALLOW},
    {"native", "fcntl", {3, F_OFD_SETLK}, ERRNO(EINVAL)},
    {"native", "fcntl", {3, HIGH | F_OFD_SETLKW}, ERRNO(EINVAL)},
    {"native", "fcntl", {3, F_SETLKW}, ALLOW},
    {"native", "setsockopt", {3, SOL_SOCKET, SO_LINGER}, ERRNO(ENOPROTOOPT)},
    {"native", "setsockopt", {3, HIGH | SOL_SOCKET, SO_ATTACH_FILTER}, ERRNO(ENOPROTOOPT)},
    {"native", "setsockopt", {3, SOL_SOCKET, SO_REUSEADDR}, ALLOW},
    {"native", "setsockopt", {3, SO_LINGER, SOL_SOCKET}, ALLOW},
    {"native", "clone", {CLONE_NEWUSER | SIGCHLD}, ERRNO(EPERM)},
    {"native", "clone", {HIGH | CLONE_NEWUSER}, ERRNO(EPERM)},
    {"native", "clone", {CLONE_NEWNS | CLONE_VM}, ERRNO(EPERM)},
    {"native", "clone", {CLONE_NEWCGROUP}, ERRNO(EPERM)},
    {"native", "clone", {CLONE_NEWUTS}, ERRNO(EPERM)},
    {"native", "clone", {CLONE_NEWIPC}, ERRNO(EPERM)},
    {"native", "clone", {CLONE_NEWPID}, ERRNO(EPERM)},
    {"native", "clone", {CLONE_NEWNET}, ERRNO(EPERM)},
    {"native", "clone", {UINT64_MAX}, ERRNO(EPERM)},
    {"native", "clone3", {0}, ERRNO(ENOSYS)},
    {"native", "socket", {AF_UNIX}, ALLOW},
    {"native", "socket", {HIGH | AF_UNIX}, ALLOW},
    {"native", "socket", {AF_INET}, ERRNO(EAFNOSUPPORT)},
    {"native", "socket", {AF_INET6}, ERRNO(EAFNOSUPPORT)},
    {"native", "socket", {AF_NETLINK}, ERRNO(EAFNOSUPPORT)},
    {"native", "socket", {AF_VSOCK}, ERRNO(EAFNOSUPPORT)},
    {"native", "socket", {HIGH | AF_VSOCK}, ERRNO(EAFNOSUPPORT)},
    {"native", "socket", {64}, ERRNO(ENOSYS)},
    {"native", "socketpair", {AF_UNIX}, ALLOW},
    {"native", "socketpair", {AF_INET}, ERRNO(ENOSYS)},
    {"native", "ioctl", {0, TIOCSTI}, ERRNO(EPERM)},
    {"native", "ioctl", {0, HIGH | TIOCSTI}, ERRNO(EPERM)},
    {"native", "ioctl", {0, HIGH | TIOCLINUX}, ERRNO(EPERM)},
    {"native", "setpriority", {PRIO_PROCESS, 0, 5}, ALLOW},
    {"native", "setpriority", {PRIO_PROCESS, 1, 5}, ERRNO(ENOSYS)},
    {"native", "setpriority", {PRIO_USER, 0, 5}, ERRNO(ENOSYS)},
    {"native", "sched_setaffinity", {0}, ALLOW},
    {"native", "sched_setaffinity", {1}, ERRNO(ENOSYS)},
    {"native", "bpf", {0}, KILL},
    {"native", "ptrace", {0}, KILL},
    {"native", "unshare", {0}, KILL},
    {"native", "memfd_create", {0}, ERRNO(ENOSYS)},
    {"native", "shmget", {0}, ERRNO(ENOSYS)},
    {"native", "execveat", {0}, ERRNO(ENOSYS)},
    {"compile", "vfork", {0}, ALLOW},
    {"compile", "keyctl", {0}, KILL},
    {"python", "clone", {SIGCHLD}, ALLOW},
    {"python", "epoll_create1", {0}, ALLOW},
    {"unpack", "openat", {0}, ALLOW},
    {"unpack", "mkdirat", {0}, ALLOW},
    {"unpack", "vfork", {0}, KILL},
    {"unpack", "clone", {SIGCHLD}, KILL},
    {"unpack", "socket", {AF_UNIX}, KILL},
    {"strict", "write", {1}, ALLOW},
    {"strict", "openat", {0}, ALLOW},
    {"strict", "unlink", {0}, ERRNO(EPERM)},
    {"strict", "pipe2", {0}, ERRNO(EPERM)},
    {"strict", "ioctl", {1, TCGETS}, ALLOW},
    {"strict", "ioctl", {1, TCSETS}, ERRNO(ENOSYS)},
    {"strict", "kill", {1, 9}, ERRNO(EPERM)},
};

/* Ask for each row on each architecture that has the call. */
static void check_rows(const struct row *rows, size_t count,
                       struct cupel_filter (*make)(const char *policy, enum cupel_arch arch))
{
    for (size_t i = 0; i < count * CUPEL_ARCH_COUNT; i++) {
        const struct row *row = &rows[i / CUPEL_ARCH_COUNT];
        enum cupel_arch arch = (enum cupel_arch)(i % CUPEL_ARCH_COUNT);
        int number = cupel_call_number(arch, row->call);
        assert_int_not_equal(number, -ENOENT);
        if (number < 0)
            continue;
        struct cupel_filter filter = make(row->policy, arch);
        uint32_t action = ask_filter(&filter, arch, number, row->args);
        if (action != row->action)
            fail_msg("row %zu: %s, %s: %s: %#x instead of %#x", i / CUPEL_ARCH_COUNT,
                     cupel_arch_names[arch], row->policy, row->call, action, row->action);
        cupel_filter_clear(&filter);
    }
}

static void shipped_policies_follow_the_table(void **state)
{
    (void)state;
    check_rows(shipped_rows, COUNT(shipped_rows), compile);
}

static struct cupel_filter allow_much(const char *network, enum cupel_arch arch)
{
    return compile_rules(network,
                         "{\"allow\": [\"clone\", \"clone3\", \"ioctl\", \"listmount\", "
                         "\"socket\", \"socketpair\"], \"why\": \"test\"}",
                         arch);
}

static struct cupel_filter log_much(const char *network, enum cupel_arch arch)
{
    return compile_rules(network,
                         "{\"allow\": [\"clone\", \"socket\", \"ioctl\"], \"action\": "
                         "\"log\", \"why\": \"test\"}",
                         arch);
}

static void invariants_hold_where_a_policy_allows_everything(void **state)
{
    static const struct row rows[] = {
        {"none", "clone", {SIGCHLD}, ALLOW},
        {"none", "clone", {CLONE_NEWUSER | SIGCHLD}, ERRNO(EPERM)},
        {"none", "clone3", {0}, ERRNO(ENOSYS)},
        {"none", "listmount", {0}, ERRNO(ENOSYS)},
        {"none", "statmount", {0}, ERRNO(ENOSYS)},
        {"none", "open_tree_attr", {0}, KILL},
        {"none", "ioctl", {0, 0x8912}, ALLOW},
        {"none", "ioctl", {0, TIOCSTI}, ERRNO(EPERM)},
        {"none", "ioctl", {0, HIGH | TIOCSTI}, ERRNO(EPERM)},
        {"none", "ioctl", {0, HIGH | TIOCLINUX}, ERRNO(EPERM)},
        {"none", "socket", {AF_UNIX}, ALLOW},
        {"none", "socket", {AF_INET}, ERRNO(EAFNOSUPPORT)},
        {"none", "socket", {AF_VSOCK}, ERRNO(EAFNOSUPPORT)},
        {"none", "socketpair", {AF_UNIX}, ALLOW},
        {"none", "socketpair", {AF_INET}, ERRNO(ENOSYS)},
        {"loopback", "socket", {AF_UNIX}, ALLOW},
        {"loopback", "socket", {AF_INET}, ALLOW},
        {"loopback", "socket", {AF_INET6}, ALLOW},
        {"loopback", "socket", {AF_UNSPEC}, ERRNO(EAFNOSUPPORT)},
        {"loopback", "socket", {AF_PACKET}, ERRNO(EAFNOSUPPORT)},
        {"loopback", "socket", {AF_VSOCK}, ERRNO(EAFNOSUPPORT)},
        {"loopback", "socket", {HIGH | AF_VSOCK}, ERRNO(EAFNOSUPPORT)},
        {"loopback", "bpf", {0}, KILL},
    };

    (void)state;
    check_rows(rows, COUNT(rows), allow_much);
}

static void invariants_hold_where_a_policy_only_logs(void **state)
{
    static const struct row rows[] = {
        {"none", "clone", {SIGCHLD}, LOGGED},
        {"none", "clone", {CLONE_NEWUSER | SIGCHLD}, ERRNO(EPERM)},
        {"none", "ioctl", {0, 0x8912}, LOGGED},
        {"none", "ioctl", {0, HIGH | TIOCSTI}, ERRNO(EPERM)},
        {"none", "socket", {AF_UNIX}, LOGGED},
        {"loopback", "socket", {AF_INET}, LOGGED},
        {"loopback", "socket", {AF_VSOCK}, ERRNO(EAFNOSUPPORT)},
    };

    (void)state;
    check_rows(rows, COUNT(rows), log_much);
}

static struct cupel_filter many_prctl(const char *network, enum cupel_arch arch)
{
    static const char rules[] =
        "{\"allow\": [\"prctl\"], \"why\": \"all\"},"
        "{\"deny\": [\"prctl\"], \"action\": \"errno EPERM\", \"when\": \"arg0 <= 20\","
        " \"why\": \"but small ones\"},"
        "{\"deny\": [\"prctl\"], \"action\": \"kill\", \"when\": [\"arg0 == 5\", \"arg0 == "
        "6\"],"
        " \"why\": \"of which these are worse\"},"
        "{\"allow\": [\"prctl\"], \"when\": \"arg0 == 6 and arg1 & 0xf0 != 0x10\","
        " \"why\": \"but this\"}";

    return compile_rules(network, rules, arch);
}

static void the_last_rule_that_matches_decides(void **state)
{
    static const struct row rows[] = {
        {"none", "prctl", {21}, ALLOW},
        {"none", "prctl", {0xffffffff}, ALLOW},
        {"none", "prctl", {20}, ERRNO(EPERM)},
        {"none", "prctl", {0}, ERRNO(EPERM)},
        {"none", "prctl", {HIGH | 7}, ERRNO(EPERM)},
        {"none", "prctl", {5}, KILL},
        {"none", "prctl", {HIGH | 5}, KILL},
        {"none", "prctl", {6}, ALLOW},
        {"none", "prctl", {6, 0x1f}, KILL},
        {"none", "prctl", {6, HIGH | 0x1f}, KILL},
        {"none", "prctl", {6, 0x3f}, ALLOW},
    };

    (void)state;
    check_rows(rows, COUNT(rows), many_prctl);
}

static struct cupel_filter kill_others(const char *network, enum cupel_arch arch)
{
    return compile_rules(network,
                         "{\"deny\": [\"kill\"], \"when\": \"arg0 != 5 and arg1 != 9\", "
                         "\"why\": \"test\"}",
                         arch);
}

static void two_arguments_may_both_differ_from_something(void **state)
{
    static const struct row rows[] = {
        {"none", "kill", {5, 9}, ALLOW},           {"none", "kill", {5, 8}, ALLOW},
        {"none", "kill", {6, 9}, ALLOW},           {"none", "kill", {6, 8}, ERRNO(EPERM)},
        {"none", "kill", {HIGH | 5, 8}, ALLOW},    {"none", "kill", {0, 0}, ERRNO(EPERM)},
        {"none", "kill", {6, HIGH | 9}, ALLOW},    {"none", "kill", {UINT64_MAX, 9}, ALLOW},
        {"none", "kill", {HIGH, 1}, ERRNO(EPERM)},
    };

    (void)state;
    check_rows(rows, COUNT(rows), kill_others);
}

static void the_same_policy_gives_the_same_filter(void **state)
{
    (void)state;
    for (const char *const *name = shipped_policies(); *name != NULL; name++) {
        struct cupel_filter one = compile(*name, cupel_arch_native());
        struct cupel_filter two = compile(*name, cupel_arch_native());
        assert_string_equal(one.sha256, two.sha256);
        assert_int_equal(one.count, two.count);
        assert_memory_equal(one.instructions, two.instructions, one.count * 8);
        cupel_filter_clear(&one);
        cupel_filter_clear(&two);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_policies_follow_the_table),
        cmocka_unit_test(invariants_hold_where_a_policy_allows_everything),
        cmocka_unit_test(invariants_hold_where_a_policy_only_logs),
        cmocka_unit_test(the_last_rule_that_matches_decides),
        cmocka_unit_test(two_arguments_may_both_differ_from_something),
        cmocka_unit_test(the_same_policy_gives_the_same_filter),
    };
    return cmocka_run_group_tests_name("policy simulation", tests, NULL, NULL);
}
