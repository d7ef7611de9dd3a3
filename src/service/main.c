/*
 * cupel-service: the commands of cupel that use the queue. Executed by cupel, which so loads no
 * library that a grading does not need; argv[1] is the command, as of cupel itself.
 *
 * Theory of operation. All state is in the queue: a database, and blobs beside or in it. Every
 * process of this program may be killed at any moment, and started again on any machine that
 * reaches the queue. None of them runs, parses or unpacks anything of a learner's: for that a
 * worker starts `cupel grade` or `cupel run`, a process for each job, and takes of it what it
 * says on descriptors that it was given. An archive of a grader's files is unpacked in a cell,
 * by a process of its own (unpack.c). Client commands know a service by a table of functions
 * (client.h): its queue, opened here, or a server.
 *
 * Each command has files of its own; here is only the table of them, and what a process has by
 * being started: signals, standard streams, the environment.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/start.h"
#include "service/commands.h"
#include "service/serve.h"

static const char *get(const char *name)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment */
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

struct service_environment service_environment(void)
{
    return (struct service_environment){.queue = get("CUPEL_QUEUE"),
                                        .server = get("CUPEL_SERVER"),
                                        .token = get("CUPEL_TOKEN"),
                                        .state = get("XDG_STATE_HOME"),
                                        .home = get("HOME")};
}

static int worker(int argc, char **argv)
{
    const char *pid = get("WATCHDOG_PID");
    uint64_t own = (uint64_t)getpid();
    uint64_t number = own;

    /* sd_watchdog_enabled(3): it may be meant for whoever started us. */
    bool ours =
        pid == NULL || (cupel_cli_parse_number(pid, 1, INT32_MAX, &number) && number == own);
    const struct service_manager manager = {.socket = get("NOTIFY_SOCKET"),
                                            .watchdog = ours ? get("WATCHDOG_USEC") : NULL};
    return service_worker(argc, argv, &manager);
}

/* By the XDG Base Directory Specification, which ignores relative paths. */
static int serve(int argc, char **argv)
{
    const char *state = get("XDG_STATE_HOME");
    const char *home = get("HOME");
    char folder[PATH_MAX];

    if (state != NULL && state[0] == '/')
        return service_serve(argc, argv, state, environ);
    if (home == NULL || home[0] != '/')
        return service_serve(argc, argv, NULL, environ);
    (void)snprintf(folder, sizeof(folder), "%s/.local/state", home);
    return service_serve(argc, argv, folder, environ);
}

static const struct cupel_cli_command commands[] = {
    {"submit", service_submit, "hand a submission to a queue"},
    {"jobs", service_jobs, "list jobs of a queue; show, cancel, retry one"},
    {"result", service_result, "the result of a job"},
    {"regrade", service_regrade, "grade again with another version of a grader, and compare"},
    {"schedule", service_schedule, "jobs that recur"},
    {"publish", service_publish, "put a grader into the service; list versions, roll back"},
    {"worker", worker, "take jobs from a queue and do them"},
    {"serve", serve, "the HTTP service, with pages and workers"},
    {"token", service_token, "who may use the service"},
    {"unpack", service_unpack, "what serve starts for an archive"}, /* none of cupel's */
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

int main(int argc, char **argv)
{
    char name[] = "cupel";

    if (!cli_open_standard_streams()) {
        perror("cupel: open /dev/null");
        return CUPEL_EXIT_PLATFORM;
    }
    cupel_cli_catch_signals();
    cli_end_without_memory(CUPEL_EXIT_PLATFORM);
    if (argc < 2)
        return cupel_cli_usage(name, "expected a command; see cupel --help");
    argv[0] = name;
    return cupel_cli_dispatch(commands, COMMAND_COUNT, argc, argv);
}
