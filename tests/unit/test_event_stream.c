#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/event_stream.h"

#define SEEN_SIZE 4096

struct seen {
    char text[SEEN_SIZE]; /* "NAME#ID=DATA|" of each event */
};

static void note(void *owner, const struct event *event)
{
    struct seen *seen = owner;
    size_t len = strlen(seen->text);

    (void)snprintf(seen->text + len, SEEN_SIZE - len, "%s#%s=%s|", event->name, event->id,
                   event->data);
}

static void assert_events(const char *bytes, size_t at_once, const char *expected)
{
    struct seen seen = {.text = ""};
    struct event_stream stream = {.take = note, .owner = &seen};
    size_t len = strlen(bytes);

    for (size_t i = 0; i < len; i += at_once) {
        size_t n = len - i < at_once ? len - i : at_once;
        assert_int_equal(event_stream_feed(&stream, bytes + i, n, NULL), 0);
    }
    event_stream_clear(&stream);
    assert_string_equal(seen.text, expected);
}

static void events_are_the_same_however_their_bytes_are_parted(void **state)
{
    static const char bytes[] =
        "event: attempt\ndata: {}\n\nid: 3\nevent: test\ndata: a\ndata: b\n\n:\n\ndata:c\n\n";

    (void)state;
    for (size_t n = 1; n < sizeof(bytes); n++)
        assert_events(bytes, n, "attempt#={}|test#3=a\nb|message#3=c|");
}

static void lines_end_in_any_way(void **state)
{
    (void)state;
    assert_events("data: a\r\n\r\ndata: b\r\rdata: c\n\n", 1,
                  "message#=a|message#=b|message#=c|");
}

static void what_has_no_data_is_no_event(void **state)
{
    (void)state;
    assert_events("event: x\n\nretry: 5\nnonsense\n\ndata\n\ndata: unfinished", 3,
                  "message#=|");
}

static void long_names_are_cut(void **state)
{
    char bytes[512];
    char expected[512];

    (void)state;
    (void)snprintf(bytes, sizeof(bytes), "event: %0*d\ndata: a\n\n", 200, 0);
    (void)snprintf(expected, sizeof(expected), "%0*d#=a|", EVENT_NAME_SIZE - 1, 0);
    assert_events(bytes, 7, expected);
}

static void an_event_without_end_is_refused(void **state)
{
    static char chunk[65536];
    struct seen seen = {.text = ""};
    struct event_stream stream = {.take = note, .owner = &seen};
    struct cupel_error err = {0};
    int r = 0;

    (void)state;
    memset(chunk, 'x', sizeof(chunk));
    for (int i = 0; r == 0 && i < 100; i++)
        r = event_stream_feed(&stream, chunk, sizeof(chunk), &err);
    event_stream_clear(&stream);
    assert_int_equal(r, -EMSGSIZE);
    assert_string_equal(err.text, "an event has more than 1048576 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_the_same_however_their_bytes_are_parted),
        cmocka_unit_test(lines_end_in_any_way),
        cmocka_unit_test(what_has_no_data_is_no_event),
        cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(an_event_without_end_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
