#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "own_namespaces.h"
#include "sandbox/uid_lease.h"

static void uids_are_chosen_from_those_mapped(void **state)
{
    static const struct {
        const char *map;
        int code;
        struct uid_range range;
    } cases[] = {
        {"         0          0 4294967295\n", 0, {1879048192, 65536}},
        {"0 100000 65536\n", 0, {61440, 4096}},           /* a container */
        {"0 1000 1\n1 100000 65536\n", 0, {61441, 4096}}, /* a rootless one */
        {"0 1000 1\n", -ENOENT, {0, 0}},                  /* unshare -r */
        {"0 1000 2\n", 0, {1, 1}},
        {"0 0 1879048200\n", 0, {1879044104, 4096}}, /* ends within the preferred range */
        {"", -ENOENT, {0, 0}},
        {"0 0\n", -EPROTO, {0, 0}},
        {"x\n", -EPROTO, {0, 0}},
        {"0 0 99999999999\n", -EPROTO, {0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct uid_range range = {0, 0};
        int r = uid_range_choose(cases[i].map, &range);
        if (r != cases[i].code || range.first != cases[i].range.first ||
            range.count != cases[i].range.count)
            fail_msg("case %zu: %d, %u %u", i, r, range.first, range.count);
    }
}

static void a_leased_uid_is_not_leased_again(void **state)
{
    char registry[] = "/tmp/cupel-uids-XXXXXX";
    CUPEL_AUTO_FD made = mkstemp(registry);
    uint32_t uids[32];
    int fds[32];

    (void)state;
    assert_true(made >= 0);
    for (size_t i = 0; i < 32; i++) {
        struct cupel_error err = {0};
        fds[i] = uid_lease_take(registry, &uids[i], &err);
        if (geteuid() != 0) {
            assert_int_equal(fds[i], -1); /* an ordinary user keeps its own */
            assert_int_equal(uids[i], UINT32_MAX);
            continue;
        }
        assert_true(fds[i] >= 0);
        for (size_t other = 0; other < i; other++)
            assert_int_not_equal(uids[i], uids[other]);
    }
    for (size_t i = 0; i < 32; i++)
        cupel_close_p(&fds[i]);
    (void)unlink(registry);
}

/* A process of uid, that ends with its parent. */
static pid_t stay_as(uid_t uid)
{
    int ready[2];
    char byte;

    if (pipe2(ready, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        (void)alarm(60);
        if (setresuid(uid, uid, uid) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
            (void)close(ready[1]);
        for (;;)
            (void)pause();
    }
    (void)close(ready[1]);
    ssize_t n = pid < 0 ? -1 : read(ready[0], &byte, 1);
    (void)close(ready[0]);
    return n == 0 ? pid : -1;
}

/* Where 2 and 3 are to be had. */
static int lease_all(const char *registry)
{
    struct cupel_error err = {0};
    uint32_t uids[2] = {0, 0};
    pid_t pid = stay_as(2);

    CUPEL_AUTO_FD first = pid < 0 ? -1 : uid_lease_take(registry, &uids[0], &err);
    if (first < 0 || uids[0] != 3 || uid_lease_take(registry, &uids[1], &err) != -EUSERS)
        return 1;
    if (kill(pid, SIGKILL) < 0 || waitpid(pid, NULL, 0) != pid)
        return 1;
    CUPEL_AUTO_FD second = uid_lease_take(registry, &uids[1], &err);
    return second >= 0 && uids[1] == 2 ? 0 : 1;
}

/* Where no other is to be had. */
static int lease_nobody(const char *registry)
{
    struct cupel_error err = {0};
    uint32_t uid = 0;

    return uid_lease_take(registry, &uid, &err) == -EUSERS ? 0 : 1;
}

/* In a process of its own, as root of a user namespace. */
static int run_as_root_of(const char *map, int (*function)(const char *registry),
                          const char *registry)
{
    int go[2];
    char path[64];
    char byte;
    int status = -1;

    assert_int_equal(pipe2(go, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)alarm(60);
        if (unshare(CLONE_NEWUSER) < 0 || write(go[1], "x", 1) != 1)
            _exit(2);
        while (geteuid() != 0) /* it is not mapped yet */
            (void)usleep(1000);
        _exit(function(registry));
    }
    (void)close(go[1]);
    bool is_there = read(go[0], &byte, 1) == 1;
    (void)close(go[0]);
    (void)snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
    if (is_there && !write_proc(path, map))
        (void)kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void a_uid_that_others_have_is_not_leased(void **state)
{
    char registry[] = "/tmp/cupel-uids-XXXXXX";
    CUPEL_AUTO_FD made = mkstemp(registry);

    (void)state;
    if (geteuid() != 0)
        skip(); /* who may map one id alone leases none */
    assert_true(made >= 0);
    int all = run_as_root_of("0 0 1\n1 1879200000 3\n", lease_all, registry);
    int nobody = run_as_root_of("0 0 1\n65533 1879200000 2\n", lease_nobody, registry);
    (void)unlink(registry);
    assert_int_equal(all, 0);
    assert_int_equal(nobody, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uids_are_chosen_from_those_mapped),
        cmocka_unit_test(a_leased_uid_is_not_leased_again),
        cmocka_unit_test(a_uid_that_others_have_is_not_leased),
    };

    return cmocka_run_group_tests_name("uid_lease", tests, NULL, NULL);
}
