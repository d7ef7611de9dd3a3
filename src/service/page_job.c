/* One job: what it is, its attempts, and how far it has come. */
#include "service/page_job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/units.h"
#include "render/html_text.h"
#include "service/page.h"
#include "service/page_parts.h"
#include "service/page_progress.h"
#include "service/page_routes.h"

int page_find_job(const struct http_request *request, struct cupel_job **ret,
                  struct cupel_error *err)
{
    struct cupel_job *job = NULL;
    int64_t id = 0;

    int r = page_read_id(request, "job", &id, err);
    if (r == 0)
        r = cupel_queue_get(request->queue, id, &job, err);
    if (r != 0)
        return r;
    if (http_may_read(request->who, job->course)) {
        *ret = job;
        return 0;
    }
    cupel_job_free(job);
    /* As where there is none. */
    (void)cupel_fail(err, -ENOENT, "there is no job %" PRId64, id);
    return -ENOENT;
}

static bool has_ended(const struct cupel_job *job)
{
    return job->state >= CUPEL_JOB_DONE;
}

static void put_resources(struct page *page, const struct cupel_job *job)
{
    char text[32];

    page_fact(page, "Memory", cupel_units_format_bytes(job->memory_bytes, text, sizeof(text)));
    page_open_fact(page, "Processors");
    page_format(page, "%.3g", (double)job->cpus_milli / 1000);
    page_close_fact(page);
    page_open_fact(page, "Failures of the platform");
    page_format(page, "%u of at most %u", job->failures, job->attempts);
    page_close_fact(page);
}

static void put_facts(struct page *page, const struct cupel_job *job)
{
    page_format(page, "<h2>Details</h2>\n");
    page_open_facts(page);
    page_fact(page, "Kind", cupel_job_kind_names[job->kind]);
    page_fact(page, "Course", job->course);
    if (job->grader != NULL) {
        page_open_fact(page, "Grader");
        page_link(page, "/graders/", job->grader);
        page_close_fact(page);
    }
    page_fact(page, "Learner", job->learner);
    page_fact(page, "Priority", cupel_job_priority_names[job->priority]);
    page_time_fact(page, "Added", job->created_us);
    if (job->state == CUPEL_JOB_WAITING)
        page_time_fact(page, "Not before", job->not_before_us);
    page_time_fact(page, "Deadline", job->deadline_us);
    page_time_fact(page, "Begun", job->started_us);
    page_time_fact(page, "Ended", job->finished_us);
    page_fact(page, "Worker", job->worker);
    put_resources(page, job);
    if (job->regrade != 0) {
        page_open_fact(page, "Regrade");
        page_format(page, "<a href=\"/regrades/%jd\">%jd</a>", (intmax_t)job->regrade,
                    (intmax_t)job->regrade);
        page_close_fact(page);
    }
    page_job_fact(page, "Grades again the submission of job", job->original);
    if (job->current != job->id)
        page_job_fact(page, "The score that counts is of job", job->current);
    page_fact(page, "Idempotency key", job->idempotency_key);
    page_code_fact(page, "Submission (SHA-256)", job->submission);
    page_code_fact(page, "Files of the grader (SHA-256)", job->tree);
    page_close_facts(page);
}

static void put_state(struct page *page, const struct cupel_job *job)
{
    bool cancelling = job->cancel && job->state == CUPEL_JOB_RUNNING;

    page_format(page, "<p>");
    page_state(page, cancelling ? "cancelling" : cupel_job_state_names[job->state]);
    if (job->status != NULL) {
        page_format(page, " ");
        page_state(page, job->status);
    }
    if (job->has_score) {
        page_format(page, " <b>");
        page_points(page, true, job->score_micro, job->max_score_micro);
        page_format(page, "</b> points");
    }
    page_format(page, "</p>\n");
    if (job->why != NULL) {
        page_format(page, "<p class=\"notice\">It failed last: ");
        html_text(page, job->why);
        page_format(page, "</p>\n");
    }
    if (job->result == NULL)
        return;
    page_format(page, "<p>Result: <a href=\"/jobs/%jd/result?view=staff\">all of it</a>",
                (intmax_t)job->id);
    if (job->kind == CUPEL_JOB_GRADE)
        page_format(page,
                    ", or <a href=\"/jobs/%jd/result?view=learner\">what the learner"
                    " sees</a>",
                    (intmax_t)job->id);
    page_format(page, "</p>\n");
}

/* What may be done with it, by this reader. */
static void put_action(struct page *page, const struct http_request *request,
                       const struct cupel_job *job)
{
    bool is_dead = job->state == CUPEL_JOB_DEAD;

    if ((has_ended(job) && !is_dead) || (job->cancel && !is_dead) ||
        !http_may_change(request->who, job->course))
        return;
    page_format(page,
                "<form class=\"actions\" method=\"post\" action=\"/jobs/%jd/%s\">\n"
                "<button%s>%s this job</button>\n</form>\n",
                (intmax_t)job->id, is_dead ? "retry" : "cancel",
                is_dead ? "" : " class=\"bad\"", is_dead ? "Retry" : "Cancel");
}

static void put_attempt(struct page *page, const struct cupel_attempt *attempt, size_t number)
{
    page_format(page, "<tr>");
    page_number_cell(page, (int64_t)number);
    page_cell(page, attempt->worker);
    page_time_cell(page, attempt->leased_us);
    page_format(page, "<td class=\"n\">");
    if (attempt->ended_us > 0)
        page_duration(page, attempt->ended_us - attempt->leased_us);
    else
        page_format(page, "–");
    page_format(page, "</td>");
    if (attempt->ended_us == 0)
        page_state_cell(page, "running");
    else if (attempt->why == NULL)
        page_state_cell(page, "done");
    else
        page_cell(page, attempt->why);
    page_format(page, "</tr>\n");
}

static void put_attempts(struct page *page, const struct cupel_attempt_list *attempts)
{
    static const char *const columns[] = {"#Attempt", "Worker",  "Begun",
                                          "#Took",    "Outcome", NULL};

    page_format(page, "<h2>Attempts</h2>\n");
    if (attempts->count == 0) {
        page_format(page, "<p>No worker has begun it yet.</p>\n");
        return;
    }
    page_open_table(page, "Attempts, the first first", columns);
    for (size_t i = 0; i < attempts->count; i++)
        put_attempt(page, &attempts->items[i], i + 1);
    page_close_table(page);
}

static unsigned reload_of(const struct cupel_job *job)
{
    if (job->state == CUPEL_JOB_RUNNING)
        return PAGE_RELOAD_BUSY_S;
    return job->state == CUPEL_JOB_READY ? PAGE_RELOAD_S : 0;
}

static int answer(const struct http_request *request, const struct cupel_job *job,
                  const struct cupel_attempt_list *attempts, struct http_answer *ret,
                  struct cupel_error *err)
{
    char title[32];
    const struct page_head head = {
        .title = title, .place = "/jobs", .reload_s = reload_of(job)};
    struct cupel_event_list events = {.count = 0};
    bool is_running = job->state == CUPEL_JOB_RUNNING;
    struct page page;

    (void)snprintf(title, sizeof(title), "Job %" PRId64, job->id);
    int r = is_running ? cupel_queue_last_events(request->queue, job->id, job->token,
                                                 PAGE_PROGRESS_MAX, &events, err)
                       : 0;
    if (r != 0)
        return r;
    page_begin(&page, request, &head);
    put_state(&page, job);
    put_action(&page, request, job);
    if (is_running)
        page_put_progress(&page, &events);
    cupel_event_list_clear(&events);
    put_facts(&page, job);
    put_attempts(&page, attempts);
    return page_end(&page, 200, ret, err);
}

int page_job(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_attempt_list attempts = {.count = 0};
    struct cupel_job *job = NULL;

    int r = page_find_job(request, &job, err);
    if (r == 0)
        r = cupel_queue_list_attempts(request->queue, job->id, &attempts, err);
    if (r == 0)
        r = answer(request, job, &attempts, ret, err);
    cupel_attempt_list_clear(&attempts);
    cupel_job_free(job);
    return r;
}

static int change(struct http_request *request,
                  int (*function)(struct cupel_queue *queue, int64_t id,
                                  struct cupel_error *err),
                  struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_job *job = NULL;
    char address[64];

    int r = page_check_origin(request, err);
    if (r == 0)
        r = page_find_job(request, &job, err);
    if (r != 0)
        return r;
    (void)snprintf(address, sizeof(address), "/jobs/%" PRId64, job->id);
    if (!http_may_change(request->who, job->course))
        r = cupel_fail(err, -EACCES, "job %" PRId64 ": its course's staff may do that",
                       job->id);
    if (r == 0)
        r = function(request->queue, job->id, err);
    cupel_job_free(job);
    return r < 0 ? r : page_redirect(ret, address, err);
}

static int cancel(struct cupel_queue *queue, int64_t id, struct cupel_error *err)
{
    enum cupel_job_state state = CUPEL_JOB_STATES;

    return cupel_queue_cancel(queue, id, &state, err);
}

int page_cancel_job(struct http_request *request, struct http_answer *ret,
                    struct cupel_error *err)
{
    return change(request, cancel, ret, err);
}

int page_retry_job(struct http_request *request, struct http_answer *ret,
                   struct cupel_error *err)
{
    return change(request, cupel_queue_retry, ret, err);
}
