/* cupel schedule: jobs that recur. */
#include <limits.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"
#include "service/client_command.h"
#include "service/cmd_table.h"
#include "service/commands.h"
#include "service/job_request.h"

static const char help[] =
    "Usage: cupel schedule list\n"
    "       cupel schedule set NAME [OPTION…] -- COMMAND…   add it, or replace it\n"
    "       cupel schedule remove NAME\n"
    "\n"
    "Commands that recur run in the sandbox, as jobs of priority batch. Nobody has to be "
    "there\n"
    "for them: whoever works or serves looks whether one is due.\n"
    "\n"
    "Set:\n"
    "      --cron EXPRESSION   when: five fields, minute hour day month weekday; needed\n"
    "      --zone ZONE         of which clock, Europe/Berlin; default: UTC\n"
    "      --missed WHAT       of times at which nobody looked: once, for all of them; skip;\n"
    "                          or all; default: once\n"
    "      --course COURSE     whose it is; needed\n"
    "      --policy NAME       what the command may do; default: native\n"
    "\n" CLIENT_HELP CLIENT_HELP_END
    "Example:\n"
    "  cupel schedule set nightly --cron '0 3 * * *' --course c1 -- python3 -c 'print(1)'\n"
    "\n"
    "Exit:\n"
    "  0  all went well\n"
    "  1  platform failure: queue or server cannot be used\n"
    "  2  usage, an expression or a zone that is none, no such schedule, or a token that may\n"
    "     not do that\n";

struct schedule {
    struct client_request request;
    const char *cron;
    const char *zone;
    const char *course;
    const char *policy;
    int missed;
};

enum { LIST, SET, REMOVE, OTHER };

#define AT(member) .offset = offsetof(struct schedule, member), .actions = 1U << SET

static const struct client_option options[] = {
    {.name = "cron", .value = CLIENT_TEXT, AT(cron)},
    {.name = "zone", .value = CLIENT_TEXT, AT(zone)},
    {.name = "missed", .value = CLIENT_CHOICE, AT(missed), .names = cupel_missed_names},
    {.name = "course", .value = CLIENT_TEXT, AT(course)},
    {.name = "policy", .value = CLIENT_TEXT, AT(policy)},
    {.name = NULL},
};

static const struct client_column columns[] = {
    {"NAME", false},   {"COURSE", false}, {"CRON", false}, {"ZONE", false},
    {"MISSED", false}, {"NEXT", false},   {"LAST", false}, {"JOB", true},
};

static void add_row(struct client_table *table, const json_t *schedule)
{
    char next[CLIENT_CELL_SIZE];
    char last[CLIENT_CELL_SIZE];
    char job[CLIENT_CELL_SIZE];

    client_table_add(table, (const char *const[]){
                                client_text(schedule, "name"), client_text(schedule, "course"),
                                client_text(schedule, "cron"), client_text(schedule, "zone"),
                                client_text(schedule, "missed"),
                                client_time(schedule, "next_at", next),
                                client_time(schedule, "last_at", last),
                                client_number(schedule, "last_job", job)});
}

/* Schedules, or one; dropped. */
static int print(const struct client_request *request, json_t *document)
{
    struct client_table table = {.columns = columns,
                                 .column_count = sizeof(columns) / sizeof(columns[0])};
    const json_t *schedule;
    size_t i;

    if (request->json)
        return client_print_json(request, document);
    const json_t *list = json_object_get(document, "schedules");
    json_array_foreach(list, i, schedule) add_row(&table, schedule);
    if (list == NULL)
        add_row(&table, document);
    json_decref(document);
    return client_table_print(&table);
}

static int list(struct client_request *request)
{
    struct cupel_error err = {0};
    json_t *schedules = NULL;

    int r = request->client->functions->list_schedules(request->client, &schedules, &err);
    return r < 0 ? client_fail(request, r, &err) : print(request, schedules);
}

/* The spec of a run; NULL if a word of the command is not in UTF-8. */
static char *make_spec(const struct schedule *asked)
{
    json_t *command = json_array();

    for (int i = 1; i < asked->request.operand_count; i++) {
        if (json_array_append_new(command, json_string(asked->request.operands[i])) < 0) {
            json_decref(command);
            return NULL;
        }
    }
    json_t *spec = json_pack("{s:o, s:s}", "command", command, "policy", asked->policy);
    char *text = json_dumps(spec, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(spec);
    return text;
}

static int set(struct client_request *request)
{
    const struct schedule *asked = (const struct schedule *)(const void *)request;
    struct cupel_error err = {0};
    json_t *schedule = NULL;

    if (asked->cron == NULL || asked->course == NULL)
        return cupel_cli_usage(request->command, "expected --%s; see %s --help",
                               asked->cron == NULL ? "cron EXPRESSION" : "course COURSE",
                               request->command);
    CUPEL_AUTO_FREE char *spec = make_spec(asked);
    if (spec == NULL)
        return cupel_cli_usage(request->command, "expected a command in UTF-8");
    const struct cupel_schedule_request wanted = {
        .name = request->operands[0],
        .cron = asked->cron,
        .zone = asked->zone,
        .missed = (enum cupel_missed)asked->missed,
        .job = {.kind = CUPEL_JOB_RUN,
                .course = asked->course,
                .priority = CUPEL_JOB_BATCH,
                .attempts = JOB_ATTEMPTS,
                .memory_bytes = JOB_MEMORY_BYTES,
                .cpus_milli = JOB_CPUS_MILLI,
                .spec = spec},
    };
    int r = request->client->functions->set_schedule(request->client, &wanted, &schedule, &err);
    return r < 0 ? client_fail(request, r, &err) : print(request, schedule);
}

static int remove_one(struct client_request *request)
{
    struct cupel_error err = {0};

    int r = request->client->functions->remove_schedule(request->client, request->operands[0],
                                                        &err);
    return r < 0 ? client_fail(request, r, &err) : CUPEL_EXIT_OK;
}

int service_schedule(int argc, char **argv)
{
    static const struct client_action actions[] = {
        [LIST] = {"list", list, 0, 0, "no operand"},
        [SET] = {"set", set, 2, INT_MAX, "a name, and a command behind --"},
        [REMOVE] = {"remove", remove_one, 1, 1, "the name of a schedule"},
        [OTHER] = {NULL, NULL, 0, 0, "list, set or remove"},
    };
    static const struct client_command command = {help, options, actions};
    struct schedule asked = {.zone = "UTC", .policy = "native", .missed = CUPEL_MISSED_ONCE};

    return client_main(&command, &asked.request, argc, argv);
}
