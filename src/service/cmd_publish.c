/* cupel publish: graders that the service knows by name, and their versions. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"
#include "service/client_command.h"
#include "service/cmd_table.h"
#include "service/cmd_wait.h"
#include "service/commands.h"

static const char help[] =
    "Usage: cupel publish --course COURSE [OPTION…] FOLDER   put a grader into the service\n"
    "       cupel publish --list [NAME]                      graders, or versions of one\n"
    "       cupel publish --roll-back N NAME                 make an earlier version live\n"
    "\n"
    "A version is checked before it is live: its definition, and its samples.\n"
    "\n"
    "Publish:\n"
    "      --course COURSE     whose it is; needed\n"
    "      --name NAME         what it is called; default: the name in grader.json\n"
    "      --wait[=TIME]       wait until it is checked, so long at most\n"
    "\n"
    "Versions:\n"
    "      --list              list them\n"
    "      --roll-back N       version to make live; jobs keep the one they were added with\n"
    "\n" CLIENT_HELP CLIENT_HELP_END
    "Example:\n"
    "  cupel publish --course c1 --wait graders/fibonacci\n"
    "\n"
    "Exit:\n"
    "  0  all went well; with --wait: it is live\n"
    "  1  platform failure: queue or server cannot be used, the check is dead or cancelled,\n"
    "     or has not ended in time\n"
    "  2  usage, no such grader or version, another course's, or a token that may not do that\n"
    "  5  with --wait: the grader is refused\n";

struct publish {
    struct client_request request;
    struct client_wait wait;
    const char *course;
    const char *name;
    int64_t roll_back;
    bool list;
};

#define AT(member) .offset = offsetof(struct publish, member)

static const struct client_option options[] = {
    {.name = "course", .value = CLIENT_TEXT, AT(course)},
    {.name = "name", .value = CLIENT_TEXT, AT(name)},
    {.name = "wait", .value = CLIENT_WAIT, AT(wait)},
    {.name = "list", .value = CLIENT_FLAG, AT(list)},
    {.name = "roll-back", .value = CLIENT_NUMBER, AT(roll_back), .min = 1, .max = INT64_MAX},
    {.name = NULL},
};

static const struct client_column columns[] = {
    {"GRADER", false}, {"VERSION", true}, {"COURSE", false}, {"STATE", false},
    {"AGE", true},     {"BY", false},     {"CHECK", true},   {"WHY", false},
};

static void add_row(struct client_table *table, const json_t *version)
{
    char number[CLIENT_CELL_SIZE];
    char age[CLIENT_CELL_SIZE];
    char check[CLIENT_CELL_SIZE];

    client_table_add(
        table, (const char *const[]){
                   client_text(version, "name"), client_number(version, "version", number),
                   client_text(version, "course"), client_text(version, "state"),
                   client_age(version, "created_at", age), client_text(version, "created_by"),
                   client_number(version, "check", check), client_text(version, "why")});
}

/* Versions, or one; dropped. */
static int print(const struct client_request *request, json_t *document)
{
    struct client_table table = {.columns = columns,
                                 .column_count = sizeof(columns) / sizeof(columns[0])};
    const json_t *list = json_object_get(document, "graders");
    const json_t *version;
    size_t i;

    if (request->json)
        return client_print_json(request, document);
    if (list == NULL)
        list = json_object_get(document, "versions");
    json_array_foreach(list, i, version) add_row(&table, version);
    if (list == NULL)
        add_row(&table, document);
    json_decref(document);
    return client_table_print(&table);
}

static int list(const struct client_request *request)
{
    struct cupel_error err = {0};
    json_t *graders = NULL;

    int r = request->client->functions->list_graders(
        request->client, request->operand_count > 0 ? request->operands[0] : NULL, &graders,
        &err);
    return r < 0 ? client_fail(request, r, &err) : print(request, graders);
}

static int roll_back(const struct client_request *request, int64_t number)
{
    struct cupel_error err = {0};
    json_t *version = NULL;

    if (request->operand_count != 1)
        return cupel_cli_usage(request->command, "expected the name of a grader; see %s --help",
                               request->command);
    int r = request->client->functions->roll_back_grader(request->client, request->operands[0],
                                                         number, &version, &err);
    return r < 0 ? client_fail(request, r, &err) : print(request, version);
}

/* The name in a folder's grader.json; the caller's to free. */
static int read_name(const char *folder, char **ret, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *path = NULL;
    json_error_t flaw;

    if (asprintf(&path, "%s/grader.json", folder) < 0) {
        path = NULL;
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return cupel_fail_errno(err, "%s", path);
    json_t *json = json_loadf(file, JSON_REJECT_DUPLICATES, &flaw);
    (void)fclose(file);
    if (json == NULL)
        return cupel_fail(err, -EINVAL, "%s:%d:%d: %.80s", path, flaw.line, flaw.column,
                          flaw.text);
    const char *name = json_string_value(json_object_get(json, "name"));
    *ret = name != NULL ? strdup(name) : NULL;
    json_decref(json);
    return *ret != NULL ? 0 : cupel_fail(err, -EINVAL, "%s: has no name; give --name", path);
}

/* Of the versions of its name, the one with its number. */
static int find_again(const struct client_request *request, json_t *version, json_t **ret,
                      struct cupel_error *err)
{
    json_t *list = NULL;
    json_t *item;
    size_t i;

    int r = request->client->functions->list_graders(request->client,
                                                     client_text(version, "name"), &list, err);
    if (r < 0)
        return r;
    *ret = json_incref(version);
    json_array_foreach(json_object_get(list, "versions"), i, item)
    {
        if (json_equal(json_object_get(item, "version"), json_object_get(version, "version"))) {
            json_decref(*ret);
            *ret = json_incref(item);
        }
    }
    json_decref(list);
    return 0;
}

/* The exit code; what the platform failed at is no fault of the grader's. */
static int wait_for_check(const struct client_request *request,
                          struct client_patience *patience, int64_t check)
{
    json_t *job = NULL;

    int code = client_wait(request, patience, check, &job);
    if (code == CUPEL_EXIT_OK && !json_is_true(json_object_get(job, "has_result")))
        code = client_has_no_result(request, check, job);
    json_decref(job);
    return code;
}

static int wait_for(const struct client_request *request, const struct client_wait *wait,
                    json_t *version)
{
    struct cupel_error err = {0};
    int64_t check = json_integer_value(json_object_get(version, "check"));
    struct client_patience patience = client_patience_begin(wait, true);
    json_t *checked = NULL;
    int r;

    int code = wait_for_check(request, &patience, check);
    if (code != CUPEL_EXIT_OK)
        return code;
    do {
        r = find_again(request, version, &checked, &err);
    } while (client_patience_again(&patience, r));
    if (r < 0)
        return client_fail_about(request, "job", check, r, &err);
    bool is_refused = strcmp(client_text(checked, "state"), "refused") == 0;
    bool is_live = strcmp(client_text(checked, "state"), "live") == 0;
    code = print(request, checked);
    if (code != CUPEL_EXIT_OK || is_live)
        return code;
    return cupel_cli_fail(request->command,
                          is_refused ? CUPEL_EXIT_GRADER : CUPEL_EXIT_PLATFORM,
                          is_refused ? "the grader is refused" : "the grader is not live");
}

static int put(const struct client_request *request, const struct publish *asked)
{
    CUPEL_AUTO_FREE char *name = NULL;
    struct cupel_error err = {0};
    json_t *version = NULL;
    int r = 0;

    if (request->operand_count != 1 || asked->course == NULL)
        return cupel_cli_usage(request->command,
                               "expected --course COURSE and a folder with grader.json; see "
                               "%s --help",
                               request->command);
    if (asked->name == NULL)
        r = read_name(request->operands[0], &name, &err);
    if (r == 0)
        r = request->client->functions->publish_grader(request->client, request->operands[0],
                                                       asked->name != NULL ? asked->name : name,
                                                       asked->course, &version, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    if (!asked->wait.given)
        return print(request, version);
    int code = wait_for(request, &asked->wait, version);
    json_decref(version);
    return code;
}

static int publish(struct client_request *request)
{
    const struct publish *asked = (const struct publish *)(const void *)request;
    bool puts = asked->course != NULL || asked->name != NULL || asked->wait.given;

    if (puts + asked->list + (asked->roll_back != 0) > 1)
        return cupel_cli_usage(
            request->command, "expected one of --course, --list and --roll-back; see %s --help",
            request->command);
    if (asked->list)
        return list(request);
    return asked->roll_back != 0 ? roll_back(request, asked->roll_back) : put(request, asked);
}

int service_publish(int argc, char **argv)
{
    static const struct client_action actions[] = {{NULL, publish, 0, 1, "one grader"}};
    static const struct client_command command = {help, options, actions};
    struct publish asked = {.roll_back = 0};

    return client_main(&command, &asked.request, argc, argv);
}
