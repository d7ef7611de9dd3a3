#include "grader/report_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/cleanup.h"

#define CHUNK     65536
#define LAST_LINE "cupel "
#define FAULT     " fault"

struct cupel_report_channel {
    struct cupel_loop *loop;
    struct cupel_source source; /* fd: the end that is read, owned; -1: no more is wanted */
    int write_fd;
    char input[CUPEL_REPORT_CHANNEL_TOKEN + 1]; /* the token and a line feed */
    char *bytes;
    size_t len; /* beyond the most that may come: too much did */
    size_t room;
    int failure; /* 0, or -errno that a callback could not return */
};

enum cupel_report_end cupel_report_channel_read(const char *bytes, size_t len,
                                                const char *token, size_t *ret_len,
                                                const char **ret_why)
{
    char wanted[sizeof(LAST_LINE) + CUPEL_REPORT_CHANNEL_TOKEN];

    *ret_len = 0;
    *ret_why = NULL;
    if (len == 0) {
        *ret_why = "it wrote no report to descriptor 3";
        return CUPEL_REPORT_EARLY;
    }
    if (len > CUPEL_REPORT_CHANNEL_MAX) {
        *ret_why = "more than 8 MiB were written to descriptor 3";
        return CUPEL_REPORT_EARLY;
    }
    if (bytes[len - 1] == '\n')
        len--;
    const char *feed = memrchr(bytes, '\n', len);
    size_t start = feed != NULL ? (size_t)(feed - bytes) + 1 : 0;
    size_t left = len - start;
    (void)snprintf(wanted, sizeof(wanted), LAST_LINE "%s", token);
    size_t wanted_len = strlen(wanted);
    if (left < wanted_len || memcmp(bytes + start, wanted, wanted_len) != 0) {
        *ret_why =
            "what was written to descriptor 3 does not end with the line \"cupel TOKEN\"";
        return CUPEL_REPORT_EARLY;
    }
    *ret_len = start;
    if (left == wanted_len)
        return CUPEL_REPORT_WHOLE;
    if (left == wanted_len + strlen(FAULT) &&
        memcmp(bytes + start + wanted_len, FAULT, strlen(FAULT)) == 0)
        return CUPEL_REPORT_FAULT;
    *ret_len = 0;
    *ret_why = "the last line that was written to descriptor 3 has something behind the token";
    return CUPEL_REPORT_EARLY;
}

static void stop_reading(struct cupel_report_channel *channel)
{
    cupel_loop_remove(channel->loop, &channel->source);
    cupel_close_p(&channel->source.fd);
    channel->source.fd = -1;
}

static int make_room(struct cupel_report_channel *channel)
{
    if (channel->room - channel->len >= CHUNK)
        return 0;
    size_t room = channel->room > 0 ? 2 * channel->room : CHUNK;
    char *bytes = realloc(channel->bytes, room);
    if (bytes == NULL)
        return -ENOMEM;
    channel->bytes = bytes;
    channel->room = room;
    return 0;
}

/* Read once. Returns whether there may be more now. */
static bool read_some(struct cupel_report_channel *channel)
{
    if (channel->failure == 0)
        channel->failure = make_room(channel);
    if (channel->failure < 0) {
        stop_reading(channel);
        return false;
    }
    ssize_t n =
        TEMP_FAILURE_RETRY(read(channel->source.fd, channel->bytes + channel->len, CHUNK));
    if (n > 0) {
        channel->len += (size_t)n;
        /* Whoever writes more gets SIGPIPE; nobody reads gigabytes for it. */
        if (channel->len > CUPEL_REPORT_CHANNEL_MAX)
            stop_reading(channel);
        return channel->source.fd >= 0;
    }
    if (n < 0 && errno != EAGAIN)
        channel->failure = -errno;
    return false;
}

static void ready(struct cupel_source *source, uint32_t epoll_events)
{
    (void)epoll_events;
    (void)read_some(source->owner);
}

static int make_token(struct cupel_report_channel *channel, struct cupel_error *err)
{
    unsigned char random[(CUPEL_REPORT_CHANNEL_TOKEN - 1) / 2];

    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return cupel_fail_errno(err, "getrandom");
    for (size_t i = 0; i < sizeof(random); i++)
        (void)snprintf(channel->input + 2 * i, 3, "%02x", random[i]);
    memcpy(channel->input + 2 * sizeof(random), "\n", 2);
    return 0;
}

static int open_pipe(struct cupel_report_channel *channel, struct cupel_error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return cupel_fail_errno(err, "pipe");
    channel->source.fd = ends[0];
    channel->write_fd = ends[1];
    /* The command's uid is another than ours, and some programs can write to a path only:
     * /dev/fd/3. */
    if (fchmod(ends[1], 0622) < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
        return cupel_fail_errno(err, "pipe for a report");
    return cupel_loop_add(channel->loop, &channel->source, EPOLLIN, err);
}

int cupel_report_channel_open(struct cupel_loop *loop, struct cupel_report_channel **ret,
                              struct cupel_error *err)
{
    struct cupel_report_channel *channel = calloc(1, sizeof(*channel));

    if (channel == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    channel->loop = loop;
    channel->source = (struct cupel_source){.fd = -1, .ready = ready, .owner = channel};
    channel->write_fd = -1;
    int r = make_token(channel, err);
    if (r == 0)
        r = open_pipe(channel, err);
    if (r < 0) {
        cupel_report_channel_free(channel);
        return r;
    }
    *ret = channel;
    return 0;
}

void cupel_report_channel_free(struct cupel_report_channel *channel)
{
    if (channel == NULL)
        return;
    stop_reading(channel);
    cupel_close_p(&channel->write_fd);
    free(channel->bytes);
    free(channel);
}

int cupel_report_channel_fd(const struct cupel_report_channel *channel)
{
    return channel->write_fd;
}

const char *cupel_report_channel_input(const struct cupel_report_channel *channel)
{
    return channel->input;
}

int cupel_report_channel_end(struct cupel_report_channel *channel,
                             enum cupel_report_end *ret_end, const char **ret, size_t *ret_len,
                             const char **ret_why)
{
    char token[CUPEL_REPORT_CHANNEL_TOKEN];

    while (channel->source.fd >= 0 && read_some(channel))
        ;
    stop_reading(channel);
    if (channel->failure < 0)
        return channel->failure;
    memcpy(token, channel->input, sizeof(token) - 1);
    token[sizeof(token) - 1] = '\0';
    *ret_end = cupel_report_channel_read(channel->bytes, channel->len, token, ret_len, ret_why);
    *ret = channel->bytes;
    return 0;
}
