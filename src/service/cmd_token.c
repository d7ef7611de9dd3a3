/* cupel token: who may use the service. */
#include <stdio.h>
#include <time.h>

#include "cli/cli.h"
#include "service/client_command.h"
#include "service/cmd_table.h"
#include "service/commands.h"

static const char help[] =
    "Usage: cupel token add --role ROLE --name WHO [OPTION…]   print a new token, this once\n"
    "       cupel token list\n"
    "       cupel token revoke ID\n"
    "\n"
    "Add:\n"
    "      --role ROLE         platform: all; staff: all of a course; auditor: reads all,\n"
    "                          changes nothing; needed\n"
    "      --course COURSE     of staff\n"
    "      --name WHO          whose it is, for people; needed\n"
    "      --expires TIME      how long it is good for, 90d; default: until it is revoked\n"
    "\n" CLIENT_HELP CLIENT_HELP_END
    "Example:\n"
    "  cupel token add --role staff --course c1 --name 'Ada' --expires 90d >token\n"
    "\n"
    "Exit:\n"
    "  0  all went well\n"
    "  1  platform failure: queue or server cannot be used\n"
    "  2  usage, no such token, or a token that may not do that\n";

struct token {
    struct client_request request;
    const char *course;
    const char *name;
    int role;
    int64_t expires_us; /* from now on; -1: not given */
};

enum { ADD, LIST, REVOKE, OTHER };

#define AT(member) .offset = offsetof(struct token, member), .actions = 1U << ADD

static const struct client_option options[] = {
    {.name = "role", .value = CLIENT_CHOICE, AT(role), .names = cupel_role_names},
    {.name = "course", .value = CLIENT_TEXT, AT(course)},
    {.name = "name", .value = CLIENT_TEXT, AT(name)},
    {.name = "expires", .value = CLIENT_SPAN, AT(expires_us)},
    {.name = NULL},
};

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int add(struct client_request *request)
{
    const struct token *asked = (const struct token *)(const void *)request;
    int64_t expires_us = asked->expires_us < 0 ? 0 : now_us() + asked->expires_us;
    struct cupel_error err = {0};
    json_t *token = NULL;

    if (asked->role < 0 || asked->name == NULL)
        return cupel_cli_usage(request->command, "expected --%s; see %s --help",
                               asked->role < 0 ? "role ROLE" : "name WHO", request->command);
    if (asked->expires_us == 0)
        return cupel_cli_usage(request->command, "--expires: expected a time above 0");
    int r = request->client->functions->add_token(request->client, (enum cupel_role)asked->role,
                                                  asked->course, asked->name, expires_us,
                                                  &token, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    if (request->json)
        return client_print_json(request, token);
    (void)printf("%s\n", client_text(token, "token"));
    json_decref(token);
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

static const struct client_column columns[] = {
    {"ID", false},      {"ROLE", false},    {"COURSE", false}, {"NAME", false},
    {"CREATED", false}, {"EXPIRES", false}, {"USED", false},   {"REVOKED", false},
};

static int print(json_t *tokens)
{
    static const char *const times[] = {"created_at", "expires_at", "used_at", "revoked_at"};
    struct client_table table = {.columns = columns,
                                 .column_count = sizeof(columns) / sizeof(columns[0])};
    const json_t *token;
    size_t i;

    json_array_foreach(tokens, i, token)
    {
        char buf[4][CLIENT_CELL_SIZE];
        const char *text[4];
        for (size_t k = 0; k < 4; k++)
            text[k] = client_time(token, times[k], buf[k]);
        client_table_add(&table, (const char *const[]){
                                     client_text(token, "id"), client_text(token, "role"),
                                     client_text(token, "course"), client_text(token, "name"),
                                     text[0], text[1], text[2], text[3]});
    }
    return client_table_print(&table);
}

static int list(struct client_request *request)
{
    struct cupel_error err = {0};
    json_t *list = NULL;

    int r = request->client->functions->list_tokens(request->client, &list, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    if (request->json)
        return client_print_json(request, list);
    int code = print(json_object_get(list, "tokens"));
    json_decref(list);
    return code;
}

static int revoke(struct client_request *request)
{
    struct cupel_error err = {0};

    int r =
        request->client->functions->revoke_token(request->client, request->operands[0], &err);
    return r < 0 ? client_fail(request, r, &err) : CUPEL_EXIT_OK;
}

int service_token(int argc, char **argv)
{
    static const struct client_action actions[] = {
        [ADD] = {"add", add, 0, 0, "no operand"},
        [LIST] = {"list", list, 0, 0, "no operand"},
        [REVOKE] = {"revoke", revoke, 1, 1, "the id of a token"},
        [OTHER] = {NULL, NULL, 0, 0, "add, list or revoke"},
    };
    static const struct client_command command = {help, options, actions};
    struct token asked = {.role = -1, .expires_us = -1};

    return client_main(&command, &asked.request, argc, argv);
}
