/*
 * Input that is handed over while the run lasts. Nobody but the run holds the end that is read,
 * so that its end is seen, and a write to it may raise SIGPIPE, which is no business of the
 * program that we are linked into.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/run_internal.h"

#define FIRST_SIZE 65536

static ssize_t write_without_signal(int fd, const void *bytes, size_t len)
{
    sigset_t pipe_signal;
    sigset_t pending;
    sigset_t before;

    (void)sigemptyset(&pipe_signal);
    (void)sigaddset(&pipe_signal, SIGPIPE);
    (void)sigemptyset(&pending);
    (void)sigpending(&pending);
    (void)pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    ssize_t n = write(fd, bytes, len);
    int error = errno;
    if (n < 0 && error == EPIPE && sigismember(&pending, SIGPIPE) == 0)
        (void)sigtimedwait(&pipe_signal, NULL, &(struct timespec){0});
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return n;
}

static void watch(struct cupel_run *run, uint32_t events)
{
    struct cupel_error error = {0};

    cupel_loop_remove(run->loop, &run->input.pipe);
    if (cupel_loop_add(run->loop, &run->input.pipe, events, &error) < 0)
        run_fail(run, &error);
}

void run_feed_ready(struct cupel_source *source, uint32_t events)
{
    struct cupel_run *run = source->owner;
    struct run_input *input = &run->input;
    bool gone = (events & EPOLLERR) != 0;

    while (input->left > 0 && !gone) {
        ssize_t n =
            TEMP_FAILURE_RETRY(write_without_signal(input->pipe.fd, input->next, input->left));
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0 && errno != EPIPE)
            run_io_fail(run, "write the run's input");
        gone = n < 0;
        input->next += gone ? 0 : n;
        input->left -= gone ? 0 : (size_t)n;
    }
    input->left = 0;
    bool tell = !input->fed_all;
    if (gone || input->fed_all)
        run_io_end_input(run);
    else
        watch(run, 0);
    if (tell && run->request.fed != NULL)
        run->request.fed(run->request.owner, run);
}

/* Room for len bytes behind those that are left, which move to the beginning. */
static int make_room(struct run_input *input, size_t len)
{
    size_t size = input->buffer_size > 0 ? input->buffer_size : FIRST_SIZE;

    if (len > SIZE_MAX / 4 - input->left)
        return -ENOMEM;
    if (input->left > 0)
        memmove(input->buffer, input->next, input->left);
    input->next = input->buffer;
    while (size < input->left + len)
        size *= 2;
    if (size == input->buffer_size)
        return 0;
    unsigned char *grown = realloc(input->buffer, size);
    if (grown == NULL)
        return -ENOMEM;
    input->buffer = grown;
    input->buffer_size = size;
    input->next = grown;
    return 0;
}

int cupel_run_feed(struct cupel_run *run, const void *bytes, size_t len)
{
    struct run_input *input = &run->input;

    if (input->pipe.ready != run_feed_ready || input->pipe.fd < 0 || input->fed_all)
        return -EPIPE;
    int r = make_room(input, len);
    if (r < 0 || len == 0)
        return r;
    memcpy(input->buffer + input->left, bytes, len);
    if (input->left == 0)
        watch(run, EPOLLOUT);
    input->left += len;
    return 0;
}

void cupel_run_feed_end(struct cupel_run *run)
{
    struct run_input *input = &run->input;

    if (input->pipe.ready != run_feed_ready || input->pipe.fd < 0)
        return;
    input->fed_all = true;
    if (input->left == 0)
        run_io_end_input(run);
}
