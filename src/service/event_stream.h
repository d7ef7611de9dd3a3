/*
 * An event stream as it comes (WHATWG HTML, "Server-sent events", 9.2.6), byte by byte;
 * hostile. Pure. Fields other than event, data and id are skipped, as the specification has it.
 */
#ifndef CUPEL_SERVICE_EVENT_STREAM_H
#define CUPEL_SERVICE_EVENT_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/error.h"

#define EVENT_BYTES_MAX (1U << 20) /* of one event's data, and of one line */
#define EVENT_NAME_SIZE 64         /* longer names and ids are cut */

struct event {
    char name[EVENT_NAME_SIZE]; /* "message" where none was sent */
    char id[EVENT_NAME_SIZE];   /* the last that was sent */
    const char *data;           /* NUL-terminated; may have others in it */
    size_t len;
};

struct event_stream {
    void (*take)(void *owner, const struct event *event);
    void *owner;
    /* What follows is zero at first; event_stream_clear() frees it. */
    struct event event;
    char *line;
    size_t line_len;
    char *data;
    size_t data_len;
    bool has_data;
    bool after_return; /* a line feed now belongs to the end of line before */
};

/* Returns 0; -EMSGSIZE if an event is larger than EVENT_BYTES_MAX; -ENOMEM. */
CUPEL_MUST_CHECK int event_stream_feed(struct event_stream *stream, const void *bytes,
                                       size_t len, struct cupel_error *err);
void event_stream_clear(struct event_stream *stream);

#endif
