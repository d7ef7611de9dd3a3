/*
 * One answer at a time: while its output has not been taken, no other is received, so that the
 * supervisor holds what the harness does not read. The same for input: a chunk is read when the
 * one before has been sent.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exec/exec.h"

/* A pipe that is ready takes so much without waiting. Source: pipe(7). */
#define PIECE PIPE_BUF

enum { SOCKET, INPUT, OUTPUT, WATCHED };

/* The harness does not read on: end as any program would. */
static int end_by_pipe(struct exec *exec)
{
    exec->output_len = 0;
    exec->status = 128 + SIGPIPE;
    return 0;
}

static int write_output(struct exec *exec, struct cupel_error *err)
{
    size_t piece = exec->output_len < PIECE ? exec->output_len : PIECE;
    ssize_t n = write(exec->output_fd, exec->output, piece);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n < 0 && errno == EPIPE)
        return end_by_pipe(exec);
    if (n < 0)
        return cupel_fail_errno(err, "write standard %s",
                                exec->output_fd == STDOUT_FILENO ? "output" : "error");
    exec->output += n;
    exec->output_len -= (size_t)n;
    return 0;
}

static int read_input(struct exec *exec, struct cupel_error *err)
{
    ssize_t n = read(STDIN_FILENO, exec->chunk, sizeof(exec->chunk));
    enum cupel_broker_type type = n > 0 ? CUPEL_BROKER_INPUT : CUPEL_BROKER_INPUT_END;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0) /* an input that cannot be read ends, as it would for the command */
        exec->input_open = false;
    int len = cupel_broker_encode_bytes(type, exec->chunk, n > 0 ? (size_t)n : 0, exec->frame,
                                        sizeof(exec->frame));
    if (len < 0)
        return cupel_fail(err, len, "input does not fit in a frame");
    exec->input_len = (size_t)len;
    return 0;
}

static int send_input(struct exec *exec, struct cupel_error *err)
{
    ssize_t n =
        send(exec->socket_fd, exec->frame, exec->input_len, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    exec->input_len = 0;
    if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
        exec->input_open = false; /* what has been answered says why */
    else if (n < 0)
        return cupel_fail_errno(err, "send input to cupel");
    return 0;
}

/* A descriptor of -1 is not looked at. */
static void choose(const struct exec *exec, struct pollfd watched[static WATCHED])
{
    bool has_output = exec->output_len > 0;
    short socket_events = 0;

    if (!has_output)
        socket_events |= POLLIN;
    if (exec->input_len > 0)
        socket_events |= POLLOUT;
    watched[SOCKET] =
        (struct pollfd){socket_events != 0 ? exec->socket_fd : -1, socket_events, 0};
    watched[INPUT] = (struct pollfd){
        exec->input_open && exec->input_len == 0 ? STDIN_FILENO : -1, POLLIN, 0};
    watched[OUTPUT] = (struct pollfd){has_output ? exec->output_fd : -1, POLLOUT, 0};
}

static int relay_once(struct exec *exec, struct cupel_error *err)
{
    struct pollfd watched[WATCHED];
    int r = 0;

    choose(exec, watched);
    if (poll(watched, WATCHED, -1) < 0)
        return errno == EINTR ? 0 : cupel_fail_errno(err, "poll");
    if (watched[INPUT].revents != 0)
        r = read_input(exec, err);
    if (r == 0 && exec->input_len > 0)
        r = send_input(exec, err);
    if (r == 0 && watched[OUTPUT].revents != 0)
        r = write_output(exec, err);
    if (r == 0 && (watched[SOCKET].revents & ~POLLOUT) != 0 && exec->output_len == 0 &&
        exec->status < 0)
        r = exec_take_answer(exec, err);
    return r;
}

int exec_relay(struct exec *exec, struct cupel_error *err)
{
    int r = 0;

    exec->input_open = !exec->answered;
    while (r == 0 && exec->status < 0)
        r = relay_once(exec, err);
    return r;
}
