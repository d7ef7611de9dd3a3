/*
 * read_report KIND FILE         what a report says, as JSON; 1 and a line on standard error if
 *                               it is not one
 * read_report --time KIND FILE  seconds of CPU time, and kilobytes at the peak, that it took
 * read_report --prefixes KIND FILE
 *                               each shorter text of the file has to be wrong or incomplete, or
 *                               the whole but for white space, and never has more tests that
 * pass
 */
#include <ctype.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/report.h"

#define FILE_MAX ((size_t)256 << 20)

static const char *const outcomes[] = {"passed", "skipped", "failed", "errored"};

static json_t *string_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static int print(const struct cupel_report *report)
{
    json_t *tests = json_array();

    for (size_t i = 0; i < report->count; i++) {
        const struct cupel_report_test *test = &report->tests[i];
        (void)json_array_append_new(
            tests,
            json_pack("{s:o, s:o, s:s, s:f, s:o, s:o, s:o}", "id", string_or_null(test->id),
                      "title", string_or_null(test->title), "outcome", outcomes[test->outcome],
                      "fraction", test->fraction, "message", string_or_null(test->message),
                      "output", string_or_null(test->output), "seconds",
                      isnan(test->seconds) ? json_null() : json_real(test->seconds)));
    }
    json_t *root = json_pack("{s:b, s:o, s:o}", "complete", report->complete, "incomplete",
                             string_or_null(report->incomplete), "tests", tests);
    int r = root != NULL ? json_dumpf(root, stdout, JSON_INDENT(1)) : -1;
    json_decref(root);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int print_cost(clock_t started)
{
    double seconds = (double)(clock() - started) / CLOCKS_PER_SEC;
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) < 0)
        return EXIT_FAILURE;
    (void)printf("%f %ld\n", seconds, usage.ru_maxrss);
    return EXIT_SUCCESS;
}

static size_t passes(const struct cupel_report *report)
{
    size_t count = 0;

    for (size_t i = 0; i < report->count; i++)
        count += report->tests[i].fraction > 0;
    return count;
}

static bool is_white(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!isspace((unsigned char)text[i]))
            return false;
    }
    return true;
}

/* From TAP's plan at the end on, nothing is missing. */
static bool may_be_complete(enum cupel_report_kind kind, const char *text, size_t len,
                            const struct cupel_report *part, const struct cupel_report *whole)
{
    return is_white(text, len) || (kind == CUPEL_REPORT_TAP && part->count == whole->count);
}

static int try_prefixes(enum cupel_report_kind kind, const char *text, size_t len,
                        const struct cupel_report *whole)
{
    size_t readable = 0;

    for (size_t n = 0; n < len; n++) {
        struct cupel_report part = {0};
        CUPEL_AUTO_FREE char *copy = malloc(n + 1); /* so that a sanitizer sees reading on */
        if (copy == NULL)
            return EXIT_FAILURE;
        char *exact = realloc(memcpy(copy, text, n), n > 0 ? n : 1);
        copy = exact != NULL ? exact : copy;
        if (cupel_report_read(kind, copy, n, &part, NULL) < 0)
            continue;
        readable++;
        bool wrong = part.complete && !may_be_complete(kind, text + n, len - n, &part, whole);
        bool more = passes(&part) > passes(whole);
        cupel_report_clear(&part);
        if (wrong || more) {
            (void)fprintf(stderr, "the first %zu bytes: %s\n", n,
                          more ? "more tests pass" : "taken for the whole report");
            return EXIT_FAILURE;
        }
    }
    (void)printf("%zu of %zu prefixes can be read\n", readable, len);
    return EXIT_SUCCESS;
}

static int kind_of(const char *name)
{
    for (int i = 0; cupel_report_kind_names[i] != NULL; i++) {
        if (strcmp(name, cupel_report_kind_names[i]) == 0)
            return i;
    }
    return -1;
}

int main(int argc, char **argv)
{
    bool prefixes = argc == 4 && strcmp(argv[1], "--prefixes") == 0;
    bool cost = argc == 4 && strcmp(argv[1], "--time") == 0;
    struct cupel_report report = {0};
    struct cupel_error err = {0};
    CUPEL_AUTO_FREE char *text = NULL;
    size_t len = 0;

    int kind = argc >= 3 ? kind_of(argv[argc - 2]) : -1;
    if (kind < 0)
        return 2;
    CUPEL_AUTO_FD fd = open(argv[argc - 1], O_RDONLY | O_CLOEXEC);
    if (fd < 0 || cupel_path_read_fd(fd, FILE_MAX, &text, &len) < 0) {
        perror(argv[argc - 1]);
        return 2;
    }
    clock_t started = clock();
    if (cupel_report_read((enum cupel_report_kind)kind, text, len, &report, &err) < 0) {
        (void)fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    int status = prefixes ? try_prefixes((enum cupel_report_kind)kind, text, len, &report)
                 : cost   ? print_cost(started)
                          : print(&report);
    cupel_report_clear(&report);
    return status;
}
