#include "service/event_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Append to a buffer that has room for EVENT_BYTES_MAX and NUL. */
static int append(char **buffer, size_t *buffer_len, const char *bytes, size_t len,
                  struct cupel_error *err)
{
    if (len > EVENT_BYTES_MAX - *buffer_len)
        return cupel_fail(err, -EMSGSIZE, "an event has more than %u bytes", EVENT_BYTES_MAX);
    if (*buffer == NULL)
        *buffer = malloc(EVENT_BYTES_MAX + 1);
    if (*buffer == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    memcpy(*buffer + *buffer_len, bytes, len);
    *buffer_len += len;
    (*buffer)[*buffer_len] = '\0';
    return 0;
}

/* An empty line: the event is complete. */
static int dispatch(struct event_stream *stream)
{
    if (stream->has_data) {
        if (stream->event.name[0] == '\0')
            (void)snprintf(stream->event.name, EVENT_NAME_SIZE, "message");
        stream->event.data = stream->data;
        stream->event.len = stream->data_len;
        stream->take(stream->owner, &stream->event);
    }
    stream->event.name[0] = '\0';
    stream->data_len = 0;
    stream->has_data = false;
    return 0;
}

static int take_data(struct event_stream *stream, const char *value, size_t len,
                     struct cupel_error *err)
{
    int r = stream->has_data ? append(&stream->data, &stream->data_len, "\n", 1, err) : 0;

    stream->has_data = true;
    return r < 0 ? r : append(&stream->data, &stream->data_len, value, len, err);
}

static int take_line(struct event_stream *stream, const char *line, size_t len,
                     struct cupel_error *err)
{
    if (len == 0)
        return dispatch(stream);
    const char *colon = memchr(line, ':', len);
    size_t name_len = colon == NULL ? len : (size_t)(colon - line);
    size_t start = colon == NULL ? len : name_len + 1;
    if (start < len && line[start] == ' ')
        start++;
    const char *value = line + start;
    size_t value_len = len - start;
    if (name_len == 4 && memcmp(line, "data", name_len) == 0)
        return take_data(stream, value, value_len, err);
    if (name_len == 5 && memcmp(line, "event", name_len) == 0)
        (void)snprintf(stream->event.name, EVENT_NAME_SIZE, "%.*s",
                       value_len < EVENT_NAME_SIZE ? (int)value_len : EVENT_NAME_SIZE - 1,
                       value);
    else if (name_len == 2 && memcmp(line, "id", name_len) == 0)
        (void)snprintf(stream->event.id, EVENT_NAME_SIZE, "%.*s",
                       value_len < EVENT_NAME_SIZE ? (int)value_len : EVENT_NAME_SIZE - 1,
                       value);
    return 0;
}

static int end_line(struct event_stream *stream, struct cupel_error *err)
{
    int r = take_line(stream, stream->line != NULL ? stream->line : "", stream->line_len, err);

    stream->line_len = 0;
    return r;
}

int event_stream_feed(struct event_stream *stream, const void *bytes, size_t len,
                      struct cupel_error *err)
{
    const char *start = bytes;
    const char *const end = start + len;
    int r = 0;

    while (r == 0 && start < end) {
        if (stream->after_return && *start == '\n')
            start++;
        stream->after_return = false;
        const char *stop = start;
        while (stop < end && *stop != '\n' && *stop != '\r')
            stop++;
        r = append(&stream->line, &stream->line_len, start, (size_t)(stop - start), err);
        if (r < 0 || stop == end)
            return r;
        stream->after_return = *stop == '\r';
        r = end_line(stream, err);
        start = stop + 1;
    }
    return r;
}

void event_stream_clear(struct event_stream *stream)
{
    free(stream->line);
    free(stream->data);
    stream->line = NULL;
    stream->data = NULL;
}
