/* A server's event stream: the same events at once and byte by byte. */
#include "require.h"
#include "service/event_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
    size_t events;
    uint64_t hash;
};

static void add(struct sum *sum, const void *bytes, size_t len)
{
    const unsigned char *start = bytes;

    for (size_t i = 0; i < len; i++)
        sum->hash = (sum->hash ^ start[i]) * UINT64_C(1099511628211);
    sum->hash += len + 1;
}

static void take(void *owner, const struct event *event)
{
    struct sum *sum = owner;

    require(event->name[0] != '\0' && event->data[event->len] == '\0');
    sum->events++;
    add(sum, event->name, strnlen(event->name, EVENT_NAME_SIZE));
    add(sum, event->id, strnlen(event->id, EVENT_NAME_SIZE));
    add(sum, event->data, event->len);
}

static struct sum sum_of(const uint8_t *data, size_t size, size_t at_once)
{
    struct sum sum = {.hash = 1};
    struct event_stream stream = {.take = take, .owner = &sum};
    int r = 0;

    for (size_t i = 0; r == 0 && i < size; i += at_once)
        r = event_stream_feed(&stream, data + i, size - i < at_once ? size - i : at_once, NULL);
    require(r == 0 || r == -EMSGSIZE);
    event_stream_clear(&stream);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sum whole = sum_of(data, size, size + 1);
    struct sum parts = sum_of(data, size, 1);

    require(whole.events == parts.events && whole.hash == parts.hash);
    return 0;
}
