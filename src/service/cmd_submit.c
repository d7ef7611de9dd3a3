/* cupel submit: hand a submission to a queue. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/result_format.h"
#include "cupel/text.h"
#include "service/client_command.h"
#include "service/cmd_wait.h"
#include "service/commands.h"
#include "service/job_request.h"

#define ATTEMPTS_MAX 100

static const char help[] =
    "Usage: cupel submit [OPTION…] GRADER SUBMISSION\n"
    "\n"
    "Hand a submission to a queue, and print its job's id.\n"
    "\n"
    "  GRADER      the name of a grader that is published; or with --queue a folder with\n"
    "              grader.json: a path that has a '/'\n"
    "  SUBMISSION  a folder, a file, an archive (zip, tar, gz, bz2, xz, zst, 7z), or - for\n"
    "              an archive on standard input\n"
    "\n"
    "Job:\n"
    "      --learner NAME      whose it is\n"
    "      --priority WHICH    live, or batch: behind all that is live; default: live\n"
    "      --not-before TIME   do not begin before, 2026-01-31T12:00:00Z\n"
    "      --deadline TIME     give up where it has not begun by then\n"
    "      --attempts N        how often the platform may fail at it, 1 to 100; default: 3\n"
    "      --key KEY           whoever submits again with the same key gets the same job\n"
    "      --course COURSE     of a grader that is a folder; default: local\n"
    "\n"
    "Result:\n"
    "      --wait[=TIME]       wait for it, so long at most, and print the result instead of\n"
    "                          the id\n" CLIENT_HELP_RESULT "\n" CLIENT_HELP CLIENT_HELP_END
    "Example:\n"
    "  cupel submit --learner ada --wait --format text fibonacci fib.zip\n"
    "\n"
    "Exit:\n"
    "  0  submitted; with --wait: graded, whatever the score\n"
    "  1  platform failure: queue or server cannot be used, the job is dead or cancelled, or\n"
    "     has not ended in time\n"
    "  2  usage, an unknown grader, or a token that may not do that\n"
    "  3  with --wait: submission rejected\n"
    "  5  with --wait: the grader is at fault\n";

struct submit {
    struct client_request request;
    struct client_result result;
    const char *learner;
    const char *key;
    const char *course;
    int priority;
    int64_t not_before_us;
    int64_t deadline_us;
    int64_t attempts;
};

static const char *const priorities[] = {"live", "batch", NULL};

#define AT(member) .offset = offsetof(struct submit, member)

static const struct client_option options[] = {
    {.name = "learner", .value = CLIENT_TEXT, AT(learner)},
    {.name = "priority", .value = CLIENT_CHOICE, AT(priority), .names = priorities},
    {.name = "not-before", .value = CLIENT_TIME, AT(not_before_us)},
    {.name = "deadline", .value = CLIENT_TIME, AT(deadline_us)},
    {.name = "attempts", .value = CLIENT_NUMBER, AT(attempts), .min = 1, .max = ATTEMPTS_MAX},
    {.name = "key", .value = CLIENT_TEXT, AT(key)},
    {.name = "course", .value = CLIENT_TEXT, AT(course)},
    {.name = "wait", .value = CLIENT_WAIT, AT(result.wait)},
    {.name = "format", .value = CLIENT_CHOICE, AT(result.format), .names = cli_format_names},
    {.name = "view", .value = CLIENT_CHOICE, AT(result.view), .names = client_view_names},
    {.name = "output", .letter = 'o', .value = CLIENT_PATH, AT(result.output)},
    {.name = NULL},
};

static int print_job(const struct client_request *request, json_t *job)
{
    if (request->json)
        return client_print_json(request, job);
    (void)printf("%" PRId64 "\n", (int64_t)json_integer_value(json_object_get(job, "id")));
    json_decref(job);
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

static int submit(struct client_request *request)
{
    struct submit *asked = (struct submit *)(void *)request;
    const struct client_submission submission = {
        .grader = request->operands[0],
        .path = request->operands[1],
        .course = asked->course,
        .learner = asked->learner,
        .key = asked->key,
        .priority = asked->priority == 0 ? CUPEL_JOB_LIVE : CUPEL_JOB_BATCH,
        .not_before_us = asked->not_before_us,
        .deadline_us = asked->deadline_us,
        .attempts = (unsigned)asked->attempts,
    };
    struct cupel_error err = {0};
    json_t *job = NULL;

    if (!client_check_result(request, asked->result.wait.given, &asked->result))
        return CUPEL_EXIT_USAGE;
    int r = request->client->functions->submit(request->client, &submission, &job, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    if (!asked->result.wait.given)
        return print_job(request, job);
    int64_t id = json_integer_value(json_object_get(job, "id"));
    json_decref(job);
    return client_print_result(request, &asked->result, true, id);
}

int service_submit(int argc, char **argv)
{
    static const struct client_action actions[] = {
        {NULL, submit, 2, 2, "a grader and a submission"}};
    static const struct client_command command = {help, options, actions};
    struct submit asked = {.attempts = JOB_ATTEMPTS, .result = {.format = -1, .view = -1}};

    return client_main(&command, &asked.request, argc, argv);
}
