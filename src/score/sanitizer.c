/*
 * Reports of AddressSanitizer and its kin, and of UBSan.
 *
 *     ==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000020 at pc …
 *     READ of size 4 at 0x602000000020 thread T0
 *         #0 0x5576472442a5 in sum /box/sum.c:3
 *         #1 0x55764724434e in main /box/sum.c:4
 *
 *     sum.c:5:40: runtime error: signed integer overflow: …
 */
#include <string.h>

#include "score/crash.h"

#define SEARCHED_LINES 16 /* from a report's head to the end of its first stack */

/* Functions of the sanitizer and of libc are nobody's mistake. */
static bool is_runtime(struct span name)
{
    return span_begins(name, "__") || span_begins(name, "_start") || name.len == 0;
}

/* false where the stack ends for a learner. */
static bool write_frame(FILE *out, struct span frame, size_t *count)
{
    struct span name = span_before(frame, " ");

    if (is_runtime(name))
        return true;
    return crash_write_frame(out, name, span_place(span_after(frame, " ")), count) &&
           !span_is(name, "main");
}

/* The first stack after a report's head. */
static void write_stack(FILE *out, const char *text, const char *end)
{
    bool inside = false;
    size_t count = 0;

    for (size_t i = 0; i < SEARCHED_LINES && text < end; i++) {
        struct span line = span_line(text, end);
        struct span number = span_after(line, "    #");
        bool is_frame = number.text == line.text + strlen("    #");
        if (inside && !is_frame)
            return;
        struct span frame = span_after(line, " in ");
        if (is_frame && frame.text != NULL && !write_frame(out, frame, &count))
            return;
        inside = is_frame;
        text = span_next(line, end);
    }
}

static void write_report(FILE *out, struct span head, const char *end)
{
    struct span what = span_before(span_before(head, " on "), " (pc ");

    (void)fprintf(out, "%.*s", (int)what.len, what.text);
    write_stack(out, span_next(head, end), end);
}

/* "sum.c:5:40", where Go writes "panic". */
static bool is_place(struct span span)
{
    return span.len > 0 && span.text[span.len - 1] >= '0' && span.text[span.len - 1] <= '9';
}

void crash_write_sanitizer(FILE *out, const char *text, const char *end)
{
    while (text < end) {
        struct span line = span_line(text, end);
        struct span head = span_after(line, "==ERROR: ");
        struct span undefined = span_after(line, ": runtime error: ");
        if (head.text != NULL && span_after(span_before(head, ":"), "Sanitizer").text != NULL) {
            write_report(out, head, end);
            return;
        }
        struct span place = span_before(line, ": runtime error: ");
        if (undefined.text != NULL && is_place(place)) {
            place = span_place(place);
            (void)fprintf(out, "UndefinedBehaviorSanitizer: %.*s (%.*s)", (int)undefined.len,
                          undefined.text, (int)place.len, place.len > 0 ? place.text : "");
            return;
        }
        text = span_next(line, end);
    }
}
