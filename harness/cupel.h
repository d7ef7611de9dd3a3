/*
 * Tests in C in the process that the learner's code is linked into.
 *
 *     gcc -I/tmp/cupel/harness -o units units.c sum.c -lcmocka && exec ./units
 *
 * For a harness with "separation": "in-process" and "report": "json". Either report tests
 *
 *     cupel_check("adds", sum(1, 2) == 3, "sum(1, 2) is %d", sum(1, 2));
 *     return cupel_end();
 *
 * or include <cmocka.h> before this file and end with
 *
 *     return cupel_run_cmocka(tests, sizeof(tests) / sizeof(tests[0]));
 *
 * To be included once in a program. What the report needs is taken before any constructor runs,
 * if this file's object is linked first, and the report is written in one piece by cupel_end():
 * code that ends the process early earns nothing.
 */
#ifndef CUPEL_HARNESS_H
#define CUPEL_HARNESS_H

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    char token[128];
    int fd; /* 0: there is no report to write */
    pid_t pid;
    FILE *out;
    char *text;
    size_t len;
    unsigned count;
    bool failed;
} cupel_channel;

/* Descriptor 3 and the token that comes as the first line of standard input. */
static void cupel_take_channel(void)
{
    size_t len = 0;

    while (len + 1 < sizeof(cupel_channel.token) &&
           read(STDIN_FILENO, &cupel_channel.token[len], 1) == 1 &&
           cupel_channel.token[len] != '\n')
        len++;
    cupel_channel.token[len] = '\0';
    int fd = len > 0 ? fcntl(3, F_DUPFD_CLOEXEC, 100) : -1;
    if (fd < 0)
        return;
    cupel_channel.fd = fd;
    cupel_channel.pid = getpid();
    (void)close(3);
}

/* Functions named in there run before those with the attribute constructor. Source: gABI. */
__attribute__((used, section(".preinit_array"))) static void (*const cupel_first)(void) =
    cupel_take_channel;

static void cupel_put_string(const char *text)
{
    (void)fputc('"', cupel_channel.out);
    for (size_t i = 0; text[i] != '\0' && i < 4000; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            (void)fprintf(cupel_channel.out, "\\%c", c);
        else if (c < ' ' || c >= 0x7F)
            (void)fprintf(cupel_channel.out, "\\u%04x", c);
        else
            (void)fputc(c, cupel_channel.out);
    }
    (void)fputc('"', cupel_channel.out);
}

static bool cupel_begin(void)
{
    if (cupel_channel.out != NULL)
        return true;
    (void)unsetenv("CUPEL_REPORT");
    cupel_channel.out = open_memstream(&cupel_channel.text, &cupel_channel.len);
    if (cupel_channel.out != NULL)
        (void)fputs("{\"schema\": \"cupel.report/1\", \"tests\": [", cupel_channel.out);
    return cupel_channel.out != NULL;
}

static void cupel_put_test(const char *id, const char *outcome, const char *message)
{
    if (!cupel_begin())
        return;
    (void)fputs(cupel_channel.count++ > 0 ? ", {\"id\": " : "{\"id\": ", cupel_channel.out);
    cupel_put_string(id);
    (void)fprintf(cupel_channel.out, ", \"outcome\": \"%s\", \"message\": ", outcome);
    cupel_put_string(message);
    (void)fputc('}', cupel_channel.out);
    cupel_channel.failed = cupel_channel.failed || strcmp(outcome, "failed") == 0;
}

/* Report a test: whether it passed, and why not. */
__attribute__((format(printf, 3, 4), unused)) static void
cupel_check(const char *id, bool passed, const char *fmt, ...)
{
    char message[1024];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    cupel_put_test(id, passed ? "passed" : "failed", passed ? "" : message);
}

/* Write the report; returns what main() shall return. */
__attribute__((unused)) static int cupel_end(void)
{
    if (cupel_channel.fd == 0 || cupel_channel.pid != getpid() || !cupel_begin()) {
        (void)fputs("cupel.h: no token or descriptor; cupel starts it with them\n", stderr);
        return 1;
    }
    (void)fflush(NULL);
    (void)fprintf(cupel_channel.out, "]}\ncupel %s\n", cupel_channel.token);
    if (fclose(cupel_channel.out) != 0)
        return 1;
    for (size_t at = 0; at < cupel_channel.len;) {
        ssize_t n = write(cupel_channel.fd, cupel_channel.text + at, cupel_channel.len - at);
        if (n < 0)
            return 1;
        at += (size_t)n;
    }
    return cupel_channel.failed ? 1 : 0;
}

#ifdef CMOCKA_H_

static CMUnitTestFunction cupel_body;
static bool cupel_returned;

/* cmocka does not tell a test that is skipped from one that passed: only the second returns. */
static void cupel_call_body(void **state)
{
    cupel_body(state);
    cupel_returned = true;
}

__attribute__((unused)) static int cupel_run_cmocka(const struct CMUnitTest *tests,
                                                    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct CMUnitTest one = tests[i];
        cupel_body = one.test_func;
        cupel_returned = false;
        one.test_func = cupel_call_body;
        if (_cmocka_run_group_tests(one.name, &one, 1, NULL, NULL) != 0)
            cupel_put_test(one.name, "failed", "what failed is in the harness's output");
        else
            cupel_put_test(one.name, cupel_returned ? "passed" : "skipped", "");
    }
    return cupel_end();
}

#endif
#endif
