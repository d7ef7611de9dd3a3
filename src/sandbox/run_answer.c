/*
 * What a cell answers to a RUN. It may have been taken over: an answer is taken only if it may
 * come now, if its descriptors are what they stand for (claims.h), and if it does not
 * contradict what we know ourselves. Anything else is the platform's failure.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "sandbox/claims.h"
#include "sandbox/run_internal.h"

/* Clocks that tick, and processors that were switched on meanwhile, may tell more CPU time than
 * there was: by so much. */
#define SLACK_NS 2000000000U
#define SLACK    4U

static void take_broker(struct cupel_run *run, int *listener_fd)
{
    if (run->request.broker != NULL)
        run->request.broker(run->request.owner, run, cupel_take_fd(listener_fd));
}

/* The name of a descriptor of STARTED, but for the pidfd, that is not what it stands for; NULL:
 * all are. */
static const char *find_false(const struct cupel_run *run, const struct wire_frame *frame)
{
    const int *fds = frame->fds;
    uid_t uid = run->cell->uid;

    if (!claim_is_proc(fds[1]))
        return "/proc";
    if (!claim_is_folder(fds[2], uid, false))
        return "/tmp";
    if (!claim_is_sock_diag(fds[3]) && !claim_is_null(fds[3]))
        return "sock_diag socket";
    if (!claim_is_segments(fds[4]) && !claim_is_null(fds[4]))
        return "table of segments";
    if (!claim_is_memory_file(fds[5]))
        return "file of figures";
    if (run->request.keeps_files && !claim_is_folder(fds[6], uid, true))
        return "/box";
    if (run->request.has_broker && !claim_is_listening(fds[frame->fd_count - 1]))
        return "broker's socket";
    return NULL;
}

static int check_started(const struct cupel_run *run, const struct wire_frame *frame,
                         struct cupel_error *err)
{
    const struct cupel_run_request *request = &run->request;

    if (cupel_wire_decode_started(frame->bytes, frame->len) < 0 ||
        frame->fd_count != 6U + (request->keeps_files ? 1 : 0) + request->has_broker)
        return cupel_fail(err, -EPROTO, "cupel-cell sent a malformed STARTED");
    int r = claim_check_pidfd(frame->fds[0], frame->sender);
    if (r < 0 && r != -EPROTO)
        return cupel_fail(err, r, "look at a descriptor of cupel-cell's: %s",
                          strerrordesc_np(-r));
    const char *name = r < 0 ? "process 1" : find_false(run, frame);
    return name == NULL ? 0
                        : cupel_fail(err, -EPROTO,
                                     "cupel-cell sent something else than the run's %s", name);
}

static void take_started(struct cupel_run *run)
{
    struct wire_frame *frame = run->cell->frame;
    const struct cupel_run_request *request = &run->request;
    struct cupel_error error = {0};
    size_t next = 6;

    if (check_started(run, frame, &error) < 0) {
        run_fail(run, &error);
        return;
    }
    run->init_pidfd = cupel_take_fd(&frame->fds[0]);
    run->proc_fd = cupel_take_fd(&frame->fds[1]);
    run->scratch_fd = cupel_take_fd(&frame->fds[2]);
    run->sockets_fd = cupel_take_fd(&frame->fds[3]);
    run->segments_fd = cupel_take_fd(&frame->fds[4]);
    run->reaped_fd = cupel_take_fd(&frame->fds[5]);
    if (request->keeps_files)
        run->box_fd = cupel_take_fd(&frame->fds[next++]);
    run_watch_started(run);
    if (run->breach != CUPEL_LIMIT_NONE) { /* met when there was no init to be told */
        cgroup_leaf_kill(&run->leaf);
        run_signal_init(run, CUPEL_WIRE_STOP_SIGNAL);
        run_watch_killed(run);
    }
    if (request->has_broker)
        take_broker(run, &frame->fds[next]);
}

static void take_listener(struct cupel_run *run)
{
    struct wire_frame *frame = run->cell->frame;
    struct cupel_error error = {0};

    int r = cupel_wire_decode_listener(frame->bytes, frame->len);
    if (r < 0)
        (void)cupel_fail(&error, r, "cupel-cell sent a malformed LISTENER");
    else
        r = denied_open(run, &frame->fds[0], &error);
    if (r < 0)
        run_fail(run, &error);
}

/* Process 1 of a run is reaped before its end is told, and all others are dead before that. */
static bool is_over(const struct cupel_run *run)
{
    struct pollfd init = {.fd = run->init_pidfd, .events = POLLIN};

    return run->init_pidfd < 0 || poll(&init, 1, 0) != 0; /* a failure tells nothing of it */
}

/* Neither the command nor the clock of its CPU time can have taken longer than we waited. */
static bool is_within_time(const struct cupel_run *run, const struct cupel_wire_exited *exited)
{
    uint64_t passed_ns = base_now_ns() - run->asked_ns;
    uint64_t cpu_ns = passed_ns * run->cell->processors * SLACK + SLACK_NS;

    return exited->wall_ns <= passed_ns && exited->user_ns <= cpu_ns &&
           exited->system_ns <= cpu_ns && exited->setup_ns <= cpu_ns;
}

static int check_exited(const struct cupel_run *run, struct cupel_wire_exited *ret,
                        struct cupel_error *err)
{
    const struct wire_frame *frame = run->cell->frame;

    if (cupel_wire_decode_exited(frame->bytes, frame->len, ret) < 0)
        return cupel_fail(err, -EPROTO, "cupel-cell sent a malformed EXITED");
    if (!is_over(run))
        return cupel_fail(err, -EPROTO,
                          "cupel-cell told the end of a run whose process 1 is alive");
    if (!is_within_time(run, ret))
        return cupel_fail(err, -EPROTO,
                          "cupel-cell told of more time than has passed since it was asked");
    return 0;
}

/* The run is given up, and so is its cell: what it tells from now on tells nothing. */
static void distrust(struct cupel_run *run, const struct cupel_error *error)
{
    if (run->error.code == 0)
        run->error = *error;
    run_signal_init(run, SIGKILL);
    cell_break_for(run->cell, error);
    run_abandon(run);
}

static void take_exited(struct cupel_run *run)
{
    struct cupel_error error = {0};
    struct cupel_wire_exited exited;
    struct cupel_outcome outcome;

    if (check_exited(run, &exited, &error) < 0) {
        distrust(run, &error);
        return;
    }
    if (run->error.code != 0) { /* whatever it tells */
        run_abandon(run);
        return;
    }
    run_io_drain(run);
    if (run->error.code != 0) { /* the sandbox has failed at that */
        run_abandon(run);
        return;
    }
    run_describe(run, &exited, &outcome);
    run_finish(run, &outcome);
}

static void take_failed(struct cupel_run *run)
{
    struct wire_frame *frame = run->cell->frame;
    struct cupel_wire_failed failed;
    struct cupel_error error = {0};

    if (cupel_wire_decode_failed(frame->bytes, frame->len, &failed) < 0) {
        (void)cupel_fail(&error, -EPROTO, "cupel-cell sent a malformed FAILED");
        distrust(run, &error);
    } else if (!is_over(run)) {
        (void)cupel_fail(&error, -EPROTO,
                         "cupel-cell told the failure of a run whose process 1 is alive");
        distrust(run, &error);
    } else {
        if (run->error.code == 0)
            (void)cupel_fail(&run->error, failed.code, "set up a run: %.220s", failed.text);
        run_abandon(run);
    }
}

void run_answer_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    struct cupel_cell *cell = run->cell;
    struct cupel_error error = {0};

    (void)events;
    if (cell_receive(cell, run->lane, &error) < 0) {
        if (run->error.code == 0)
            run->error = error;
        run_abandon(run);
        return;
    }
    if (cell->frame->type == CUPEL_WIRE_STARTED)
        take_started(run);
    else if (cell->frame->type == CUPEL_WIRE_LISTENER)
        take_listener(run);
    else if (cell->frame->type == CUPEL_WIRE_EXITED)
        take_exited(run);
    else
        take_failed(run);
    cell_drop_frame(cell); /* the run may be gone, its cell is not */
}
