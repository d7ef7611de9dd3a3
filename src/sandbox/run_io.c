#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "sandbox/loop_internal.h"
#include "sandbox/run_internal.h"

static int make_pipe(int *ret_read, int *ret_write, struct cupel_error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return cupel_fail_errno(err, "pipe");
    *ret_read = ends[0];
    *ret_write = ends[1];
    return 0;
}

static int set_nonblocking(int fd, struct cupel_error *err)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return cupel_fail_errno(err, "make a pipe non-blocking");
    return 0;
}

void run_io_end_input(struct cupel_run *run)
{
    cupel_loop_remove(run->loop, &run->input.relay);
    run->input.relay.fd = -1;
    cupel_loop_remove(run->loop, &run->input.pipe);
    cupel_close_p(&run->input.pipe.fd);
    run->input.pipe.fd = -1;
}

void run_io_fail(struct cupel_run *run, const char *deed)
{
    struct cupel_error error = {0};

    (void)cupel_fail_errno(&error, "%s", deed);
    run_fail(run, &error);
}

static void relay_ready(struct cupel_source *source, uint32_t events);
static void input_ready(struct cupel_source *source, uint32_t events);

/* The buffer is empty: wait until there is something to pass on. */
static void await_relay(struct cupel_run *run)
{
    struct cupel_error error = {0};

    cupel_loop_remove(run->loop, &run->input.pipe);
    if (cupel_loop_add(run->loop, &run->input.relay, EPOLLIN, &error) == 0)
        return;
    if (error.code == -EPERM) /* a regular file is always ready, and epoll does not take it */
        relay_ready(&run->input.relay, EPOLLIN);
    else
        run_fail(run, &error);
}

static void input_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    struct run_input *input = &run->input;

    (void)events;
    while (input->left > 0) {
        ssize_t n = TEMP_FAILURE_RETRY(write(input->pipe.fd, input->next, input->left));
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0) {
            if (errno != EPIPE)
                run_io_fail(run, "write the run's input");
            run_io_end_input(run);
            return;
        }
        input->next += n;
        input->left -= (size_t)n;
    }
    if (input->relay.fd >= 0)
        await_relay(run);
    else
        run_io_end_input(run);
}

static void relay_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    struct run_input *input = &run->input;
    struct cupel_error error = {0};

    (void)events;
    /* Where epoll does not take it, nobody would come back. */
    ssize_t n = TEMP_FAILURE_RETRY(read(source->fd, input->buffer, LOOP_CHUNK));
    if (n < 0 && errno == EAGAIN)
        return;
    if (n < 0)
        run_io_fail(run, "read the run's input");
    cupel_loop_remove(run->loop, source);
    if (n <= 0) {
        run_io_end_input(run);
        return;
    }
    input->next = input->buffer;
    input->left = (size_t)n;
    if (cupel_loop_add(run->loop, &input->pipe, EPOLLOUT, &error) < 0)
        run_fail(run, &error);
}

/* Returns false when there is nothing more to read for now. */
static bool read_chunk(struct cupel_run *run, struct run_output *output)
{
    unsigned char *chunk = loop_chunk(run->loop);
    const struct run_output *other = &run->outputs[1 - output->stream];
    ssize_t n = read(output->source.fd, chunk, LOOP_CHUNK);

    if (n < 0 && errno != EINTR && errno != EAGAIN) {
        run_io_fail(run, "read the run's output");
        return false;
    }
    if (n < 0)
        return errno == EINTR;
    if (n == 0) {
        cupel_loop_remove(run->loop, &output->source);
        cupel_close_p(&output->source.fd);
        output->source.fd = -1;
        return false;
    }
    uint64_t total = run->request.limits.output_bytes - other->bytes;
    uint64_t max = output->max < total ? output->max : total;
    uint64_t room = max - output->bytes;
    size_t kept = (uint64_t)n < room ? (size_t)n : (size_t)room;
    output->bytes += kept;
    if (kept > 0 && run->request.output != NULL)
        run->request.output(run->request.owner, output->stream, chunk, kept);
    if ((size_t)n > kept)
        run_breach(run, CUPEL_LIMIT_OUTPUT);
    return run->breach != CUPEL_LIMIT_OUTPUT;
}

static void output_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;

    (void)events;
    (void)read_chunk(
        run, &run->outputs[source == &run->outputs[CUPEL_STDOUT].source ? CUPEL_STDOUT
                                                                        : CUPEL_STDERR]);
}

void run_io_drain(struct cupel_run *run)
{
    for (size_t i = 0; i < 2; i++) {
        while (run->outputs[i].source.fd >= 0 && run->breach != CUPEL_LIMIT_OUTPUT &&
               read_chunk(run, &run->outputs[i]))
            continue;
    }
}

static int open_input(struct cupel_run *run, int *ret_stdin, struct cupel_error *err)
{
    struct run_input *input = &run->input;
    const struct cupel_input *asked = &run->request.input;

    if (asked->kind == CUPEL_INPUT_FILE) {
        int fd = fcntl(asked->fd, F_DUPFD_CLOEXEC, 0);
        if (fd < 0)
            return cupel_fail_errno(err, "duplicate the input");
        *ret_stdin = fd;
        return 0;
    }
    int r = make_pipe(ret_stdin, &input->pipe.fd, err);
    if (r == 0)
        r = set_nonblocking(input->pipe.fd, err);
    if (r < 0)
        return r;
    if (asked->kind == CUPEL_INPUT_FED) {
        input->pipe.ready = run_feed_ready;
        return 0;
    }
    input->read_end = fcntl(*ret_stdin, F_DUPFD_CLOEXEC, 0);
    if (input->read_end < 0)
        return cupel_fail_errno(err, "duplicate the input");
    if (asked->kind == CUPEL_INPUT_RELAY) {
        input->relay.fd = asked->fd;
        input->buffer = malloc(LOOP_CHUNK);
        return input->buffer == NULL ? cupel_fail_errno(err, "allocate a buffer") : 0;
    }
    input->next = asked->bytes;
    input->left = asked->len;
    return 0;
}

int run_io_open(struct cupel_run *run, int ret_stdio[static 3], struct cupel_error *err)
{
    const struct cupel_limits *limits = &run->request.limits;

    run->input.pipe = (struct cupel_source){-1, input_ready, run};
    run->input.relay = (struct cupel_source){-1, relay_ready, run};
    run->input.read_end = -1;
    run->outputs[CUPEL_STDOUT].max = limits->stdout_bytes;
    run->outputs[CUPEL_STDERR].max = limits->stderr_bytes;
    for (size_t i = 0; i < 2; i++) {
        run->outputs[i].source = (struct cupel_source){-1, output_ready, run};
        run->outputs[i].stream = (enum cupel_stream)i;
        if (run->outputs[i].max > limits->output_bytes)
            run->outputs[i].max = limits->output_bytes;
    }
    int r = open_input(run, &ret_stdio[0], err);
    for (size_t i = 0; r == 0 && i < 2; i++) {
        r = make_pipe(&run->outputs[i].source.fd, &ret_stdio[i + 1], err);
        if (r == 0)
            r = set_nonblocking(run->outputs[i].source.fd, err);
    }
    return r;
}

int run_io_watch(struct cupel_run *run, struct cupel_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < 2; i++)
        r = cupel_loop_add(run->loop, &run->outputs[i].source, EPOLLIN, err);
    if (r == 0 && run->request.input.kind == CUPEL_INPUT_FED)
        return cupel_loop_add(run->loop, &run->input.pipe, 0, err);
    if (r == 0 && run->input.pipe.fd >= 0) {
        r = cupel_loop_add(run->loop, &run->input.pipe, EPOLLOUT, err);
        if (r == 0)
            input_ready(&run->input.pipe, EPOLLOUT);
    }
    return r;
}

void run_io_close(struct cupel_run *run)
{
    run_io_end_input(run);
    cupel_close_p(&run->input.read_end);
    run->input.read_end = -1;
    free(run->input.buffer);
    run->input.buffer = NULL;
    for (size_t i = 0; i < 2; i++) {
        cupel_loop_remove(run->loop, &run->outputs[i].source);
        cupel_close_p(&run->outputs[i].source.fd);
        run->outputs[i].source.fd = -1;
    }
}
