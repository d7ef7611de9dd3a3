#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/patience.h"
#include "cupel/cleanup.h"
#include "lingering.h"

#define NOT_HERE 77

static int make_listening(void)
{
    const struct sockaddr any = {.sa_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, &any, sizeof(any.sa_family)), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static void a_call_that_waits_for_ever_is_interrupted(void **state)
{
    CUPEL_AUTO_FD listening = make_listening();

    (void)state;
    assert_int_equal(base_accept_impatiently(listening, 0), -1);
    assert_int_equal(errno, EINTR);
}

static void what_need_not_wait_is_done(void **state)
{
    CUPEL_AUTO_FD listening = make_listening();
    CUPEL_AUTO_FD client = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    struct sockaddr_storage name;
    socklen_t size = sizeof(name);

    (void)state;
    assert_int_equal(getsockname(listening, (struct sockaddr *)&name, &size), 0);
    assert_int_equal(connect(client, (struct sockaddr *)&name, size), 0);
    CUPEL_AUTO_FD call = base_accept_impatiently(listening, SOCK_NONBLOCK);
    assert_true(call >= 0);
    assert_true((fcntl(call, F_GETFL) & O_NONBLOCK) != 0);
    assert_int_equal(fcntl(listening, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(base_accept_impatiently(listening, 0), -1);
    assert_int_equal(errno, EAGAIN);
}

static void nobody_makes_a_call(int *ret_fd)
{
    struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {1, allow};

    *ret_fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                           SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* In a process of its own, which keeps the filter. */
static int receive_what_is_not_there(void)
{
    struct seccomp_notif call = {0};
    int fd = -1;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return 1;
    nobody_makes_a_call(&fd);
    if (fd < 0)
        return NOT_HERE; /* below another listener */
    return base_ioctl_impatiently(fd, SECCOMP_IOCTL_NOTIF_RECV, &call) == -1 && errno == EINTR
               ? 0
               : 1;
}

static void a_notification_that_another_took_is_not_waited_for(void **state)
{
    int status = 0;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        (void)alarm(20);
        _exit(receive_what_is_not_there());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_HERE)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void on_signal(int signal_number)
{
    (void)signal_number;
}

static void what_the_program_does_with_the_signal_is_left_as_it_was(void **state)
{
    const struct sigaction own = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction found;
    CUPEL_AUTO_FD listening = make_listening();
    sigset_t mask;

    (void)state;
    assert_int_equal(sigaction(SIGURG, &own, NULL), 0);
    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGURG);
    assert_int_equal(sigprocmask(SIG_BLOCK, &mask, NULL), 0);
    assert_int_equal(base_accept_impatiently(listening, 0), -1);
    assert_int_equal(errno, EINTR);
    assert_int_equal(sigprocmask(SIG_UNBLOCK, NULL, &mask), 0);
    assert_int_equal(sigismember(&mask, SIGURG), 1);
    assert_int_equal(sigaction(SIGURG, NULL, &found), 0);
    assert_ptr_equal(found.sa_handler, on_signal);
}

static void a_socket_that_waits_for_its_peer_is_closed(void **state)
{
    CUPEL_AUTO_FD listening = lingering_listen();

    (void)state;
    time_t start = lingering_now_s();
    int fd = lingering_make(listening, 2); /* so long, where nobody is impatient */
    assert_int_equal(close(fd), 0);
    assert_true(lingering_now_s() - start >= 1);
    start = lingering_now_s();
    fd = lingering_make(listening, 60);
    base_close_impatiently(&fd);
    assert_int_equal(fd, -1);
    base_close_impatiently(&fd);
    assert_true(lingering_now_s() - start < 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_waits_for_ever_is_interrupted),
        cmocka_unit_test(what_need_not_wait_is_done),
        cmocka_unit_test(a_notification_that_another_took_is_not_waited_for),
        cmocka_unit_test(a_socket_that_waits_for_its_peer_is_closed),
        cmocka_unit_test(what_the_program_does_with_the_signal_is_left_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
