#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "lingering.h"
#include "sandbox/cell_internal.h"
#include "sandbox/proc_text.h"

#define LINGER_S   60
#define PATIENCE_S 30

/* A cell without processes, whose part is played by who holds *ret_far. */
static struct cupel_cell *make_cell(int *ret_far)
{
    struct cupel_cell *cell = calloc(1, sizeof(*cell));
    int pair[2];

    assert_non_null(cell);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
    *cell = (struct cupel_cell){
        .pid = -1, .pidfd = -1, .lease_fd = -1, .main_fd = -1, .box_fd = -1, .lane_count = 1};
    cell->lanes[0] = (struct cell_channel){pair[0], CUPEL_WIRE_IDLE};
    cell->frame = malloc(sizeof(*cell->frame));
    assert_non_null(cell->frame);
    *ret_far = pair[1];
    return cell;
}

/* Afterwards, whoever receives them closes them last. */
static void send_lingering(int far_fd, int listening, const void *frame, size_t len)
{
    int fds[2] = {lingering_make(listening, LINGER_S), lingering_make(listening, LINGER_S)};

    assert_int_equal(wire_send(far_fd, frame, len, fds, 2), 0);
    cupel_close_p(&fds[0]);
    cupel_close_p(&fds[1]);
}

static void what_a_cell_sends_does_not_wait_to_be_closed(void **state)
{
    CUPEL_AUTO_FD listening = lingering_listen();
    CUPEL_AUTO_FD far = -1;
    struct cupel_cell *cell = make_cell(&far);
    struct cupel_error err = {0};
    unsigned char frame[64];

    (void)state;
    int len = cupel_wire_encode_started(frame, sizeof(frame));
    assert_true(len > 0);
    time_t start = lingering_now_s();
    send_lingering(far, listening, "no frame", 8);
    assert_int_equal(cell_receive(cell, &cell->lanes[0], &err), -EPROTO);
    send_lingering(far, listening, frame, (size_t)len); /* one that may not come now */
    assert_int_equal(cell_receive(cell, &cell->lanes[0], &err), -EPROTO);
    send_lingering(far, listening, frame, (size_t)len); /* one that is not received */
    cupel_cell_free(cell);
    assert_true(lingering_now_s() - start < PATIENCE_S);
}

/* Whose list of children is as it was when another process had the number of its child. */
static pid_t listed_below;
static pid_t listed;

int __real_proc_read(int proc_fd, const char *path, char buf[static PROC_TEXT_SIZE]);
int __wrap_proc_read(int proc_fd, const char *path, char buf[static PROC_TEXT_SIZE]);

int __wrap_proc_read(int proc_fd, const char *path, char buf[static PROC_TEXT_SIZE])
{
    char list[64];

    (void)snprintf(list, sizeof(list), "/proc/%d/task/%d/children", listed_below, listed_below);
    if (strcmp(path, list) != 0)
        return __real_proc_read(proc_fd, path, buf);
    (void)snprintf(buf, PROC_TEXT_SIZE, "%d ", listed);
    return 0;
}

/* A process that waits for a signal, and so many below it, in a group of their own; the last
 * one alone keeps what *ret_fd reads from, by which its end is seen. */
static pid_t make_line(unsigned below, int *ret_fd)
{
    int ends[2];
    char byte;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)setpgid(0, 0);
        (void)alarm(60);
        while (below-- > 0 && fork() == 0)
            (void)alarm(60);
        if (below == UINT_MAX && write(ends[1], "x", 1) != 1)
            _exit(1);
        if (below != UINT_MAX)
            (void)close(ends[1]);
        for (;;)
            (void)pause();
    }
    (void)close(ends[1]);
    assert_true(pid > 0);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    *ret_fd = ends[0];
    return pid;
}

static bool is_alive(int end_fd, int wait_ms)
{
    struct pollfd end = {.fd = end_fd, .events = POLLIN};

    return poll(&end, 1, wait_ms) == 0;
}

/* pidfd is closed. */
static void break_cell(pid_t pid, int pidfd)
{
    struct cupel_cell cell = {.pid = pid,
                              .pidfd = pidfd,
                              .lane_count = 2,
                              .lanes = {{-1, CUPEL_WIRE_RUNNING}, {-1, CUPEL_WIRE_IDLE}}};

    assert_true(cell.pidfd >= 0);
    cell_break(&cell);
    cupel_close_p(&cell.pidfd);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void break_cell_of(pid_t pid)
{
    break_cell(pid, (int)syscall(SYS_pidfd_open, pid, 0));
}

static void a_cell_is_ended_whatever_becomes_of_its_pidfd(void **state)
{
    CUPEL_AUTO_FD end = -1;
    pid_t pid = make_line(0, &end);

    (void)state;
    break_cell(pid, open("/dev/null", O_RDONLY | O_CLOEXEC));
    assert_false(is_alive(end, 10000));
}

static void what_is_below_a_cell_ends_with_it(void **state)
{
    CUPEL_AUTO_FD end = -1;
    pid_t pid = make_line(2, &end);

    (void)state;
    break_cell_of(pid);
    assert_false(is_alive(end, 10000));
}

static void what_is_below_another_process_does_not(void **state)
{
    CUPEL_AUTO_FD end = -1;
    CUPEL_AUTO_FD end_of_cell = -1;

    (void)state;
    listed = make_line(1, &end);
    listed_below = make_line(0, &end_of_cell);
    break_cell_of(listed_below);
    assert_false(is_alive(end_of_cell, 10000));
    assert_true(is_alive(end, 200));
    (void)kill(-listed, SIGKILL);
    assert_int_equal(waitpid(listed, NULL, 0), listed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_cell_sends_does_not_wait_to_be_closed),
        cmocka_unit_test(a_cell_is_ended_whatever_becomes_of_its_pidfd),
        cmocka_unit_test(what_is_below_a_cell_ends_with_it),
        cmocka_unit_test(what_is_below_another_process_does_not),
    };

    return cmocka_run_group_tests_name("cell", tests, NULL, NULL);
}
