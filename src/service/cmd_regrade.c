/* cupel regrade: grade again with another version of a grader, and compare before it counts. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "cli/cli.h"
#include "service/client_command.h"
#include "service/cmd_table.h"
#include "service/commands.h"

#define LOOK_AGAIN_S 1

static const char help[] =
    "Usage: cupel regrade [OPTION…] GRADER          grade its submissions again\n"
    "       cupel regrade show ID                   how far it is, and what it would change\n"
    "       cupel regrade items [--changed] ID      each submission: old and new score\n"
    "       cupel regrade publish ID                let the new scores count\n"
    "       cupel regrade withdraw ID               drop it; the old scores stay\n"
    "       cupel regrade list                      all of them, the newest first\n"
    "\n"
    "Regrade:\n"
    "      --from N            only what this version has graded; default: any other\n"
    "      --to N              version to grade with; default: the live one\n"
    "      --sample N          so many, taken at random; default: all\n"
    "      --wait[=TIME]       wait until all are graded, so long at most\n"
    "\n"
    "Items:\n"
    "      --changed           only where the score would be another, or the first\n"
    "\n" CLIENT_HELP CLIENT_HELP_END
    "Example:\n"
    "  cupel regrade --sample 100 --wait fibonacci\n"
    "\n"
    "Exit:\n"
    "  0  all went well\n"
    "  1  platform failure: queue or server cannot be used, or it has not ended in time\n"
    "  2  usage, nothing to grade again, jobs that have not ended, or a token that may not do\n"
    "     that\n";

struct regrade {
    struct client_request request;
    struct client_wait wait;
    int64_t from;
    int64_t to;
    int64_t sample;
    bool changed;
};

enum { SHOW, ITEMS, PUBLISH, WITHDRAW, LIST, ADD };

#define AT(member) .offset = offsetof(struct regrade, member), .min = 1, .max = INT64_MAX

static const struct client_option options[] = {
    {.name = "from", .value = CLIENT_NUMBER, AT(from), .actions = 1U << ADD},
    {.name = "to", .value = CLIENT_NUMBER, AT(to), .actions = 1U << ADD},
    {.name = "sample", .value = CLIENT_NUMBER, AT(sample), .actions = 1U << ADD},
    {.name = "wait", .value = CLIENT_WAIT, AT(wait), .actions = 1U << ADD},
    {.name = "changed", .value = CLIENT_FLAG, AT(changed), .actions = 1U << ITEMS},
    {.name = NULL},
};

static const struct client_column columns[] = {
    {"ID", true},    {"GRADER", false}, {"FROM", true},    {"TO", true},     {"STATE", false},
    {"ENDED", true}, {"GRADED", true},  {"CHANGED", true}, {"HIGHER", true}, {"LOWER", true},
};

static void add_row(struct client_table *table, const json_t *regrade)
{
    static const char *const keys[] = {"id",     "from",    "to",     "ended", "total",
                                       "graded", "changed", "higher", "lower"};
    enum { ID, FROM, TO, ENDED, TOTAL, GRADED, CHANGED, HIGHER, LOWER, COUNT };
    char buf[COUNT][CLIENT_CELL_SIZE];
    const char *text[COUNT];
    char ended[2 * CLIENT_CELL_SIZE];

    for (size_t i = 0; i < COUNT; i++)
        text[i] = client_number(regrade, keys[i], buf[i]);
    (void)snprintf(ended, sizeof(ended), "%s/%s", text[ENDED], text[TOTAL]);
    client_table_add(table,
                     (const char *const[]){
                         text[ID], client_text(regrade, "grader"),
                         json_is_null(json_object_get(regrade, "from")) ? "any" : text[FROM],
                         text[TO], client_text(regrade, "state"), ended, text[GRADED],
                         text[CHANGED], text[HIGHER], text[LOWER]});
}

/* Regrades, or one; dropped. */
static int print(const struct client_request *request, json_t *document)
{
    struct client_table table = {.columns = columns,
                                 .column_count = sizeof(columns) / sizeof(columns[0])};
    const json_t *regrade;
    size_t i;

    if (request->json)
        return client_print_json(request, document);
    const json_t *list = json_object_get(document, "regrades");
    json_array_foreach(list, i, regrade) add_row(&table, regrade);
    if (list == NULL)
        add_row(&table, document);
    json_decref(document);
    return client_table_print(&table);
}

static int print_or_fail(const struct client_request *request, int r, json_t *document,
                         const struct cupel_error *err)
{
    return r < 0 ? client_fail(request, r, err) : print(request, document);
}

static int64_t number_of(const json_t *document, const char *key)
{
    return json_integer_value(json_object_get(document, key));
}

/* Looks again now and then: nothing tells of many jobs at once. */
static int wait_for(const struct client_request *request, const struct client_wait *wait,
                    json_t *regrade)
{
    const struct timespec pause = {.tv_sec = LOOK_AGAIN_S};
    int64_t id = number_of(regrade, "id");
    struct client_patience patience = client_patience_begin(wait, true);

    while (number_of(regrade, "ended") < number_of(regrade, "total")) {
        struct cupel_error err = {0};
        int r;
        json_decref(regrade);
        regrade = NULL;
        if (client_patience_left_us(&patience) <= 0)
            return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM,
                                  "regrade %" PRId64 " has not ended in time", id);
        (void)nanosleep(&pause, NULL);
        do {
            r = request->client->functions->get_regrade(request->client, id, &regrade, &err);
        } while (client_patience_again(&patience, r));
        if (r < 0)
            return client_fail_about(request, "regrade", id, r, &err);
    }
    return print(request, regrade);
}

static int add(struct client_request *request)
{
    const struct regrade *asked = (const struct regrade *)(const void *)request;
    const struct cupel_regrade_request wanted = {.grader = request->operands[0],
                                                 .from = asked->from,
                                                 .to = asked->to,
                                                 .sample = asked->sample};
    struct cupel_error err = {0};
    json_t *regrade = NULL;

    int r = request->client->functions->regrade(request->client, &wanted, &regrade, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    return asked->wait.given ? wait_for(request, &asked->wait, regrade)
                             : print(request, regrade);
}

typedef int ask_function(struct client *client, int64_t id, json_t **ret,
                         struct cupel_error *err);

static int ask(const struct client_request *request, ask_function *function)
{
    struct cupel_error err = {0};
    json_t *regrade = NULL;
    int64_t id = 0;

    if (!client_parse_id(request, request->operands[0], &id))
        return CUPEL_EXIT_USAGE;
    int r = function(request->client, id, &regrade, &err);
    return print_or_fail(request, r, regrade, &err);
}

static int show(struct client_request *request)
{
    return ask(request, request->client->functions->get_regrade);
}

static int publish(struct client_request *request)
{
    return ask(request, request->client->functions->publish_regrade);
}

static int withdraw(struct client_request *request)
{
    return ask(request, request->client->functions->withdraw_regrade);
}

static int list(struct client_request *request)
{
    json_t *regrades = json_array();
    struct cupel_error err = {0};
    uint64_t before = 0;
    bool more = true;

    while (more) {
        json_t *page = NULL;
        int r = request->client->functions->list_regrades(request->client, (int64_t)before,
                                                          &page, &err);
        if (r < 0) {
            json_decref(regrades);
            return client_fail(request, r, &err);
        }
        (void)json_array_extend(regrades, json_object_get(page, "regrades"));
        const char *next = json_string_value(json_object_get(page, "next"));
        /* Before what there was already there is an end. */
        more = next != NULL &&
               cupel_cli_parse_number(next, 1, before == 0 ? INT64_MAX : before - 1, &before);
        json_decref(page);
    }
    return print(request, json_pack("{s:o, s:n}", "regrades", regrades, "next"));
}

static const struct client_column item_columns[] = {
    {"JOB", true},     {"ORIGINAL", true}, {"LEARNER", false}, {"STATE", false},
    {"STATUS", false}, {"OLD", true},      {"", false},        {"NEW", true}};

static int print_items(const struct client_request *request, json_t *items)
{
    struct client_table table = {.columns = item_columns,
                                 .column_count =
                                     sizeof(item_columns) / sizeof(item_columns[0])};
    const json_t *item;
    size_t i;

    if (request->json)
        return client_print_json(request, json_pack("{s:o, s:n}", "items", items, "next"));
    json_array_foreach(items, i, item)
    {
        char buf[4][CLIENT_CELL_SIZE];
        client_table_add(&table, (const char *const[]){
                                     client_number(item, "job", buf[0]),
                                     client_number(item, "original", buf[1]),
                                     client_text(item, "learner"), client_text(item, "state"),
                                     client_text(item, "status"),
                                     client_score(json_object_get(item, "old"), buf[2]), "→",
                                     client_score(json_object_get(item, "new"), buf[3])});
    }
    json_decref(items);
    return client_table_print(&table);
}

static int show_items(struct client_request *request)
{
    const struct regrade *asked = (const struct regrade *)(const void *)request;
    json_t *items = json_array();
    uint64_t after = 0;
    int64_t id = 0;
    bool more = client_parse_id(request, request->operands[0], &id);

    if (!more) {
        json_decref(items);
        return CUPEL_EXIT_USAGE;
    }
    while (more) {
        struct cupel_error err = {0};
        json_t *page = NULL;
        int r = request->client->functions->list_regrade_items(
            request->client, id, asked->changed, (int64_t)after, &page, &err);
        if (r < 0) {
            json_decref(items);
            return client_fail(request, r, &err);
        }
        (void)json_array_extend(items, json_object_get(page, "items"));
        const char *next = json_string_value(json_object_get(page, "next"));
        /* Behind what there was already there is an end. */
        more = next != NULL && cupel_cli_parse_number(next, after + 1, INT64_MAX, &after);
        json_decref(page);
    }
    return print_items(request, items);
}

int service_regrade(int argc, char **argv)
{
    static const struct client_action actions[] = {
        [SHOW] = {"show", show, 1, 1, "the id of a regrade"},
        [ITEMS] = {"items", show_items, 1, 1, "the id of a regrade"},
        [PUBLISH] = {"publish", publish, 1, 1, "the id of a regrade"},
        [WITHDRAW] = {"withdraw", withdraw, 1, 1, "the id of a regrade"},
        [LIST] = {"list", list, 0, 0, "no operand"},
        [ADD] = {NULL, add, 1, 1, "the name of a grader"},
    };
    static const struct client_command command = {help, options, actions};
    struct regrade asked = {.from = 0};

    return client_main(&command, &asked.request, argc, argv);
}
