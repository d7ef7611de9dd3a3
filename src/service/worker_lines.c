#include "service/worker_lines.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct worker_lines *lines, size_t len)
{
    size_t needed = lines->len + len + 1;
    size_t room = needed > 2 * lines->room ? needed : 2 * lines->room;

    if (needed > WORKER_LINES_MAX + 1)
        return false;
    if (needed <= lines->room)
        return true;
    char *bytes = realloc(lines->bytes, room);
    if (bytes == NULL)
        return false;
    lines->bytes = bytes;
    lines->room = room;
    return true;
}

static void add_part(struct worker_lines *lines, const char *bytes, size_t len, bool ends)
{
    if (!lines->skips && make_room(lines, len)) {
        memcpy(lines->bytes + lines->len, bytes, len);
        lines->len += len;
        lines->bytes[lines->len] = '\0';
    } else { /* nor what was kept of its beginning */
        lines->len = lines->whole;
        lines->skips = true;
    }
    if (ends) {
        lines->whole = lines->len;
        lines->skips = false;
    }
}

void worker_lines_add(struct worker_lines *lines, const char *bytes, size_t len)
{
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t part = end == NULL ? len : (size_t)(end + 1 - bytes);
        add_part(lines, bytes, part, end != NULL);
        bytes += part;
        len -= part;
    }
}

void worker_lines_drop(struct worker_lines *lines, size_t len)
{
    lines->len -= len;
    lines->whole -= len;
    memmove(lines->bytes, lines->bytes + len, lines->len + 1);
}

void worker_lines_clear(struct worker_lines *lines)
{
    free(lines->bytes);
    *lines = (struct worker_lines){.bytes = NULL};
}
