/* What the compiled filter of each shipped policy does with a call, without making the call. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bpf.h"
#include "cupel/policy.h"
#include "policy/groups.h"
#include "policy/merge.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALLOW        SECCOMP_RET_ALLOW
#define KILL         SECCOMP_RET_KILL_PROCESS
#define ERRNO(e)     (SECCOMP_RET_ERRNO | (e))
#define HIGH         0x100000000ULL
#define X32          0x40000000
#define LAST_SWEPT   600

#if defined(__x86_64__)
#define NATIVE  AUDIT_ARCH_X86_64
#define FOREIGN AUDIT_ARCH_I386
#else
#define NATIVE  AUDIT_ARCH_AARCH64
#define FOREIGN AUDIT_ARCH_ARM
#endif

static const char *const shipped[] = {"base",   "native", "compile",
                                      "python", "unpack", "strict"};

static void report(const struct cupel_diagnostics *diagnostics, const struct cupel_error *err)
{
    for (size_t i = 0; i < diagnostics->count; i++)
        print_error("%s:%u: %s\n", diagnostics->items[i].file, diagnostics->items[i].line,
                    diagnostics->items[i].text);
    fail_msg("%s", err->text);
}

static struct cupel_filter compile(const char *name)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_policy *policy = NULL;
    struct cupel_filter filter = {0};
    struct cupel_error err = {0};

    if (cupel_policy_load(CUPEL_POLICIES, name, cupel_arch_native(), &diagnostics, &policy,
                          &err) < 0 ||
        cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, &filter, &err) < 0)
        report(&diagnostics, &err);
    cupel_policy_free(policy);
    cupel_diagnostics_clear(&diagnostics);
    return filter;
}

/* A policy over base that has these rules and this network. */
static struct cupel_filter compile_rules(const char *network, const char *rules)
{
    struct cupel_policy_source sources[2] = {{.name = (char[]){"base"}},
                                             {.name = (char[]){"test"}}};
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_policy *policy = NULL;
    struct cupel_filter filter = {0};
    struct cupel_error err = {0};
    char text[2048];

    int len = snprintf(text, sizeof(text),
                       "{\"schema\": \"cupel.policy/1\", \"name\": \"test\", \"why\": \"test\","
                       "\"network\": \"%s\", \"syscalls\": {\"rules\": [%s]}}",
                       network, rules);
    int folder = open(CUPEL_POLICIES, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (cupel_document_load(folder, "base.json", "base.json", sizeof(text) * 16, &diagnostics,
                            &sources[0].document, &err) < 0 ||
        cupel_document_parse(text, (size_t)len, "test.json", &diagnostics, &sources[1].document,
                             &err) < 0 ||
        cupel_policy_merge(sources, COUNT(sources), cupel_arch_native(), &policy, &err) < 0 ||
        cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, &filter, &err) < 0)
        report(&diagnostics, &err);
    (void)close(folder);
    cupel_policy_free(policy);
    cupel_document_free(sources[0].document);
    cupel_document_free(sources[1].document);
    return filter;
}

static uint32_t ask(const struct cupel_filter *filter, const char *call, const uint64_t *args)
{
    struct seccomp_data data = {.arch = NATIVE};

    data.nr = seccomp_syscall_resolve_name(call);
    memcpy(data.args, args, sizeof(data.args));
    return bpf_run(filter, &data);
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

static void shipped_policies_follow_the_table(void **state)
{

    (void)state;
    for (size_t i = 0; i < COUNT(shipped_rows); i++) {
        int number = seccomp_syscall_resolve_name(shipped_rows[i].call);
        if (number < 0)
            continue; /* not on this architecture */
        struct cupel_filter filter = compile(shipped_rows[i].policy);
        uint32_t action = ask(&filter, shipped_rows[i].call, shipped_rows[i].args);
        if (action != shipped_rows[i].action)
            fail_msg("row %zu: %s: %s: %#x instead of %#x", i, shipped_rows[i].policy,
                     shipped_rows[i].call, action, shipped_rows[i].action);
        cupel_filter_clear(&filter);
    }
}

/* Values that a call's argument may have, those that conditions look at among them. */
static const uint64_t sampled[] = {0, 1, 2, 10, 16, 40, 0x5401, 0x5412, 0xffffffff, UINT64_MAX};

/* Calls f for all sampled values in the first two arguments. */
static void for_all_arguments(const struct cupel_filter *filter, struct seccomp_data data,
                              void (*f)(const struct seccomp_data *data, uint32_t action,
                                        const char *policy),
                              const char *policy)
{
    for (size_t i = 0; i < COUNT(sampled) * COUNT(sampled); i++) {
        data.args[0] = sampled[i / COUNT(sampled)];
        data.args[1] = sampled[i % COUNT(sampled)];
        f(&data, bpf_run(filter, &data), policy);
    }
}

static void assert_not_allowed(const struct seccomp_data *data, uint32_t action,
                               const char *policy)
{
    if (action == ALLOW || action == BPF_INVALID)
        fail_msg("%s: call %d of arch %#x: %#x", policy, data->nr, data->arch, action);
}

static void assert_killed(const struct seccomp_data *data, uint32_t action, const char *policy)
{
    if (action != KILL && action != SECCOMP_RET_KILL_THREAD)
        fail_msg("%s: call %d of arch %#x: %#x", policy, data->nr, data->arch, action);
}

static void assert_sane(const struct seccomp_data *data, uint32_t action, const char *policy)
{
    uint32_t kind = action & SECCOMP_RET_ACTION_FULL;

    if (kind != ALLOW && kind != KILL && kind != SECCOMP_RET_ERRNO)
        fail_msg("%s: call %d: %#x", policy, data->nr, action);
}

static void nothing_of_the_kernel_surface_is_allowed_by_any_policy(void **state)
{
    const struct cupel_group *group = cupel_group_find(CUPEL_GROUP_NEVER);

    (void)state;
    for (size_t p = 0; p < COUNT(shipped); p++) {
        struct cupel_filter filter = compile(shipped[p]);
        for (size_t i = 0; group->calls[i] != NULL; i++) {
            struct seccomp_data data = {.arch = NATIVE};
            data.nr = seccomp_syscall_resolve_name(group->calls[i]);
            if (data.nr >= 0)
                for_all_arguments(&filter, data, assert_not_allowed, shipped[p]);
        }
        cupel_filter_clear(&filter);
    }
}

static void every_call_has_a_definite_answer_and_none_by_another_entry(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT(shipped); p++) {
        struct cupel_filter filter = compile(shipped[p]);
        for (int number = 0; number <= LAST_SWEPT; number++) {
            struct seccomp_data data = {.arch = NATIVE, .nr = number};
            for_all_arguments(&filter, data, assert_sane, shipped[p]);
            data.arch = FOREIGN;
            for_all_arguments(&filter, data, assert_killed, shipped[p]);
#if defined(__x86_64__)
            data = (struct seccomp_data){.arch = NATIVE, .nr = number | X32};
            for_all_arguments(&filter, data, assert_killed, shipped[p]);
#endif
        }
        cupel_filter_clear(&filter);
    }
}

static void unknown_calls_are_answered_by_enosys(void **state)
{
    static const int numbers[] = {456 + 128, 470, 1023, 1024, 9999, -1, INT32_MAX / 4};

    (void)state;
    for (size_t p = 0; p < COUNT(shipped); p++) {
        struct cupel_filter filter = compile(shipped[p]);
        for (size_t i = 0; i < COUNT(numbers); i++) {
            struct seccomp_data data = {.arch = NATIVE, .nr = numbers[i]};
            assert_int_equal(bpf_run(&filter, &data), ERRNO(ENOSYS));
        }
        cupel_filter_clear(&filter);
    }
}

static void invariants_hold_where_a_policy_allows_everything(void **state)
{
    static const struct row rows[] = {
        {"none", "clone", {SIGCHLD}, ALLOW},
        {"none", "clone", {CLONE_NEWUSER | SIGCHLD}, ERRNO(EPERM)},
        {"none", "clone3", {0}, ERRNO(ENOSYS)},
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
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct cupel_filter filter =
            compile_rules(rows[i].policy,
                          "{\"allow\": [\"clone\", \"clone3\", \"ioctl\", "
                          "\"socket\", \"socketpair\"], \"why\": \"test\"}");
        uint32_t action = ask(&filter, rows[i].call, rows[i].args);
        if (action != rows[i].action)
            fail_msg("row %zu: %s: %#x", i, rows[i].call, action);
        cupel_filter_clear(&filter);
    }
}

static void the_last_rule_that_matches_decides(void **state)
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
    static const struct row rows[] = {
        {"", "prctl", {21}, ALLOW},
        {"", "prctl", {0xffffffff}, ALLOW},
        {"", "prctl", {20}, ERRNO(EPERM)},
        {"", "prctl", {0}, ERRNO(EPERM)},
        {"", "prctl", {HIGH | 7}, ERRNO(EPERM)},
        {"", "prctl", {5}, KILL},
        {"", "prctl", {HIGH | 5}, KILL},
        {"", "prctl", {6}, ALLOW},
        {"", "prctl", {6, 0x1f}, KILL},
        {"", "prctl", {6, HIGH | 0x1f}, KILL},
        {"", "prctl", {6, 0x3f}, ALLOW},
    };
    struct cupel_filter filter = compile_rules("none", rules);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t action = ask(&filter, rows[i].call, rows[i].args);
        if (action != rows[i].action)
            fail_msg("row %zu: %#x", i, action);
    }
    cupel_filter_clear(&filter);
}

static void the_same_policy_gives_the_same_filter(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT(shipped); p++) {
        struct cupel_filter one = compile(shipped[p]);
        struct cupel_filter two = compile(shipped[p]);
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
        cmocka_unit_test(nothing_of_the_kernel_surface_is_allowed_by_any_policy),
        cmocka_unit_test(every_call_has_a_definite_answer_and_none_by_another_entry),
        cmocka_unit_test(unknown_calls_are_answered_by_enosys),
        cmocka_unit_test(invariants_hold_where_a_policy_allows_everything),
        cmocka_unit_test(the_last_rule_that_matches_decides),
        cmocka_unit_test(the_same_policy_gives_the_same_filter),
    };
    return cmocka_run_group_tests_name("policy simulation", tests, NULL, NULL);
}
