#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "sandbox/denied_process.h"
#include "sandbox/run_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint64_t arguments[CUPEL_ARGUMENTS] = {1, 2, 3, 4, 5, 6};

static struct cupel_policy_case kill_of(const char *policy)
{
    return (struct cupel_policy_case){
        .decision = {.action = {.kind = CUPEL_ACTION_KILL},
                     .origin = {.policy = policy, .file = "p.json", .line = 7, .why = "why"}}};
}

static void a_call_is_counted_by_its_case(void **state)
{
    struct denied_table table = {.count = 0};
    struct cupel_policy_case match = kill_of("native");
    struct cupel_policy_case found;
    struct denial *item = NULL;
    struct cupel_denied denied;

    (void)state;
    match.cube.mask[0] = match.cube.value[0] = 1;
    denied_table_count(&table, NULL, 101, arguments, &match, false);
    assert_int_equal(denied_table_decide(&table, NULL, 101, arguments, &found, &item), 0);
    assert_ptr_equal(item, &table.items[0]);
    denied_table_count(&table, item, 101, arguments, &found, true);
    assert_int_equal(denied_table_describe(&table, CUPEL_ARCH_X86_64, &denied), 0);
    assert_int_equal(denied.count, 1);
    assert_string_equal(denied.calls[0].name, "ptrace");
    assert_int_equal(denied.calls[0].count, 2);
    assert_int_equal(denied.calls[0].arguments[5], 6);
    assert_true(denied.calls[0].killed);
    assert_string_equal(denied.calls[0].policy, "native");
    assert_string_equal(denied.calls[0].file, "p.json");
    assert_int_equal(denied.calls[0].line, 7);
    assert_ptr_equal(denied.fatal, &denied.calls[0]);
    cupel_denied_clear(&denied);
}

static void a_full_table_has_room_for_what_ends_the_command(void **state)
{
    struct denied_table table = {.count = 0};
    struct cupel_policy_case match = kill_of(NULL);
    struct cupel_denied denied;

    (void)state;
    for (int number = 0; number < CUPEL_DENIED_MAX + 5; number++)
        denied_table_count(&table, NULL, 900 + number, arguments, &match, false);
    denied_table_count(&table, NULL, 101, arguments, &match, true);
    denied_table_count(&table, NULL, 102, arguments, &match, true);
    assert_int_equal(denied_table_describe(&table, CUPEL_ARCH_X86_64, &denied), 0);
    assert_int_equal(denied.count, CUPEL_DENIED_MAX + 1);
    assert_int_equal(denied.others, 6);
    assert_string_equal(denied.calls[0].name, "call 900");
    assert_null(denied.calls[0].policy);
    assert_string_equal(denied.fatal->name, "ptrace");
    cupel_denied_clear(&denied);
}

static void status_tells_who_it_is_and_whether_sigsys_ends_it(void **state)
{
    static const struct {
        const char *text;
        bool good;
        struct denied_process expected;
    } cases[] = {
        {"Name:\tx\nTgid:\t40\nPid:\t41\nNStgid:\t40\t2\nNSpid:\t41\t3\n"
         "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000000002\n",
         true,
         {40, true, true}},
        {"Tgid:\t40\nNStgid:\t40\t12\nSigBlk:\t0000000040000000\nSigIgn:\t0\nSigCgt:\t0\n",
         true,
         {40, false, false}},
        {"Tgid:\t40\nNStgid:\t40\t2\nSigBlk:\t0\nSigIgn:\t0000000040000000\nSigCgt:\t0\n",
         true,
         {40, true, false}},
        {"Tgid:\t40\nNStgid:\t2\t40\nSigBlk:\t0\nSigIgn:\t0\nSigCgt:\t0000000040000000\n",
         true,
         {40, false, false}},
        {"Tgid:\t40\n", true, {40, false, false}}, /* what is not said is not believed */
        {"Name:\tTgid:\nPid:\t3\n", false, {0}},
        {"Tgid:\t0\n", false, {0}},
        {"", false, {0}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct denied_process process = {0};
        assert_int_equal(denied_process_parse(cases[i].text, &process), cases[i].good);
        assert_int_equal(process.pid, cases[i].expected.pid);
        assert_int_equal(process.is_command, cases[i].expected.is_command);
        assert_int_equal(process.dies_of_sigsys, cases[i].expected.dies_of_sigsys);
    }
}

/* How many calls are answered at once, of which each took took_ns. */
static unsigned answered(struct denied_credit *credit, uint64_t now_ns, uint64_t took_ns,
                         uint64_t least_ns)
{
    unsigned count = 0;

    while (denied_credit_earn(credit, now_ns)) {
        denied_credit_charge(credit, took_ns, least_ns);
        count++;
    }
    return count;
}

static void calls_are_answered_at_once_and_then_as_time_passes(void **state)
{
    const uint64_t start_ns = 7 * CUPEL_NS_PER_S;
    struct denied_credit credit = denied_credit_full(start_ns);
    uint64_t now_ns = start_ns;

    (void)state;
    assert_int_equal(answered(&credit, now_ns, 1, 100000), 5000);
    now_ns += CUPEL_NS_PER_S;
    assert_int_equal(answered(&credit, now_ns, 1, 100000), 1000);
    now_ns += CUPEL_NS_PER_S;
    assert_int_equal(answered(&credit, now_ns, 50000, 100000), 500); /* they took more */
    now_ns += CUPEL_NS_PER_S;
    assert_int_equal(answered(&credit, now_ns, 10000, 0), 2500);
    now_ns += 1000 * CUPEL_NS_PER_S;
    assert_int_equal(answered(&credit, now_ns, 1, 100000), 5000); /* more is not saved */
}

static void what_took_too_long_has_to_be_earned_first(void **state)
{
    struct denied_credit credit = denied_credit_full(0);

    (void)state;
    denied_credit_charge(&credit, CUPEL_NS_PER_S, 0); /* 4 s less 0.5 s, at a tenth */
    assert_false(denied_credit_earn(&credit, 34 * CUPEL_NS_PER_S));
    assert_true(denied_credit_earn(&credit, 36 * CUPEL_NS_PER_S));
}

static int make_listener(void)
{
    struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {.len = 1, .filter = allow};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

static void nothing_but_a_listener_is_taken_for_one(void **state)
{
    const struct cupel_filter filter = {.count = 1};
    const struct cupel_filter none = {.count = 0};
    struct cupel_run run = {.request = {.notify_filter = &filter}};
    int pipes[2];

    (void)state;
    assert_int_equal(cupel_loop_new(&run.loop, NULL), 0);
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    int fds[] = {open("/dev/null", O_RDONLY | O_CLOEXEC),
                 open("/tmp", O_PATH | O_CLOEXEC),
                 pipes[0],
                 pipes[1],
                 eventfd(0, EFD_CLOEXEC),
                 epoll_create1(EPOLL_CLOEXEC)};
    for (size_t i = 0; i < COUNT(fds); i++) {
        struct cupel_error err = {0};
        int fd = fds[i];
        assert_true(fd >= 0);
        assert_int_equal(denied_open(&run, &fd, &err), -EPROTO);
        assert_int_equal(fd, fds[i]); /* it stays the caller's */
        assert_null(run.denied);
        cupel_close_p(&fd);
    }
    int listener = make_listener();
    if (listener < 0)
        fail_msg("seccomp: %s", strerror(errno));
    run.request.notify_filter = &none; /* nobody asked */
    assert_int_equal(denied_open(&run, &listener, NULL), -EPROTO);
    run.request.notify_filter = &filter;
    assert_int_equal(denied_open(&run, &listener, NULL), 0);
    assert_int_equal(listener, -1);
    denied_close(&run);
    assert_null(run.denied);
    cupel_loop_free(run.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_answered_at_once_and_then_as_time_passes),
        cmocka_unit_test(what_took_too_long_has_to_be_earned_first),
        cmocka_unit_test(a_call_is_counted_by_its_case),
        cmocka_unit_test(a_full_table_has_room_for_what_ends_the_command),
        cmocka_unit_test(status_tells_who_it_is_and_whether_sigsys_ends_it),
        cmocka_unit_test(nothing_but_a_listener_is_taken_for_one),
    };
    return cmocka_run_group_tests_name("denied", tests, NULL, NULL);
}
