#include "score/crash.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"
#include "cupel/text.h"

#define FRAMES_MAX 4
#define TEXT_MAX   400

struct span span_line(const char *text, const char *end)
{
    const char *line_feed = memchr(text, '\n', (size_t)(end - text));

    return (struct span){text, (size_t)((line_feed != NULL ? line_feed : end) - text)};
}

const char *span_next(struct span line, const char *end)
{
    const char *after = line.text + line.len;

    return after < end ? after + 1 : end;
}

struct span span_after(struct span span, const char *word)
{
    const char *found = memmem(span.text, span.len, word, strlen(word));

    if (found == NULL)
        return (struct span){NULL, 0};
    found += strlen(word);
    return (struct span){found, span.len - (size_t)(found - span.text)};
}

struct span span_before(struct span span, const char *word)
{
    const char *found = memmem(span.text, span.len, word, strlen(word));

    if (found != NULL)
        span.len = (size_t)(found - span.text);
    return span;
}

bool span_begins(struct span span, const char *word)
{
    return span.len >= strlen(word) && memcmp(span.text, word, strlen(word)) == 0;
}

bool span_is(struct span span, const char *word)
{
    return span.len == strlen(word) && span_begins(span, word);
}

struct span span_place(struct span location)
{
    if (location.text == NULL || span_begins(location, "("))
        return (struct span){NULL, 0};
    const char *slash = memrchr(location.text, '/', location.len);
    if (slash == NULL)
        return location;
    return (struct span){slash + 1, location.len - (size_t)(slash + 1 - location.text)};
}

bool crash_write_frame(FILE *out, struct span name, struct span place, size_t *count)
{
    (void)fprintf(out, "%s%.*s", *count == 0 ? " in " : ", called by ", (int)name.len,
                  name.text);
    if (place.len > 0)
        (void)fprintf(out, " (%.*s)", (int)place.len, place.text);
    return ++*count < FRAMES_MAX;
}

int cupel_score_crash(const char *text, size_t len, char **ret)
{
    CUPEL_AUTO_FREE char *found = NULL;
    char *clean = NULL;
    size_t size = 0;

    FILE *out = open_memstream(&found, &size);
    if (out == NULL)
        return -ENOMEM;
    crash_write_sanitizer(out, text, text + len);
    if (ftell(out) == 0)
        crash_write_backtrace(out, text, text + len);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        return -ENOMEM;
    /* Cut before it is cleaned, so that no note of that is added. */
    if (size > 0 &&
        cupel_text_clean(found, size < TEXT_MAX ? size : TEXT_MAX, SIZE_MAX / 2, &clean) < 0)
        return -ENOMEM;
    *ret = clean;
    return 0;
}
