/* cupel jobs: what is in a queue. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cupel/text.h"
#include "cupel/units.h"
#include "service/client_command.h"
#include "service/cmd_table.h"
#include "service/commands.h"

#define PAGE     50
#define PAGE_MAX 1000

static const char help[] =
    "Usage: cupel jobs [OPTION…]                 list jobs, the newest first\n"
    "       cupel jobs [OPTION…] ID              all that is known of one, and its attempts\n"
    "       cupel jobs cancel ID…                end them, at once if nobody has begun\n"
    "       cupel jobs retry ID…                 try dead ones again, from their first "
    "attempt\n"
    "       cupel jobs prune --older TIME        drop those that ended so long ago, and files\n"
    "                                            that nothing names any more\n"
    "       cupel jobs courses                   courses, and their shares\n"
    "       cupel jobs course NAME [OPTION…]     set a course's share\n"
    "\n"
    "List:\n"
    "      --course COURSE     only of this course\n"
    "      --grader NAME       only of this grader\n"
    "      --learner NAME      only of this learner\n"
    "      --state STATE       waiting, ready, running, done, dead or cancelled\n"
    "      --limit N           so many at most, 1 to 1000; default: 50\n"
    "      --all               all of them\n"
    "\n"
    "Prune:\n"
    "      --older TIME        90d, 12h; on the queue itself, with --queue\n"
    "\n"
    "Course:\n"
    "      --weight N          turns that it has among courses, 1 to 1000; of new ones: 1\n"
    "      --max-running N     jobs of it at the same time; 0: no cap; of new ones: 0\n"
    "\n" CLIENT_HELP CLIENT_HELP_END
    "Example:\n"
    "  cupel jobs --course c1 --state dead\n"
    "\n"
    "Exit:\n"
    "  0  all went well\n"
    "  1  platform failure: queue or server cannot be used\n"
    "  2  usage, no such job, or a token that may not do that\n";

struct jobs {
    struct client_request request;
    const char *course;
    const char *grader;
    const char *learner;
    int state;
    bool all;
    int64_t limit;
    int64_t older_us;
    int64_t weight;
    int64_t max_running;
};

enum { CANCEL, RETRY, PRUNE, COURSES, COURSE, LIST };

#define AT(member) .offset = offsetof(struct jobs, member)

static const struct client_option options[] = {
    {.name = "course", .value = CLIENT_TEXT, AT(course), .actions = 1U << LIST},
    {.name = "grader", .value = CLIENT_TEXT, AT(grader), .actions = 1U << LIST},
    {.name = "learner", .value = CLIENT_TEXT, AT(learner), .actions = 1U << LIST},
    {.name = "state",
     .value = CLIENT_CHOICE,
     AT(state),
     .names = cupel_job_state_names,
     .actions = 1U << LIST},
    {.name = "limit",
     .value = CLIENT_NUMBER,
     AT(limit),
     .min = 1,
     .max = PAGE_MAX,
     .actions = 1U << LIST},
    {.name = "all", .value = CLIENT_FLAG, AT(all), .actions = 1U << LIST},
    {.name = "older", .value = CLIENT_SPAN, AT(older_us), .actions = 1U << PRUNE},
    {.name = "weight",
     .value = CLIENT_NUMBER,
     AT(weight),
     .min = 1,
     .max = 1000,
     .actions = 1U << COURSE},
    {.name = "max-running",
     .value = CLIENT_NUMBER,
     AT(max_running),
     .min = 0,
     .max = 1000000,
     .actions = 1U << COURSE},
    {.name = NULL},
};

static const struct jobs *of(const struct client_request *request)
{
    return (const struct jobs *)(const void *)request;
}

static const struct client_column columns[] = {
    {"ID", true},       {"AGE", true},       {"COURSE", false}, {"GRADER", false},
    {"LEARNER", false}, {"PRIORITY", false}, {"STATE", false},  {"SCORE", true},
};

static void add_row(struct client_table *table, const json_t *job)
{
    char id[CLIENT_CELL_SIZE];
    char age[CLIENT_CELL_SIZE];
    char score[CLIENT_CELL_SIZE];

    client_table_add(
        table,
        (const char *const[]){client_number(job, "id", id), client_age(job, "created_at", age),
                              client_text(job, "course"), client_text(job, "grader"),
                              client_text(job, "learner"), client_text(job, "priority"),
                              client_text(job, "state"), client_score(job, score)});
}

static int print_list(const struct client_request *request, json_t *list)
{
    struct client_table table = {.columns = columns,
                                 .column_count = sizeof(columns) / sizeof(columns[0])};
    json_t *job;
    size_t i;

    if (request->json)
        return client_print_json(request, list);
    json_array_foreach(json_object_get(list, "jobs"), i, job) add_row(&table, job);
    json_decref(list);
    return client_table_print(&table);
}

/* The number behind which the next page begins; 0: there is none. */
static int64_t next_of(const json_t *page)
{
    const char *next = json_string_value(json_object_get(page, "next"));
    uint64_t number = 0;

    return next != NULL && cupel_cli_parse_number(next, 1, INT64_MAX, &number) ? (int64_t)number
                                                                               : 0;
}

static int list(struct client_request *request)
{
    const struct jobs *asked = of(request);
    struct cupel_job_filter filter = {.course = asked->course,
                                      .grader = asked->grader,
                                      .learner = asked->learner,
                                      .kind = -1,
                                      .state = asked->state,
                                      .limit = asked->all ? PAGE_MAX : (size_t)asked->limit};
    json_t *jobs = json_array();
    json_t *next = NULL;

    do {
        struct cupel_error err = {0};
        json_t *page = NULL;
        int r = request->client->functions->list_jobs(request->client, &filter, &page, &err);
        if (r < 0) {
            json_decref(jobs);
            json_decref(next);
            return client_fail(request, r, &err);
        }
        (void)json_array_extend(jobs, json_object_get(page, "jobs"));
        json_decref(next);
        next = json_incref(json_object_get(page, "next"));
        filter.before = next_of(page);
        json_decref(page);
    } while (asked->all && filter.before != 0);
    return print_list(request, json_pack("{s:o, s:o}", "jobs", jobs, "next",
                                         next != NULL ? next : json_null()));
}

static void print_line(const char *name, const char *text)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    (void)printf("%-12s  %s\n", name, cupel_text_excerpt(text, excerpt));
}

static void print_texts(const json_t *job)
{
    static const char *const keys[] = {"kind",   "course", "priority", "state",      "status",
                                       "grader", "tree",   "learner",  "submission", "worker"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *text = json_string_value(json_object_get(job, keys[i]));
        /* What is longer than an excerpt is a hash, to be copied. */
        if (text != NULL && cupel_text_is_utf8(text, strlen(text)) && strlen(text) == 64 &&
            strspn(text, "0123456789abcdef") == 64)
            (void)printf("%-12s  %s\n", keys[i], text);
        else if (text != NULL)
            print_line(keys[i], text);
    }
}

static void print_attempts(const json_t *job)
{
    char leased[CLIENT_CELL_SIZE];
    char ended[CLIENT_CELL_SIZE];
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const json_t *attempt;
    size_t i;

    json_array_foreach(json_object_get(job, "attempts_made"), i, attempt)
    {
        const char *why = json_string_value(json_object_get(attempt, "why"));
        (void)printf("attempt %zu     %s to %s by %s", i + 1,
                     client_time(attempt, "leased_at", leased),
                     client_time(attempt, "ended_at", ended),
                     cupel_text_excerpt(client_text(attempt, "worker"), excerpt));
        (void)printf("%s%s\n", why != NULL ? ": " : "",
                     why != NULL ? cupel_text_excerpt(why, excerpt) : "");
    }
}

static int print_job(const json_t *job)
{
    static const char *const times[] = {"created_at", "started_at", "finished_at", "not_before",
                                        "deadline"};
    static const char *const numbers[] = {"attempts", "failures", "regrade", "original",
                                          "current"};
    char buf[CLIENT_CELL_SIZE];

    print_line("id", client_number(job, "id", buf));
    print_texts(job);
    print_line("score", client_score(job, buf));
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        if (json_is_string(json_object_get(job, times[i])))
            print_line(times[i], client_time(job, times[i], buf));
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (json_is_integer(json_object_get(job, numbers[i])))
            print_line(numbers[i], client_number(job, numbers[i], buf));
    }
    if (json_is_string(json_object_get(job, "why")))
        print_line("why", client_text(job, "why"));
    print_attempts(job);
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

static int show(struct client_request *request)
{
    struct cupel_error err = {0};
    json_t *job = NULL;
    int64_t id = 0;

    if (!client_parse_id(request, request->operands[0], &id))
        return CUPEL_EXIT_USAGE;
    int r = request->client->functions->get_job(request->client, id, &job, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    if (request->json)
        return client_print_json(request, job);
    int code = print_job(job);
    json_decref(job);
    return code;
}

static int list_or_show(struct client_request *request)
{
    return request->operand_count == 0 ? list(request) : show(request);
}

typedef int change_job(struct client *client, int64_t id, json_t **ret,
                       struct cupel_error *err);

static int change_one(const struct client_request *request, change_job *change, int64_t id)
{
    struct cupel_error err = {0};
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    json_t *job = NULL;

    int r = change(request->client, id, &job, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    if (request->json)
        return client_print_json(request, job);
    bool is_ending = json_is_true(json_object_get(job, "cancelling"));
    (void)printf("%" PRId64 " %s\n", id,
                 is_ending ? "running, is being ended"
                           : cupel_text_excerpt(client_text(job, "state"), excerpt));
    json_decref(job);
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

/* All of them, whatever becomes of one; the first failure is the exit code. */
static int change_all(struct client_request *request, change_job *change)
{
    int code = CUPEL_EXIT_OK;
    int64_t id = 0;

    for (int i = 0; i < request->operand_count; i++) {
        if (!client_parse_id(request, request->operands[i], &id))
            return CUPEL_EXIT_USAGE;
    }
    for (int i = 0; i < request->operand_count; i++) {
        int one = client_parse_id(request, request->operands[i], &id)
                      ? change_one(request, change, id)
                      : CUPEL_EXIT_USAGE;
        code = code == CUPEL_EXIT_OK ? one : code;
    }
    return code;
}

static int cancel(struct client_request *request)
{
    return change_all(request, request->client->functions->cancel_job);
}

static int retry(struct client_request *request)
{
    return change_all(request, request->client->functions->retry_job);
}

static int prune(struct client_request *request)
{
    struct cupel_error err = {0};
    json_t *pruned = NULL;
    char size[64];

    if (of(request)->older_us < 0)
        return cupel_cli_usage(request->command, "expected --older TIME; see %s --help",
                               request->command);
    int r = request->client->functions->prune(request->client, of(request)->older_us, &pruned,
                                              &err);
    if (r < 0)
        return client_fail(request, r, &err);
    if (request->json)
        return client_print_json(request, pruned);
    int64_t bytes = json_integer_value(json_object_get(pruned, "bytes"));
    (void)printf("dropped %" PRId64 " jobs and %" PRId64 " files of %s\n",
                 (int64_t)json_integer_value(json_object_get(pruned, "jobs")),
                 (int64_t)json_integer_value(json_object_get(pruned, "blobs")),
                 cupel_units_format_bytes((uint64_t)bytes, size, sizeof(size)));
    json_decref(pruned);
    return fflush(stdout) == 0 ? CUPEL_EXIT_OK : CUPEL_EXIT_PLATFORM;
}

static const struct client_column course_columns[] = {
    {"COURSE", false}, {"WEIGHT", true}, {"MAX-RUNNING", true}};

static int print_courses(json_t *courses)
{
    struct client_table table = {.columns = course_columns, .column_count = 3};
    const json_t *course;
    size_t i;

    json_array_foreach(courses, i, course)
    {
        char weight[CLIENT_CELL_SIZE];
        char most[CLIENT_CELL_SIZE];
        bool is_capped = json_integer_value(json_object_get(course, "max_running")) > 0;
        client_table_add(
            &table, (const char *const[]){
                        client_text(course, "name"), client_number(course, "weight", weight),
                        is_capped ? client_number(course, "max_running", most) : "-"});
    }
    return client_table_print(&table);
}

static int list_courses(struct client_request *request)
{
    struct cupel_error err = {0};
    json_t *list = NULL;

    int r = request->client->functions->list_courses(request->client, &list, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    if (request->json)
        return client_print_json(request, list);
    int code = print_courses(json_object_get(list, "courses"));
    json_decref(list);
    return code;
}

/* What is not given stays as it is. */
static int64_t share_of(const json_t *list, const char *name, const char *key, int64_t given,
                        int64_t otherwise)
{
    json_t *course;
    size_t i;

    json_array_foreach(json_object_get(list, "courses"), i, course)
    {
        if (strcmp(client_text(course, "name"), name) == 0)
            otherwise = json_integer_value(json_object_get(course, key));
    }
    return given >= 0 ? given : otherwise;
}

static int set_course(struct client_request *request)
{
    const struct client_functions *functions = request->client->functions;
    const char *name = request->operands[0];
    const struct jobs *asked = of(request);
    struct cupel_error err = {0};
    json_t *list = NULL;
    json_t *course = NULL;

    if (asked->weight < 0 && asked->max_running < 0)
        return cupel_cli_usage(request->command, "expected --weight or --max-running");
    int r = functions->list_courses(request->client, &list, &err);
    if (r == 0)
        r = functions->set_course(
            request->client, name, (unsigned)share_of(list, name, "weight", asked->weight, 1),
            (unsigned)share_of(list, name, "max_running", asked->max_running, 0), &course,
            &err);
    json_decref(list);
    if (r < 0)
        return client_fail(request, r, &err);
    if (request->json)
        return client_print_json(request, course);
    json_t *courses = json_pack("[o]", course);
    int code = print_courses(courses);
    json_decref(courses);
    return code;
}

int service_jobs(int argc, char **argv)
{
    static const struct client_action actions[] = {
        [CANCEL] = {"cancel", cancel, 1, INT_MAX, "ids of jobs"},
        [RETRY] = {"retry", retry, 1, INT_MAX, "ids of jobs"},
        [PRUNE] = {"prune", prune, 0, 0, "no operand"},
        [COURSES] = {"courses", list_courses, 0, 0, "no operand"},
        [COURSE] = {"course", set_course, 1, 1, "the name of a course"},
        [LIST] = {NULL, list_or_show, 0, 1, "at most the id of one job"},
    };
    static const struct client_command command = {help, options, actions};
    struct jobs asked = {
        .state = -1, .limit = PAGE, .older_us = -1, .weight = -1, .max_running = -1};

    return client_main(&command, &asked.request, argc, argv);
}
