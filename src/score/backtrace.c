/*
 * Backtraces of native programs: those of glibc's backtrace_symbols(3), and what Go and Rust
 * write when they panic.
 *
 *     ./sum(+0x118e)[0x563e444f318e]
 *     /lib/x86_64-linux-gnu/libc.so.6(+0x3c050)[0x7f919d868050]
 *     ./sum(sum+0xc)[0x563e444f31d8]
 *
 *     panic: runtime error: index out of range [5] with length 3
 *
 *     goroutine 1 [running]:
 *     main.sum({0xc000086f48?, 0x3?, 0x405359?}, 0x5?)
 *     	/box/sum.go:3 +0x34
 *
 *     thread 'main' panicked at 'index out of bounds: the len is 3 but …', sum.rs:1:38
 *     stack backtrace:
 *        3: sum::add
 *                  at ./sum.rs:1:38
 *
 * From Rust 1.73 on, the message stands in the line after the place.
 */
#include <string.h>

#include "score/crash.h"

#define SEARCHED_LINES 12 /* from what is said to the stack */

struct c_frame {
    struct span file;
    struct span name;
};

static bool parse_c(struct span line, struct c_frame *ret)
{
    struct span inside = span_after(line, "(");

    if (inside.text == NULL || span_after(inside, ")[0x").text == NULL ||
        line.text[line.len - 1] != ']')
        return false;
    *ret = (struct c_frame){span_before(line, "("), span_before(inside, "+0x")};
    return span_after(inside, "+0x").text != NULL;
}

static bool is_libc(const struct c_frame *frame)
{
    return span_after(frame->file, "/libc.so").text != NULL;
}

/* What handled the signal stands before the frame by which the kernel called it. */
static const char *after_handler(const char *text, const char *end)
{
    const char *next = text;
    struct c_frame frame;

    for (int i = 0; i < 4 && next < end; i++) {
        struct span line = span_line(next, end);
        next = span_next(line, end);
        if (!parse_c(line, &frame))
            return text;
        if (is_libc(&frame) && frame.name.len == 0)
            return next;
    }
    return text;
}

static void write_c(FILE *out, const char *text, const char *end)
{
    struct c_frame frame;
    size_t count = 0;

    (void)fputs("backtrace", out);
    text = after_handler(text, end);
    for (struct span line; text < end; text = span_next(line, end)) {
        line = span_line(text, end);
        if (!parse_c(line, &frame))
            return;
        if (is_libc(&frame) || frame.name.len == 0 || span_begins(frame.name, "_start"))
            continue;
        if (!crash_write_frame(out, frame.name, (struct span){NULL, 0}, &count) ||
            span_is(frame.name, "main"))
            return;
    }
}

/* One frame is two lines: the function with its arguments, and the place. */
static void write_go_stack(FILE *out, const char *text, const char *end)
{
    size_t count = 0;

    while (text < end) {
        struct span call = span_line(text, end);
        struct span place = span_line(span_next(call, end), end);
        const char *arguments = memrchr(call.text, '(', call.len);
        if (arguments == NULL || !span_begins(place, "\t"))
            return;
        text = span_next(place, end);
        struct span name = {call.text, (size_t)(arguments - call.text)};
        if (span_begins(name, "runtime.") || span_is(name, "panic"))
            continue;
        place = span_before(span_after(place, "\t"), " +0x");
        if (!crash_write_frame(out, name, span_place(place), &count) ||
            span_is(name, "main.main"))
            return;
    }
}

static void write_go(FILE *out, struct span said, const char *end)
{
    const char *text = span_next(said, end);

    (void)fprintf(out, "%.*s", (int)said.len, said.text);
    for (int i = 0; i < SEARCHED_LINES && text < end; i++) {
        struct span line = span_line(text, end);
        text = span_next(line, end);
        if (span_begins(line, "goroutine ")) {
            write_go_stack(out, text, end);
            return;
        }
    }
}

static struct span trim(struct span span)
{
    while (span.len > 0 && span.text[0] == ' ') {
        span.text++;
        span.len--;
    }
    return span;
}

static bool is_rust_runtime(struct span name)
{
    return span_begins(name, "std::") || span_begins(name, "core::") ||
           span_begins(name, "alloc::") || span_begins(name, "rust_") ||
           span_begins(name, "__rust") || span_begins(name, "<");
}

static bool is_rust_main(struct span name)
{
    return name.len >= 6 && memcmp(name.text + name.len - 6, "::main", 6) == 0;
}

/* A frame's place stands in a line of its own, if it is known. */
static void write_rust_stack(FILE *out, const char *text, const char *end)
{
    size_t count = 0;

    while (text < end) {
        struct span line = span_line(text, end);
        struct span name = span_after(line, ": ");
        text = span_next(line, end);
        if (!span_begins(line, "  ") || name.text == NULL)
            return;
        struct span below = trim(span_line(text, end));
        struct span place = {NULL, 0};
        if (span_begins(below, "at ")) {
            place = span_place(span_after(below, "at "));
            text = span_next(below, end);
        }
        if (!is_rust_runtime(name) &&
            (!crash_write_frame(out, name, place, &count) || is_rust_main(name)))
            return;
    }
}

static void write_rust(FILE *out, struct span said, const char *end)
{
    const char *text = span_next(said, end);

    if (said.len > 0 && said.text[said.len - 1] == ':' && text < end) {
        struct span message = span_line(text, end);
        struct span place = span_place((struct span){said.text, said.len - 1});
        (void)fprintf(out, "panic: %.*s (%.*s)", (int)message.len, message.text, (int)place.len,
                      place.text);
    } else {
        (void)fprintf(out, "panic: %.*s", (int)said.len, said.text);
    }
    for (int i = 0; i < SEARCHED_LINES && text < end; i++) {
        struct span line = span_line(text, end);
        text = span_next(line, end);
        if (span_is(line, "stack backtrace:")) {
            write_rust_stack(out, text, end);
            return;
        }
    }
}

void crash_write_backtrace(FILE *out, const char *text, const char *end)
{
    struct c_frame frame;

    while (text < end) {
        struct span line = span_line(text, end);
        struct span panicked = span_after(line, " panicked at ");
        const char *next = span_next(line, end);
        if (span_begins(line, "panic: ") || span_begins(line, "fatal error: ")) {
            write_go(out, line, end);
            return;
        }
        if (span_begins(line, "thread '") && panicked.text != NULL) {
            write_rust(out, panicked, end);
            return;
        }
        if (next < end && parse_c(line, &frame) && parse_c(span_line(next, end), &frame)) {
            write_c(out, text, end);
            return;
        }
        text = next;
    }
}
