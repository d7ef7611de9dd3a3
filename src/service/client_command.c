#include "service/client_command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/text.h"
#include "cupel/units.h"
#include "service/client_place.h"
#include "service/http_parse.h"

#define OPTIONS_MAX 32
#define FIRST_ID    256 /* of getopt's, above all letters */
#define DAY_US      (INT64_C(24) * 3600 * 1000000)
#define SPAN_MAX_US (36500 * DAY_US)

static const struct client_option common_options[] = {
    {.name = "queue", .value = CLIENT_PATH, .offset = offsetof(struct client_request, queue)},
    {.name = "server", .value = CLIENT_PATH, .offset = offsetof(struct client_request, server)},
    {.name = "token-file",
     .value = CLIENT_PATH,
     .offset = offsetof(struct client_request, token_file)},
    {.name = "ca-file",
     .value = CLIENT_PATH,
     .offset = offsetof(struct client_request, ca_file)},
    {.name = "json", .value = CLIENT_FLAG, .offset = offsetof(struct client_request, json)},
    {.name = "help",
     .letter = 'h',
     .value = CLIENT_FLAG,
     .offset = offsetof(struct client_request, help)},
    {.name = NULL},
};

/* The options of a command as getopt(3) takes them. */
struct parser {
    struct client_request *request;
    const struct client_option *known[OPTIONS_MAX];
    const struct client_option *given[OPTIONS_MAX];
    size_t count;
    size_t given_count;
    struct option options[OPTIONS_MAX + 1];
    char letters[2 * OPTIONS_MAX + 1];
};

static void add_options(struct parser *parser, const struct client_option *options)
{
    for (; options->name != NULL && parser->count < OPTIONS_MAX; options++) {
        size_t i = parser->count++;
        int has_argument = options->value == CLIENT_FLAG   ? no_argument
                           : options->value == CLIENT_WAIT ? optional_argument
                                                           : required_argument;
        parser->known[i] = options;
        parser->options[i] =
            (struct option){options->name, has_argument, NULL, FIRST_ID + (int)i};
        if (options->letter != 0) {
            size_t len = strlen(parser->letters);
            parser->letters[len] = (char)options->letter;
            parser->letters[len + 1] = has_argument == no_argument ? '\0' : ':';
        }
    }
}

static const struct client_option *find_option(const struct parser *parser, int id)
{
    for (size_t i = 0; i < parser->count; i++) {
        if (id == FIRST_ID + (int)i || (id != 0 && id == parser->known[i]->letter))
            return parser->known[i];
    }
    return NULL; /* getopt(3) has told */
}

static int parse_days(const char *text, int64_t *ret)
{
    char *end = NULL;

    if (text[0] < '0' || text[0] > '9')
        return -EINVAL;
    errno = 0;
    long long days = strtoll(text, &end, 10);
    while (*end == ' ')
        end++;
    if (errno != 0 || strcmp(end, "d") != 0 || days > SPAN_MAX_US / DAY_US)
        return -EINVAL;
    *ret = days * DAY_US;
    return 0;
}

static bool parse_span(const struct client_request *request, const char *name, const char *text,
                       int64_t *ret)
{
    uint64_t ns = 0;

    if (parse_days(text, ret) == 0)
        return true;
    if (cupel_units_parse_duration(text, &ns, NULL) == 0) {
        *ret = (int64_t)(ns / CUPEL_NS_PER_US);
        return true;
    }
    (void)cupel_cli_usage(request->command,
                          "--%s %s: expected a time with its unit, ms, s, min, h or d: 90d",
                          name, text);
    return false;
}

static bool parse_number(const struct client_request *request,
                         const struct client_option *option, const char *text, int64_t *ret)
{
    uint64_t number = 0;

    if (!cupel_cli_parse_number(text, (uint64_t)option->min, (uint64_t)option->max, &number)) {
        (void)cupel_cli_usage(request->command,
                              "--%s %s: expected a number from %" PRId64 " to %" PRId64,
                              option->name, text, option->min, option->max);
        return false;
    }
    *ret = (int64_t)number;
    return true;
}

static bool parse_choice(const struct client_request *request,
                         const struct client_option *option, const char *text, int *ret)
{
    char name[64];
    size_t choice = 0;

    (void)snprintf(name, sizeof(name), "--%s", option->name);
    if (!cupel_cli_parse_choice(request->command, name, text, option->names, &choice))
        return false;
    *ret = (int)choice;
    return true;
}

static bool parse_text(const struct client_request *request, const struct client_option *option,
                       const char *text, const char **ret)
{
    if (option->value == CLIENT_TEXT &&
        (text[0] == '\0' || !cupel_text_is_utf8(text, strlen(text)))) {
        (void)cupel_cli_usage(request->command, "--%s: expected text in UTF-8, not empty",
                              option->name);
        return false;
    }
    *ret = text;
    return true;
}

static bool parse_time(const struct client_request *request, const struct client_option *option,
                       const char *text, int64_t *ret)
{
    struct cupel_error err = {0};
    char name[64];

    (void)snprintf(name, sizeof(name), "--%s", option->name);
    if (http_parse_time(name, text, ret, &err) == 0)
        return true;
    (void)cupel_cli_usage(request->command, "%s", err.text);
    return false;
}

static bool parse_wait(const struct client_request *request, const char *name, const char *text,
                       struct client_wait *ret)
{
    *ret = (struct client_wait){.given = true, .limit_us = CLIENT_NO_LIMIT};
    return text == NULL || parse_span(request, name, text, &ret->limit_us);
}

static bool parse_value(struct client_request *request, const struct client_option *option,
                        const char *text)
{
    void *target = (char *)request + option->offset;

    switch (option->value) {
    case CLIENT_FLAG:
        *(bool *)target = true;
        return true;
    case CLIENT_TEXT:
    case CLIENT_PATH:
        return parse_text(request, option, text, target);
    case CLIENT_NUMBER:
        return parse_number(request, option, text, target);
    case CLIENT_CHOICE:
        return parse_choice(request, option, text, target);
    case CLIENT_TIME:
        return parse_time(request, option, text, target);
    case CLIENT_SPAN:
        return parse_span(request, option->name, text, target);
    case CLIENT_WAIT:
        return parse_wait(request, option->name, text, target);
    }
    return false;
}

/* false with one line on standard error. */
static bool parse_options(struct parser *parser, int argc, char **argv)
{
    int id;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): commands have one thread */
    while ((id = getopt_long(argc, argv, parser->letters, parser->options, NULL)) != -1) {
        const struct client_option *option = find_option(parser, id);
        if (option == NULL || !parse_value(parser->request, option, optarg))
            return false;
        if (parser->given_count < OPTIONS_MAX)
            parser->given[parser->given_count++] = option;
    }
    parser->request->operands = argv + optind;
    parser->request->operand_count = argc - optind;
    return true;
}

/* The action that the first operand names, which is taken off; the last one otherwise. */
static size_t find_action(const struct client_action *actions, struct client_request *request)
{
    size_t i = 0;

    for (; actions[i].name != NULL; i++) {
        if (request->operand_count > 0 && strcmp(request->operands[0], actions[i].name) == 0) {
            request->operands++;
            request->operand_count--;
            return i;
        }
    }
    return i;
}

static bool check_options(const struct parser *parser, size_t action)
{
    for (size_t i = 0; i < parser->given_count; i++) {
        const struct client_option *option = parser->given[i];
        if (option->actions != 0 && (option->actions & (1U << action)) == 0) {
            (void)cupel_cli_usage(parser->request->command,
                                  "--%s has no meaning here; see %s --help", option->name,
                                  parser->request->command);
            return false;
        }
    }
    return true;
}

static bool check_operands(const struct client_request *request,
                           const struct client_action *action)
{
    if (action->function != NULL && request->operand_count >= action->min_operands &&
        request->operand_count <= action->max_operands)
        return true;
    (void)cupel_cli_usage(request->command, "expected %s; see %s --help", action->expected,
                          request->command);
    return false;
}

static int act(const struct client_action *action, struct client_request *request)
{
    struct cupel_error err = {0};

    int r = client_place_open(request, &request->client, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    int code = action->function(request);
    request->client->functions->close(request->client);
    return code;
}

int client_main(const struct client_command *command, struct client_request *request, int argc,
                char **argv)
{
    struct parser parser = {.request = request};
    struct cupel_error err = {0};

    request->command = argv[0];
    add_options(&parser, command->options);
    add_options(&parser, common_options);
    if (!parse_options(&parser, argc, argv))
        return CUPEL_EXIT_USAGE;
    if (request->help)
        return cupel_cli_write(NULL, command->help, &err) < 0 ? CUPEL_EXIT_PLATFORM
                                                              : CUPEL_EXIT_OK;
    size_t action = find_action(command->actions, request);
    if (command->actions[action].name != NULL) {
        (void)snprintf(request->action, sizeof(request->action), "%s %s", argv[0],
                       command->actions[action].name);
        request->command = request->action;
    }
    if (!check_operands(request, &command->actions[action]) || !check_options(&parser, action))
        return CUPEL_EXIT_USAGE;
    return act(&command->actions[action], request);
}

static bool is_usage(int r)
{
    static const int codes[] = {EINVAL, EACCES, ENOENT, EEXIST, EBUSY, ESTALE, EFBIG};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (r == -codes[i])
            return true;
    }
    return false;
}

int client_fail(const struct client_request *request, int r, const struct cupel_error *err)
{
    return cupel_cli_fail(request->command,
                          is_usage(r) ? CUPEL_EXIT_USAGE : CUPEL_EXIT_PLATFORM, "%s",
                          err->text);
}

int client_fail_about(const struct client_request *request, const char *what, int64_t id, int r,
                      const struct cupel_error *err)
{
    struct cupel_error named = {0};

    if (r == -ENOENT || r == -ETIME) /* which name it */
        return client_fail(request, r, err);
    return client_fail(
        request, cupel_fail(&named, r, "%s %" PRId64 ": %s", what, id, err->text), &named);
}

int client_print_json(const struct client_request *request, json_t *document)
{
    CUPEL_AUTO_FREE char *text = cupel_render_json_text(document);
    struct cupel_error err = {0};

    json_decref(document);
    if (text == NULL)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "out of memory");
    if (cupel_cli_write(NULL, text, &err) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    return CUPEL_EXIT_OK;
}

bool client_parse_id(const struct client_request *request, const char *text, int64_t *ret)
{
    uint64_t id = 0;

    if (!cupel_cli_parse_number(text, 1, INT64_MAX, &id)) {
        (void)cupel_cli_usage(request->command, "%s: expected an id, a whole number from 1 on",
                              text);
        return false;
    }
    *ret = (int64_t)id;
    return true;
}
