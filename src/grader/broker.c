#include "grader/broker.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/patience.h"
#include "cupel/cleanup.h"
#include "grader/broker_call.h"

/* How often who has the listener as well may have us wait for a moment. */
#define WAITS_MAX 8

#define ROUND 32 /* frames of one connection before others have their turn */

static void listen_again(struct cupel_broker *broker)
{
    if (!broker->is_listening && broker->listener.fd >= 0 && broker->open < CUPEL_BROKER_CALLS)
        broker->is_listening =
            cupel_loop_add(broker->options.loop, &broker->listener, EPOLLIN, NULL) == 0;
}

static void listen_no_more(struct cupel_broker *broker)
{
    if (broker->is_listening)
        cupel_loop_remove(broker->options.loop, &broker->listener);
    broker->is_listening = false;
}

static void close_socket(struct broker_call *call)
{
    if (call->broker != NULL)
        cupel_loop_remove(call->broker->options.loop, &call->socket);
    base_close_impatiently(&call->socket.fd);
}

static bool wants_frame(const struct broker_call *call)
{
    return call->phase == BROKER_READING ||
           (call->phase == BROKER_RUNNING && call->state == CUPEL_BROKER_FEEDING &&
            !call->is_feeding && !call->answer.refused);
}

/* A client that has left is always told. */
void broker_watch(struct broker_call *call)
{
    struct cupel_loop *loop = call->broker->options.loop;
    uint32_t events = (wants_frame(call) ? (uint32_t)EPOLLIN : 0) |
                      (broker_has_more(call) && !call->is_deaf ? (uint32_t)EPOLLOUT : 0);

    if (call->socket.fd < 0 || (call->is_watched && call->events == events))
        return;
    cupel_loop_remove(loop, &call->socket);
    call->events = events;
    int r = cupel_loop_add(loop, &call->socket, events, NULL);
    call->is_watched = r == 0;
    if (!call->is_watched) {
        broker_tell_failure(call->broker, -r, "cupel could not wait for a call");
        close_socket(call);
        if (call->run != NULL)
            cupel_run_kill(call->run);
    }
}

static void unlink_call(struct cupel_broker *broker, const struct broker_call *call)
{
    struct broker_call **link = &broker->calls;

    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    broker->open--;
}

void broker_free_call(struct broker_call *call)
{
    struct cupel_broker *broker = call->broker;

    cupel_lanes_withdraw(call->lanes, &call->claim);
    close_socket(call);
    broker_forget_request(call);
    for (size_t i = 0; i < CUPEL_BROKER_GETS; i++) {
        free(call->gets[i].path);
        free(call->gets[i].bytes);
    }
    free(call->answer.output[0].bytes);
    free(call->answer.output[1].bytes);
    free(call->answer.report);
    if (broker != NULL) {
        broker->held -= call->held;
        unlink_call(broker, call);
        listen_again(broker);
    }
    free(call);
}

/* Nobody waits for an answer any more. A run is dead before what it has borrowed is freed. */
static void leave(struct broker_call *call)
{
    if (call->run == NULL) {
        broker_free_call(call);
        return;
    }
    close_socket(call);
    cupel_run_kill(call->run);
}

static int take_input(const struct broker_call *call, enum cupel_broker_type type, size_t len,
                      bool *ret_is_feeding)
{
    const void *bytes;
    size_t count;

    int r = cupel_broker_decode_bytes(type, call->broker->frame, len, &bytes, &count);
    if (r < 0)
        return r;
    if (type == CUPEL_BROKER_INPUT_END)
        cupel_run_feed_end(call->run);
    else if (count > 0)
        r = cupel_run_feed(call->run, bytes, count);
    *ret_is_feeding = r == 0 && count > 0;
    return r == -EPIPE ? 0 : r; /* what the command does not read is nobody's fault */
}

static void take_frame(struct broker_call *call, size_t len)
{
    struct cupel_error err = {.text = "what was sent is not of the broker's protocol"};
    enum cupel_broker_type type;

    int r = cupel_broker_type(call->broker->frame, len, &type);
    if (r == 0)
        r = cupel_broker_next(call->state, type, &call->state);
    if (r == 0)
        r = call->phase == BROKER_RUNNING ? take_input(call, type, len, &call->is_feeding)
                                          : broker_take_frame(call, type, len, &err);
    if (r < 0) {
        if (r == -ENOMEM)
            broker_fail(call, "cupel has no memory for the call");
        else
            broker_refuse(call, err.text);
    } else if (call->state == CUPEL_BROKER_FEEDING && call->phase == BROKER_READING) {
        call->phase = BROKER_WAITING;
        cupel_lanes_claim(call->lanes, &call->claim);
    }
}

/* Returns the length of a frame, 0 if the client has left; of one with descriptors, which the
 * protocol does not have, -EPROTO; -errno. */
static ssize_t receive_frame(const struct broker_call *call)
{
    struct cupel_broker *broker = call->broker;
    struct iovec part = {.iov_base = broker->frame, .iov_len = sizeof(broker->frame)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    struct base_patience patience;

    int r = base_patience_begin(&patience);
    if (r < 0)
        return r;
    ssize_t n = recvmsg(call->socket.fd, &message, MSG_DONTWAIT);
    int error = errno;
    base_patience_end(&patience);
    if (n < 0)
        return -error;
    return (message.msg_flags & MSG_CTRUNC) != 0 ? -EPROTO : n;
}

/* Returns false if the client has left. */
static bool receive(struct broker_call *call)
{
    for (int i = 0; i < ROUND && wants_frame(call); i++) {
        ssize_t n = receive_frame(call);
        if (n == -EAGAIN || n == -EINTR)
            return true;
        if (n < 0 && n != -ECONNRESET && n != -EPROTO)
            broker_tell_failure(call->broker, (int)-n,
                                "cupel could not receive what a call asks for");
        if (n <= 0 && n != -EPROTO)
            return false;
        take_frame(call, n > 0 ? (size_t)n : 0);
    }
    return true;
}

static void socket_ready(struct cupel_source *source, uint32_t events)
{
    struct broker_call *call = source->owner;
    bool is_there = (events & (uint32_t)(EPOLLHUP | EPOLLERR)) == 0;

    if (is_there && (events & (uint32_t)EPOLLIN) != 0)
        is_there = receive(call);
    if (!is_there) {
        leave(call);
        return;
    }
    broker_flush(call);
    broker_watch(call);
}

static void begin_call(struct cupel_broker *broker, int fd)
{
    struct broker_call *call = calloc(1, sizeof(*call));

    if (call == NULL) {
        broker_tell_failure(broker, 0, "cupel has no memory for a call");
        base_close_impatiently(&fd);
        return;
    }
    call->broker = broker;
    call->lanes = broker->options.lanes;
    call->socket = (struct cupel_source){fd, socket_ready, call};
    call->claim = (struct cupel_lane_claim){broker_start, broker_abandon, call, NULL};
    call->next = broker->calls;
    broker->calls = call;
    broker->open++;
    broker->total++;
    if (broker->total > CUPEL_BROKER_CALLS_TOTAL)
        broker_refuse(call, "more calls than one harness may make");
    else
        broker_watch(call);
}

static void listener_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_broker *broker = source->owner;

    (void)events;
    while (broker->open < CUPEL_BROKER_CALLS) {
        /* The judge's cell has the socket as well, and can take a call first. */
        int fd = base_accept_impatiently(source->fd, SOCK_NONBLOCK);
        if (fd >= 0) {
            begin_call(broker, fd);
        } else if (errno == EAGAIN || (errno == EINTR && ++broker->waits < WAITS_MAX)) {
            return;
        } else if (errno == EINTR) {
            listen_no_more(broker);
            base_close_impatiently(&source->fd);
            return;
        } else if (errno != ECONNABORTED) {
            if (broker->open == 0)
                broker_tell_failure(broker, errno, "cupel could not accept a call");
            break; /* no descriptor is left: a call that ends leaves one */
        }
    }
    listen_no_more(broker);
}

int cupel_broker_new(const struct cupel_broker_options *options, int listener_fd,
                     struct cupel_broker **ret, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = listener_fd;
    CUPEL_AUTO_FREE struct cupel_broker *broker = calloc(1, sizeof(*broker));

    if (broker == NULL)
        return cupel_fail_errno(err, "allocate a broker");
    broker->options = *options;
    broker->listener = (struct cupel_source){fd, listener_ready, broker};
    int r = cupel_loop_add(options->loop, &broker->listener, EPOLLIN, err);
    if (r < 0)
        return r;
    broker->is_listening = true;
    (void)cupel_take_fd(&fd);
    *ret = broker;
    broker = NULL;
    return 0;
}

void cupel_broker_free(struct cupel_broker *broker)
{
    if (broker == NULL)
        return;
    listen_no_more(broker);
    base_close_impatiently(&broker->listener.fd);
    for (struct broker_call *call = broker->calls, *next; call != NULL; call = next) {
        next = call->next;
        leave(call);
    }
    for (struct broker_call *call = broker->calls; call != NULL; call = call->next)
        call->broker = NULL; /* it lasts until its run has ended */
    free(broker);
}

size_t cupel_broker_calls(const struct cupel_broker *broker)
{
    return broker->run;
}
