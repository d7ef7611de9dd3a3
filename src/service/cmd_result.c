/* cupel result: the result of a job. */
#include "cli/cli.h"
#include "cli/result_format.h"
#include "service/client_command.h"
#include "service/cmd_wait.h"
#include "service/commands.h"

static const char help[] =
    "Usage: cupel result [OPTION…] ID\n"
    "\n"
    "Print the result of a job.\n"
    "\n"
    "Result:\n"
    "      --wait[=TIME]       wait until the job has ended, so long at "
    "most\n" CLIENT_HELP_RESULT "\n" CLIENT_HELP CLIENT_HELP_END
    "Example:\n"
    "  cupel result --wait=5min --view learner --format html -o page.html 1307\n"
    "\n"
    "Exit:\n"
    "  0  graded, whatever the score\n"
    "  1  platform failure: queue or server cannot be used, the job is dead or cancelled, or\n"
    "     has not ended in time\n"
    "  2  usage, no such job, no result yet, or a token that may not do that\n"
    "  3  submission rejected\n"
    "  5  the grader is at fault\n";

struct show {
    struct client_request request;
    struct client_result result;
};

#define AT(member) .offset = offsetof(struct show, member)

static const struct client_option options[] = {
    {.name = "wait", .value = CLIENT_WAIT, AT(result.wait)},
    {.name = "format", .value = CLIENT_CHOICE, AT(result.format), .names = cli_format_names},
    {.name = "view", .value = CLIENT_CHOICE, AT(result.view), .names = client_view_names},
    {.name = "output", .letter = 'o', .value = CLIENT_PATH, AT(result.output)},
    {.name = NULL},
};

static int show(struct client_request *request)
{
    struct show *asked = (struct show *)(void *)request;
    int64_t id = 0;

    if (!client_check_result(request, true, &asked->result) ||
        !client_parse_id(request, request->operands[0], &id))
        return CUPEL_EXIT_USAGE;
    return client_print_result(request, &asked->result, false, id);
}

int service_result(int argc, char **argv)
{
    static const struct client_action actions[] = {{NULL, show, 1, 1, "the id of a job"}};
    static const struct client_command command = {help, options, actions};
    struct show asked = {.result = {.format = -1, .view = -1}};

    return client_main(&command, &asked.request, argc, argv);
}
