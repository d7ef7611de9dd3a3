/* Values of options, and what is said when they are wrong. */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cupel/cell.h"
#include "cupel/policy.h"

static void say(const char *command, const char *fmt, va_list ap) CUPEL_PRINTF(2, 0);

static void say(const char *command, const char *fmt, va_list ap)
{
    (void)fprintf(stderr, "%s: ", command);
    (void)vfprintf(stderr, fmt, ap);
    (void)fputc('\n', stderr);
}

int cupel_cli_usage(const char *command, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(command, fmt, ap);
    va_end(ap);
    return CUPEL_EXIT_USAGE;
}

int cupel_cli_fail(const char *command, int code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(command, fmt, ap);
    va_end(ap);
    return code;
}

int cupel_cli_dispatch(const struct cupel_cli_command *commands, size_t count, int argc,
                       char **argv)
{
    char name[64];

    for (size_t i = 0; i < count; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        (void)snprintf(name, sizeof(name), "%s %s", argv[0], commands[i].name);
        argv[1] = name; /* getopt(3) begins its messages with it */
        return commands[i].function(argc - 1, argv + 1);
    }
    return cupel_cli_usage(argv[0], "unknown %s %s; see %s --help",
                           argv[1][0] == '-' ? "option" : "command", argv[1], argv[0]);
}

void cupel_cli_print_diagnostics(const struct cupel_diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct cupel_diagnostic *item = &diagnostics->items[i];
        if (item->severity != CUPEL_SEVERITY_ERROR)
            continue;
        if (item->line > 0)
            (void)fprintf(stderr, "%s:%u:%u: %s\n", item->file, item->line, item->column,
                          item->text);
        else
            (void)fprintf(stderr, "%s: %s\n", item->file, item->text);
    }
}

bool cupel_cli_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
    char *end = NULL;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < min || value > max)
        return false;
    *ret = value;
    return true;
}

static bool find_name(const char *text, size_t length, const char *const *names, size_t *ret)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static void say_choices(const char *command, const char *option, const char *text,
                        size_t length, const char *const *names)
{
    (void)fprintf(stderr, "%s: %s %.*s: expected ", command, option, (int)length, text);
    for (size_t i = 0; names[i] != NULL; i++) {
        const char *before = i == 0 ? "" : names[i + 1] == NULL ? " or " : ", ";
        (void)fprintf(stderr, "%s%s", before, names[i]);
    }
    (void)fputc('\n', stderr);
}

bool cupel_cli_parse_choice(const char *command, const char *option, const char *text,
                            const char *const *names, size_t *ret)
{
    if (find_name(text, strlen(text), names, ret))
        return true;
    say_choices(command, option, text, strlen(text), names);
    return false;
}

bool cupel_cli_parse_layers(const char *command, const char *text, unsigned *layers)
{
    for (;;) {
        size_t length = strcspn(text, ",");
        size_t layer = 0;
        if (!find_name(text, length, cupel_layer_names, &layer)) {
            say_choices(command, "--require", text, length, cupel_layer_names);
            return false;
        }
        *layers |= 1U << layer;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

bool cupel_cli_parse_jobs(const char *command, const char *text, unsigned *ret)
{
    uint64_t jobs = 0;

    if (!cupel_cli_parse_number(text, 1, CUPEL_CELL_LANES_MAX, &jobs)) {
        (void)cupel_cli_usage(command, "--jobs %s: expected a number from 1 to %d", text,
                              CUPEL_CELL_LANES_MAX);
        return false;
    }
    *ret = (unsigned)jobs;
    return true;
}

unsigned cupel_cli_processors(void)
{
    cpu_set_t allowed;
    long count = 0;

    if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0)
        count = CPU_COUNT(&allowed);
    else
        count = sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1)
        return 1;
    return count < CUPEL_CELL_LANES_MAX ? (unsigned)count : CUPEL_CELL_LANES_MAX;
}
