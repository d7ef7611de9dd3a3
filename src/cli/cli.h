/* What the commands of cupel share. */
#ifndef CUPEL_CLI_CLI_H
#define CUPEL_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cupel/document.h"
#include "cupel/error.h"

enum cupel_exit {
    CUPEL_EXIT_OK = 0,
    CUPEL_EXIT_PLATFORM = 1,
    CUPEL_EXIT_USAGE = 2, /* also an invalid grader or policy */
    CUPEL_EXIT_REJECTED = 3,
    CUPEL_EXIT_CANNOT_ENFORCE = 4,
    CUPEL_EXIT_GRADER = 5,
    CUPEL_EXIT_DIFFERENT = 6,    /* of `cupel test`: not what the grader's staff expects */
    CUPEL_EXIT_NO_SANDBOX = 125, /* of `cupel run`: what CUPEL_EXIT_PLATFORM is of others */
};

struct cupel_cli_command {
    const char *name;
    int (*function)(int argc, char **argv);
    const char *help; /* one line */
};

/* Run the command that argv[1] names, with "ARGV[0] NAME" as its argv[0]. Returns its exit
 * code, or CUPEL_EXIT_USAGE after saying that there is none. */
int cupel_cli_dispatch(const struct cupel_cli_command *commands, size_t count, int argc,
                       char **argv);

/* One line on standard error, "COMMAND: text"; returns CUPEL_EXIT_USAGE. command is argv[0],
 * "cupel grade". */
int cupel_cli_usage(const char *command, const char *fmt, ...) CUPEL_PRINTF(2, 3);

/* The same for failures that are not the user's; returns code. */
int cupel_cli_fail(const char *command, int code, const char *fmt, ...) CUPEL_PRINTF(3, 4);

/* Each error as file:line:column: text, one a line, on standard error. */
void cupel_cli_print_diagnostics(const struct cupel_diagnostics *diagnostics);

/* A whole decimal number from min to max; false if text is none. */
bool cupel_cli_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/* One of names (NULL-terminated); *ret is its index. False, with one line on standard error
 * that lists them, if it is none of them. option: "--format". */
bool cupel_cli_parse_choice(const char *command, const char *option, const char *text,
                            const char *const *names, size_t *ret);

/* "landlock,cgroup": adds 1U << enum cupel_layer of each to *layers. As above. */
bool cupel_cli_parse_layers(const char *command, const char *text, unsigned *layers);

/* The value of --jobs, 1 to CUPEL_CELL_LANES_MAX. As above. */
bool cupel_cli_parse_jobs(const char *command, const char *text, unsigned *ret);

/* Processors that this process may use, 1 to CUPEL_CELL_LANES_MAX. */
unsigned cupel_cli_processors(void);

/* Write text to standard output (path NULL), or to a file that appears complete or not at all.
 * Returns 0 or -errno with err. */
CUPEL_MUST_CHECK int cupel_cli_write(const char *path, const char *text,
                                     struct cupel_error *err);

/* The same for bytes. */
CUPEL_MUST_CHECK int cupel_cli_write_bytes(const char *path, const void *bytes, size_t len,
                                           struct cupel_error *err);

/* The same for what is left to read of a stream. */
CUPEL_MUST_CHECK int cupel_cli_write_stream(const char *path, FILE *stream,
                                            struct cupel_error *err);

/*
 * SIGINT, SIGTERM and SIGHUP end the process with 128+N, at once: a cell dies with its
 * supervisor. SIGPIPE does nothing here, so that a write fails with EPIPE instead; executed
 * programs get its default again.
 */
void cupel_cli_catch_signals(void);

/* What a signal that ends the process writes to standard error before; NULL: nothing. It is
 * borrowed until it is set anew. */
void cupel_cli_set_last_words(const char *words);

#endif
