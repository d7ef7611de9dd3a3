/* The lines around a difference: of the output as it streams by, of the expected text at once.
 */
#include <string.h>

#include "score/compare_internal.h"

void compare_excerpt_add(struct cupel_excerpt *excerpt, const unsigned char *bytes, size_t len)
{
    size_t room = sizeof(excerpt->bytes) - 1 - excerpt->len;

    if (len > room) {
        excerpt->cut = true;
        len = room;
    }
    memcpy(excerpt->bytes + excerpt->len, bytes, len);
    excerpt->len += len;
}

/* The current line is complete. */
static void push(struct compare_recent *recent)
{
    if (recent->count == CUPEL_CONTEXT_LINES) {
        memmove(&recent->lines[0], &recent->lines[1],
                (CUPEL_CONTEXT_LINES - 1) * sizeof(recent->lines[0]));
        recent->count--;
    }
    recent->lines[recent->count++] = recent->current;
    recent->current = (struct cupel_excerpt){0};
}

/* Where the last lines of bytes begin, CUPEL_CONTEXT_LINES of them and what follows them. */
static const unsigned char *last_lines(const unsigned char *bytes, const unsigned char *end)
{
    for (size_t i = 0; i <= CUPEL_CONTEXT_LINES; i++) {
        const unsigned char *line_feed = memrchr(bytes, '\n', (size_t)(end - bytes));
        if (line_feed == NULL)
            return bytes;
        end = line_feed;
    }
    return end + 1;
}

void compare_recent_advance(struct compare_recent *recent, const unsigned char *bytes,
                            size_t len)
{
    const unsigned char *end = bytes + len;
    const unsigned char *line_feed = memchr(bytes, '\n', len);
    bool first = true;

    while (line_feed != NULL) {
        compare_excerpt_add(&recent->current, bytes, (size_t)(line_feed - bytes));
        push(recent);
        bytes = first ? last_lines(line_feed + 1, end) : line_feed + 1;
        first = false;
        line_feed = memchr(bytes, '\n', (size_t)(end - bytes));
    }
    compare_excerpt_add(&recent->current, bytes, (size_t)(end - bytes));
}

void compare_recent_take(const struct compare_recent *recent, uint64_t line, bool ended,
                         struct cupel_context *ret)
{
    struct compare_recent copy = *recent;

    if (ended && copy.current.len > 0) {
        push(&copy);
        line++;
    }
    memcpy(ret->before, copy.lines, copy.count * sizeof(copy.lines[0]));
    ret->before_count = copy.count;
    ret->line = line;
}

/* The next line after a difference begins: false if none is shown any more. */
static bool begin_line(struct cupel_context *context)
{
    context->line_ended = false;
    if (context->after_count == CUPEL_CONTEXT_LINES)
        return false;
    context->after_count++;
    return true;
}

bool compare_context_add(struct cupel_context *context, struct cupel_excerpt *place,
                         const unsigned char *bytes, size_t len, bool show_line_feed)
{
    const unsigned char *end = bytes + len;

    while (bytes < end) {
        if (context->line_ended && !begin_line(context))
            return false;
        const unsigned char *line_feed = memchr(bytes, '\n', (size_t)(end - bytes));
        const unsigned char *line_end = line_feed != NULL ? line_feed : end;
        bool at_place = context->after_count == 0;
        compare_excerpt_add(at_place ? place : &context->after[context->after_count - 1], bytes,
                            (size_t)(line_end - bytes) +
                                (at_place && show_line_feed && line_feed != NULL));
        context->line_ended = line_feed != NULL;
        bytes = line_feed != NULL ? line_feed + 1 : end;
    }
    return true;
}
