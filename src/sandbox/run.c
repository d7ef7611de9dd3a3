#include "cupel/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "sandbox/loop_internal.h"
#include "sandbox/run_internal.h"

#define DEAD_MS 10000

static void close_stdio(int stdio[static 3])
{
    for (int i = 0; i < 3; i++)
        cupel_close_p(&stdio[i]);
}

void run_signal_init(const struct cupel_run *run, int signal_number)
{
    if (run->init_pidfd >= 0)
        (void)syscall(SYS_pidfd_send_signal, run->init_pidfd, signal_number, NULL, 0);
}

void run_breach(struct cupel_run *run, enum cupel_limit limit)
{
    if (run->breach != CUPEL_LIMIT_NONE)
        return;
    run->breach = limit;
    run->breach_ns = base_now_ns();
    cgroup_leaf_kill(&run->leaf);
    run_signal_init(run, CUPEL_WIRE_STOP_SIGNAL);
    run_watch_killed(run);
}

void cupel_run_kill(struct cupel_run *run)
{
    run->killed = true;
    run_breach(run, CUPEL_LIMIT_WALL_TIME);
}

bool run_has_controllers(const struct cupel_run *run, unsigned bits)
{
    return run->leaf.cgroup != NULL &&
           (cupel_cgroup_controllers(run->leaf.cgroup) & bits) == bits;
}

void run_fail(struct cupel_run *run, const struct cupel_error *error)
{
    if (run->error.code == 0)
        run->error = *error;
    run_signal_init(run, SIGKILL);
    cell_break_for(run->cell, error);
    run_watch_killed(run);
}

void run_finish(struct cupel_run *run, const struct cupel_outcome *outcome)
{
    run_watch_close(run);
    run_io_close(run);
    denied_close(run);
    cupel_loop_remove(run->loop, &run->channel);
    cgroup_leaf_remove(&run->leaf);
    run->finished = true;
    if (run->request.done != NULL)
        run->request.done(run->request.owner, run, outcome);
}

void run_abandon(struct cupel_run *run)
{
    struct cupel_outcome outcome;

    run_describe_failure(run, &outcome);
    run_finish(run, &outcome);
}

/* What has come before it was asked for is no answer. */
static int check_silence(const struct cupel_run *run, struct cupel_error *err)
{
    char byte;
    ssize_t n =
        TEMP_FAILURE_RETRY(recv(run->lane->fd, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT));

    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n == 0 || (n < 0 && errno == ECONNRESET)) {
        cell_break(run->cell);
        return cell_fail_ended(run->cell, err);
    }
    if (n < 0)
        (void)cupel_fail_errno(err, "listen to cupel-cell");
    else
        (void)cupel_fail(err, -EPROTO, "cupel-cell answered before it was asked");
    cell_break_for(run->cell, err);
    return err->code;
}

static int send_request(struct cupel_run *run, const int stdio[static 3],
                        struct cupel_error *err)
{
    struct wire_frame *frame = run->cell->frame;
    int fds[6] = {stdio[0], stdio[1], stdio[2]};
    size_t fd_count = 3;
    CUPEL_AUTO_FD contents_fd = -1;

    int len = run_encode(run, frame->bytes, CUPEL_WIRE_MAX, err);
    if (len < 0)
        return len;
    if (run->leaf.cgroup != NULL)
        fds[fd_count++] = run->leaf.fd;
    if (run->request.file_count > 0) {
        contents_fd = run_files_pack(&run->request, err);
        if (contents_fd < 0)
            return contents_fd;
        fds[fd_count++] = contents_fd;
    }
    if (run->request.report_fd > 0)
        fds[fd_count++] = run->request.report_fd;
    int r = check_silence(run, err);
    if (r < 0)
        return r;
    run->asked_ns = base_now_ns();
    r = wire_send(run->lane->fd, frame->bytes, (size_t)len, fds, fd_count);
    if (r == -EPIPE || r == -ECONNRESET)
        return cell_fail_ended(run->cell, err);
    if (r < 0) {
        (void)(r == -EAGAIN
                   ? cupel_fail(err, r, "cupel-cell has not read what it was asked before")
                   : cupel_fail(err, r, "ask cupel-cell for a run: %s", strerrordesc_np(-r)));
        cell_break_for(run->cell, err);
        return r;
    }
    return cupel_wire_next(run->lane->state, CUPEL_WIRE_RUN, fd_count, &run->lane->state);
}

static int start(struct cupel_run *run, struct cupel_error *err)
{
    int stdio[3] = {-1, -1, -1};

    int r = run_io_open(run, stdio, err);
    if (r == 0 && run->cell->cgroup != NULL)
        r = cgroup_leaf_make(run->cell->cgroup, &run->request.limits, &run->leaf, err);
    if (r == 0)
        r = run_watch_open(run, stdio, err);
    if (r == 0)
        r = cupel_loop_add(run->loop, &run->channel, EPOLLIN, err);
    if (r == 0)
        r = send_request(run, stdio, err);
    if (r == 0 && run->request.last)
        cell_dismiss(run->cell);
    close_stdio(stdio); /* the command's ends: pipes end when the run's processes do */
    if (r == 0)
        r = run_io_watch(run, err);
    return r;
}

int cupel_run_start(struct cupel_loop *loop, struct cupel_cell *cell, unsigned lane,
                    const struct cupel_run_request *request, struct cupel_run **ret,
                    struct cupel_error *err)
{
    if (cell->broken)
        return cell_fail_ended(cell, err);
    if (lane >= cell->lane_count || cell->lanes[lane].state != CUPEL_WIRE_IDLE)
        return cupel_fail(err, -EBUSY, "lane %u is not free", lane);
    int r = run_files_check(request, cell, err);
    if (r < 0)
        return r;
    struct cupel_run *run = calloc(1, sizeof(*run));
    if (run == NULL)
        return cupel_fail_errno(err, "allocate a run");
    *run = (struct cupel_run){.loop = loop,
                              .cell = cell,
                              .lane = &cell->lanes[lane],
                              .request = *request,
                              .channel = {cell->lanes[lane].fd, run_answer_ready, run},
                              .leaf = {.fd = -1, .cpu_fd = -1},
                              .away_before_ns = loop_away_ns(loop),
                              .init_pidfd = -1,
                              .proc_fd = -1,
                              .scratch_fd = -1,
                              .sockets_fd = -1,
                              .segments_fd = -1,
                              .reaped_fd = -1,
                              .box_fd = -1};
    run->deadline.fd = run->check.fd = -1;
    struct cupel_error error = {0};
    r = start(run, &error);
    if (r < 0) {
        if (run->lane->state != CUPEL_WIRE_IDLE) /* it is at work already */
            cell_break_for(cell, &error);
        cupel_run_free(run);
        return cupel_fail(err, r, "%s", error.text);
    }
    *ret = run;
    return 0;
}

/* Processes of a run that is given up are dead before its memory is used again. */
static void stop(struct cupel_run *run)
{
    struct pollfd init = {.fd = run->init_pidfd, .events = POLLIN};

    if (run->lane->state >= CUPEL_WIRE_ASKED && run->lane->state <= CUPEL_WIRE_LISTENING) {
        run_signal_init(run, SIGKILL);
        cell_break(run->cell); /* its answer would come when nobody waits for it */
    }
    if (run->init_pidfd >= 0)
        (void)TEMP_FAILURE_RETRY(poll(&init, 1, DEAD_MS));
    run_watch_close(run);
    run_io_close(run);
    denied_close(run);
    cupel_loop_remove(run->loop, &run->channel);
    cgroup_leaf_remove(&run->leaf);
}

void cupel_run_free(struct cupel_run *run)
{
    if (run == NULL)
        return;
    if (!run->finished)
        stop(run);
    cupel_close_p(&run->init_pidfd);
    cupel_close_p(&run->proc_fd);
    cupel_close_p(&run->scratch_fd);
    cupel_close_p(&run->sockets_fd);
    cupel_close_p(&run->segments_fd);
    cupel_close_p(&run->reaped_fd);
    cupel_close_p(&run->box_fd);
    free(run);
}

struct waiter {
    struct cupel_outcome outcome;
    void (*output)(void *owner, enum cupel_stream stream, const void *bytes, size_t len);
    void *owner;
    bool done;
};

static void waiter_output(void *owner, enum cupel_stream stream, const void *bytes, size_t len)
{
    const struct waiter *waiter = owner;

    if (waiter->output != NULL)
        waiter->output(waiter->owner, stream, bytes, len);
}

static void waiter_done(void *owner, struct cupel_run *run, const struct cupel_outcome *outcome)
{
    struct waiter *waiter = owner;

    (void)run;
    waiter->outcome = *outcome;
    waiter->done = true;
}

int cupel_run_wait(struct cupel_cell *cell, unsigned lane,
                   const struct cupel_run_request *request, struct cupel_outcome *ret,
                   struct cupel_error *err)
{
    struct waiter waiter = {.output = request->output, .owner = request->owner};
    struct cupel_run_request own = *request;
    struct cupel_loop *loop = NULL;
    struct cupel_run *run = NULL;

    own.output = waiter_output;
    own.done = waiter_done;
    own.owner = &waiter;
    int r = cupel_loop_new(&loop, err);
    if (r == 0)
        r = cupel_run_start(loop, cell, lane, &own, &run, err);
    while (r == 0 && !waiter.done)
        r = cupel_loop_once(loop, -1, err);
    cupel_run_free(run);
    cupel_loop_free(loop);
    if (r == 0)
        *ret = waiter.outcome;
    return r;
}
