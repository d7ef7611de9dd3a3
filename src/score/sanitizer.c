/*
 * Reports of AddressSanitizer and its kin, and of UBSan, in what a program wrote to standard
 * error. Whoever forges one deceives himself only: it says nothing of points.
 *
 *     ==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000020 at pc …
 *     READ of size 4 at 0x602000000020 thread T0
 *         #0 0x5576472442a5 in sum /box/sum.c:3
 *         #1 0x55764724434e in main /box/sum.c:4
 *
 *     sum.c:5:40: runtime error: signed integer overflow: …
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/score.h"
#include "cupel/text.h"

enum {
    FRAMES_MAX = 4,
    SEARCHED_LINES = 16, /* from a report's head to the end of its first stack */
    TEXT_MAX = 400,
};

struct span {
    const char *text;
    size_t len;
};

static struct span line_at(const char *text, const char *end)
{
    const char *line_feed = memchr(text, '\n', (size_t)(end - text));

    return (struct span){text, (size_t)((line_feed != NULL ? line_feed : end) - text)};
}

/* What follows word in span; its text is NULL if word is not there. */
static struct span after(struct span span, const char *word)
{
    const char *found = memmem(span.text, span.len, word, strlen(word));

    if (found == NULL)
        return (struct span){NULL, 0};
    found += strlen(word);
    return (struct span){found, span.len - (size_t)(found - span.text)};
}

static struct span before(struct span span, const char *word)
{
    const char *found = memmem(span.text, span.len, word, strlen(word));

    if (found != NULL)
        span.len = (size_t)(found - span.text);
    return span;
}

static bool begins(struct span span, const char *word)
{
    return span.len >= strlen(word) && memcmp(span.text, word, strlen(word)) == 0;
}

/* "/box/sum.c:3" without its folder; nothing for "(/box/sum+0x1110)", which has no place. */
static struct span place_of(struct span location)
{
    const char *slash;

    if (location.text == NULL || begins(location, "("))
        return (struct span){NULL, 0};
    slash = memrchr(location.text, '/', location.len);
    if (slash == NULL)
        return location;
    return (struct span){slash + 1, location.len - (size_t)(slash + 1 - location.text)};
}

/* Functions of the sanitizer and of libc are nobody's mistake. */
static bool is_runtime(struct span name)
{
    return begins(name, "__") || begins(name, "_start") || name.len == 0;
}

/* Write one frame; false where the stack ends for a learner. */
static bool write_frame(FILE *out, struct span frame, size_t *count)
{
    struct span name = before(frame, " ");
    struct span place = place_of(after(frame, " "));

    if (is_runtime(name))
        return true;
    (void)fprintf(out, "%s%.*s", *count == 0 ? " in " : ", called by ", (int)name.len,
                  name.text);
    if (place.len > 0)
        (void)fprintf(out, " (%.*s)", (int)place.len, place.text);
    return ++*count < FRAMES_MAX && !(name.len == 4 && begins(name, "main"));
}

/* The first stack after a report's head. */
static void write_stack(FILE *out, const char *text, const char *end)
{
    bool inside = false;
    size_t count = 0;

    for (size_t i = 0; i < SEARCHED_LINES && text < end; i++) {
        struct span line = line_at(text, end);
        struct span number = after(line, "    #");
        bool is_frame = number.text == line.text + strlen("    #");
        if (inside && !is_frame)
            return;
        struct span frame = after(line, " in ");
        if (is_frame && frame.text != NULL && !write_frame(out, frame, &count))
            return;
        inside = is_frame;
        text = line.text + line.len + (line.text + line.len < end);
    }
}

static void write_report(FILE *out, struct span head, const char *end)
{
    struct span what = before(before(head, " on "), " (pc ");

    (void)fprintf(out, "%.*s", (int)what.len, what.text);
    write_stack(out, head.text + head.len + (head.text + head.len < end), end);
}

/* Write the first report of text, if there is one. */
static void write_first(FILE *out, const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        struct span line = line_at(text, end);
        struct span head = after(line, "==ERROR: ");
        struct span undefined = after(line, ": runtime error: ");
        if (head.text != NULL && after(before(head, ":"), "Sanitizer").text != NULL) {
            write_report(out, head, end);
            return;
        }
        if (undefined.text != NULL) {
            struct span place = place_of(before(line, ": runtime error: "));
            (void)fprintf(out, "UndefinedBehaviorSanitizer: %.*s (%.*s)", (int)undefined.len,
                          undefined.text, (int)place.len, place.len > 0 ? place.text : "");
            return;
        }
        text = line.text + line.len + 1;
    }
}

int cupel_score_sanitizer(const char *text, size_t len, char **ret)
{
    CUPEL_AUTO_FREE char *found = NULL;
    char *clean = NULL;
    size_t size = 0;

    FILE *out = open_memstream(&found, &size);
    if (out == NULL)
        return -ENOMEM;
    write_first(out, text, len);
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
