#include "service/cmd_wait.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/result_format.h"
#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/text.h"
#include "cupel/units.h"
#include "service/cmd_table.h"

const char *const client_view_names[] = {"staff", "learner", NULL};

#define CLEAR_LINE "\r\033[K"
#define STEPS_MAX  1000000000

/* One line of a terminal that is written over. */
struct progress {
    bool shown;
    int64_t id;
    int64_t attempt;
    json_int_t done;
    json_int_t total; /* 0: not known yet */
};

static void draw(const struct progress *progress)
{
    static const char full[] = "####################";
    static const char empty[] = "--------------------";
    const int width = sizeof(full) - 1;

    (void)fprintf(stderr, CLEAR_LINE "job %" PRId64, progress->id);
    if (progress->attempt == 0) {
        (void)fputs(": waiting", stderr);
    } else if (progress->total == 0) {
        (void)fputs(": running", stderr);
    } else {
        int filled = (int)(progress->done * width / progress->total);
        (void)fprintf(stderr, " [%.*s%.*s] %" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT,
                      filled, full, width - filled, empty, progress->done, progress->total);
    }
    if (progress->attempt > 1)
        (void)fprintf(stderr, ", attempt %" PRId64, progress->attempt);
    (void)fflush(stderr);
}

/* What is told again, since a stream broke off, changes nothing. */
static void take(struct progress *progress, const json_t *event)
{
    json_int_t done = json_integer_value(json_object_get(event, "done"));
    json_int_t total = json_integer_value(json_object_get(event, "total"));
    json_int_t token = json_integer_value(json_object_get(event, "token"));

    if (strcmp(client_text(event, "event"), "attempt") != 0) {
        if (total > 0 && total <= STEPS_MAX && done >= 0 && done <= total) {
            progress->done = done;
            progress->total = total;
        }
    } else if (token != progress->attempt) {
        progress->attempt = token;
        progress->total = 0;
    }
}

static void tell(void *owner, const json_t *event)
{
    struct progress *progress = owner;

    take(progress, event);
    if (progress->shown)
        draw(progress);
}

static int watch(const struct client_request *request, struct client_patience *patience,
                 int64_t id)
{
    struct progress progress = {.shown = isatty(STDERR_FILENO), .id = id};
    const struct client_watch watch = {.patience = patience, .tell = tell, .owner = &progress};
    struct cupel_error err = {0};
    char words[96];
    char span[64];

    (void)snprintf(words, sizeof(words), "%s%s: job %" PRId64 " goes on\n",
                   progress.shown ? CLEAR_LINE : "", request->command, id);
    cupel_cli_set_last_words(words);
    if (progress.shown)
        draw(&progress);
    int r = request->client->functions->watch_job(request->client, id, &watch, &err);
    if (progress.shown)
        (void)fputs(CLEAR_LINE, stderr);
    cupel_cli_set_last_words(NULL);
    if (r == -ETIME && patience->wait.limit_us > 0)
        return cupel_cli_fail(
            request->command, CUPEL_EXIT_PLATFORM, "job %" PRId64 " has not ended after %s", id,
            cupel_units_format_duration((uint64_t)patience->wait.limit_us * CUPEL_NS_PER_US,
                                        span, sizeof(span)));
    return r < 0 ? client_fail_about(request, "job", id, r, &err) : CUPEL_EXIT_OK;
}

static int get_job(const struct client_request *request, struct client_patience *patience,
                   int64_t id, json_t **ret)
{
    struct cupel_error err = {0};
    int r;

    do {
        r = request->client->functions->get_job(request->client, id, ret, &err);
    } while (client_patience_again(patience, r));
    return r < 0 ? client_fail_about(request, "job", id, r, &err) : CUPEL_EXIT_OK;
}

int client_wait(const struct client_request *request, struct client_patience *patience,
                int64_t id, json_t **ret)
{
    json_t *job = NULL;

    int code = get_job(request, patience, id, &job);
    if (code == CUPEL_EXIT_OK && patience->wait.given && !client_has_ended(job)) {
        json_decref(job);
        code = watch(request, patience, id);
        if (code == CUPEL_EXIT_OK)
            code = get_job(request, patience, id, &job);
    }
    if (code == CUPEL_EXIT_OK)
        *ret = job;
    return code;
}

int client_has_no_result(const struct client_request *request, int64_t id, const json_t *job)
{
    const char *state = client_text(job, "state");
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    CUPEL_AUTO_FREE char *why = NULL;
    const char *text = client_text(job, "why");

    if (strcmp(state, "cancelled") == 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM,
                              "job %" PRId64 " was cancelled", id);
    if (strcmp(state, "dead") != 0)
        return cupel_cli_usage(request->command,
                               "job %" PRId64
                               " has no result yet: it is %s; --wait waits for it",
                               id, cupel_text_excerpt(state, excerpt));
    if (strcmp(text, CUPEL_WHY_LATE) == 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM,
                              "job %" PRId64 " was not begun: " CUPEL_WHY_LATE, id);
    if (cupel_text_clean(text, strlen(text), 4096, &why) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "out of memory");
    return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM,
                          "platform failure: job %" PRId64 " is dead: %s", id, why);
}

bool client_check_result(const struct client_request *request, bool printed,
                         struct client_result *result)
{
    const char *given = result->output != NULL ? "output"
                        : result->format >= 0  ? "format"
                        : result->view >= 0    ? "view"
                                               : NULL;

    if (!printed && given != NULL) {
        (void)cupel_cli_usage(request->command, "--%s has no meaning without --wait", given);
        return false;
    }
    if (request->json && result->format > CLI_FORMAT_JSON) {
        (void)cupel_cli_usage(request->command, "--json has no meaning with --format %s",
                              cli_format_names[result->format]);
        return false;
    }
    result->format = result->format < 0 ? CLI_FORMAT_JSON : result->format;
    result->view = result->view < 0 ? 0 : result->view;
    return true;
}

static int print_rendered(const struct client_result *result, const json_t *document,
                          struct cupel_error *err)
{
    struct cupel_result graded = {0};
    bool colour = result->output == NULL && isatty(STDOUT_FILENO) && cupel_cli_likes_colour();

    int r = cupel_render_read_result(document, &graded, err);
    if (r < 0)
        return r;
    r = cli_print_result((enum cli_format)result->format, &graded,
                         result->view == 0 ? CUPEL_VIEW_STAFF : CUPEL_VIEW_LEARNER, colour,
                         result->output, err);
    cupel_result_clear(&graded);
    return r;
}

/* What staff see as JSON is printed as it was made. */
static int print_text(const struct client_result *result, const char *text, size_t len,
                      const json_t *document, struct cupel_error *err)
{
    if (result->format != CLI_FORMAT_JSON || result->view != 0)
        return print_rendered(result, document, err);
    return cupel_cli_write_bytes(result->output, text, len, err);
}

/* The exit code of what became of it, with the reason on standard error if that is no result of
 * the learner's. */
static int code_of(const struct client_request *request, const json_t *job,
                   const json_t *document)
{
    const char *status = client_text(job, "status");
    const char *message = json_string_value(json_object_get(document, "message"));
    CUPEL_AUTO_FREE char *clean = NULL;

    if (message == NULL)
        message = "no reason is known";
    if (cupel_text_clean(message, strlen(message), 4096, &clean) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "out of memory");
    if (strcmp(status, "rejected") == 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_REJECTED, "submission rejected: %s",
                              clean);
    if (strcmp(status, "grader_error") == 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_GRADER, "the grader is at fault: %s",
                              clean);
    if (strcmp(status, "refused") == 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_GRADER,
                              "the grader is refused: its check did not pass");
    return CUPEL_EXIT_OK;
}

static int print_result_of(const struct client_request *request,
                           const struct client_result *result, struct client_patience *patience,
                           int64_t id, const json_t *job)
{
    const char *kind = client_text(job, "kind");
    CUPEL_AUTO_FREE char *text = NULL;
    struct cupel_error err = {0};
    size_t len = 0;
    int r;

    if (!json_is_true(json_object_get(job, "has_result")))
        return client_has_no_result(request, id, job);
    if (strcmp(kind, "grade") != 0 && (result->format != CLI_FORMAT_JSON || result->view != 0))
        return cupel_cli_usage(request->command,
                               "job %" PRId64
                               " grades no submission: its result is JSON, for "
                               "staff",
                               id);
    do {
        r = request->client->functions->get_result(request->client, id, &text, &len, &err);
    } while (client_patience_again(patience, r));
    if (r < 0)
        return client_fail_about(request, "job", id, r, &err);
    json_t *document = json_loadb(text, len, 0, NULL);
    r = print_text(result, text, len, document, &err);
    int code = r < 0 ? cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM,
                                      "job %" PRId64 ": %s", id, err.text)
                     : code_of(request, job, document);
    json_decref(document);
    return code;
}

int client_print_result(const struct client_request *request,
                        const struct client_result *result, bool was_there, int64_t id)
{
    struct client_patience patience = client_patience_begin(&result->wait, was_there);
    json_t *job = NULL;

    int code = client_wait(request, &patience, id, &job);
    if (code != CUPEL_EXIT_OK)
        return code;
    code = print_result_of(request, result, &patience, id, job);
    json_decref(job);
    return code;
}
