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

/* One line of a terminal that is written over. */
struct progress {
    bool shown;
    int64_t id;
    unsigned attempts;
};

static void tell(void *owner, const json_t *event)
{
    struct progress *progress = owner;
    const char *kind = client_text(event, "event");

    if (!progress->shown)
        return;
    if (strcmp(kind, "attempt") == 0) {
        progress->attempts++;
        (void)fprintf(stderr, CLEAR_LINE "job %" PRId64 ": running", progress->id);
        if (progress->attempts > 1)
            (void)fprintf(stderr, ", attempt %u", progress->attempts);
    } else {
        char done[CLIENT_CELL_SIZE];
        char total[CLIENT_CELL_SIZE];
        (void)fprintf(stderr, CLEAR_LINE "job %" PRId64 ": %s of %s steps", progress->id,
                      client_number(event, "done", done), client_number(event, "total", total));
    }
    (void)fflush(stderr);
}

static int watch(const struct client_request *request, const struct client_wait *wait,
                 int64_t id)
{
    struct progress progress = {.shown = isatty(STDERR_FILENO), .id = id};
    const struct client_watch watch = {
        .limit_us = wait->limit_us, .tell = tell, .owner = &progress};
    struct cupel_error err = {0};
    char span[64];

    if (progress.shown)
        (void)fprintf(stderr, "job %" PRId64 ": waiting", id);
    int r = request->client->functions->watch_job(request->client, id, &watch, &err);
    if (progress.shown)
        (void)fputs(CLEAR_LINE, stderr);
    if (r == -ETIME)
        return cupel_cli_fail(
            request->command, CUPEL_EXIT_PLATFORM, "job %" PRId64 " has not ended after %s", id,
            cupel_units_format_duration((uint64_t)wait->limit_us * CUPEL_NS_PER_US, span,
                                        sizeof(span)));
    return r < 0 ? client_fail(request, r, &err) : CUPEL_EXIT_OK;
}

int client_wait(const struct client_request *request, const struct client_wait *wait,
                int64_t id, json_t **ret)
{
    struct cupel_error err = {0};
    json_t *job = NULL;

    int r = request->client->functions->get_job(request->client, id, &job, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    if (wait->given && !client_has_ended(job)) {
        json_decref(job);
        job = NULL;
        int code = watch(request, wait, id);
        if (code != CUPEL_EXIT_OK)
            return code;
        r = request->client->functions->get_job(request->client, id, &job, &err);
        if (r < 0)
            return client_fail(request, r, &err);
    }
    *ret = job;
    return CUPEL_EXIT_OK;
}

/* Why there is none. */
static int has_no_result(const struct client_request *request, int64_t id, const json_t *job)
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
    if (cupel_text_clean(text, strlen(text), 4096, &why) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "out of memory");
    return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM,
                          "platform failure: job %" PRId64 " is dead: %s", id, why);
}

static int print_rendered(const struct client_request *request,
                          const struct client_result *result, const json_t *document,
                          struct cupel_error *err)
{
    struct cupel_result graded = {0};
    bool colour = result->output == NULL && isatty(STDOUT_FILENO) && cupel_cli_likes_colour();

    int r = cupel_render_read_result(document, &graded, err);
    if (r < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "the result: %s",
                              err->text);
    r = cli_print_result((enum cli_format)result->format, &graded,
                         result->view == 0 ? CUPEL_VIEW_STAFF : CUPEL_VIEW_LEARNER, colour,
                         result->output, err);
    cupel_result_clear(&graded);
    return r < 0 ? cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err->text)
                 : CUPEL_EXIT_OK;
}

/* What staff see as JSON is printed as it was made. */
static int print_text(const struct client_request *request, const struct client_result *result,
                      const char *text, size_t len, const json_t *document)
{
    struct cupel_error err = {0};

    if (result->format != CLI_FORMAT_JSON || result->view != 0)
        return print_rendered(request, result, document, &err);
    if (cupel_cli_write_bytes(result->output, text, len, &err) < 0)
        return cupel_cli_fail(request->command, CUPEL_EXIT_PLATFORM, "%s", err.text);
    return CUPEL_EXIT_OK;
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
                           const struct client_result *result, int64_t id, const json_t *job)
{
    const char *kind = client_text(job, "kind");
    CUPEL_AUTO_FREE char *text = NULL;
    struct cupel_error err = {0};
    size_t len = 0;

    if (!json_is_true(json_object_get(job, "has_result")))
        return has_no_result(request, id, job);
    if (strcmp(kind, "grade") != 0 && (result->format != CLI_FORMAT_JSON || result->view != 0))
        return cupel_cli_usage(request->command,
                               "job %" PRId64
                               " grades no submission: its result is JSON, for "
                               "staff",
                               id);
    int r = request->client->functions->get_result(request->client, id, &text, &len, &err);
    if (r < 0)
        return client_fail(request, r, &err);
    json_t *document = json_loadb(text, len, 0, NULL);
    int code = print_text(request, result, text, len, document);
    if (code == CUPEL_EXIT_OK)
        code = code_of(request, job, document);
    json_decref(document);
    return code;
}

int client_print_result(const struct client_request *request,
                        const struct client_result *result, int64_t id)
{
    json_t *job = NULL;

    int code = client_wait(request, &result->wait, id, &job);
    if (code != CUPEL_EXIT_OK)
        return code;
    code = print_result_of(request, result, id, job);
    json_decref(job);
    return code;
}
