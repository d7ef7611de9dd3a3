/* Runs the learner's program from a test, in the learner's cell. */
#ifndef PROGRAM_H
#define PROGRAM_H

/* What is longer, is cut. */
#define PROGRAM_TEXT_MAX 262144

struct program_result {
    int status; /* as a shell tells it: 128 + N for signal N, 124 for a limit */
    char out[PROGRAM_TEXT_MAX];
    char err[PROGRAM_TEXT_MAX];
};

/* Arguments of /cupel/exec, NULL-terminated: options, "--", the command. Ends the harness if
 * the command cannot be started: that is not for the learner to answer for. */
const struct program_result *program_run(const char *const *arguments, const char *input);

/* For messages: without line breaks and control characters, and no longer than a line. */
const char *program_shown(const char *text);

#endif
