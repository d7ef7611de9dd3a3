#include "service/documents.h"

#include <stdio.h>
#include <time.h>

#define MICRO 1000000

json_t *document_time(int64_t us)
{
    time_t seconds = (time_t)(us / MICRO);
    struct tm parts;
    char day[32];
    char text[48];

    if (us == 0 || gmtime_r(&seconds, &parts) == NULL ||
        strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
        return json_null();
    (void)snprintf(text, sizeof(text), "%s.%06dZ", day, (int)(us % MICRO));
    return json_string(text);
}

static json_t *number_or_null(int64_t value)
{
    return value == 0 ? json_null() : json_integer(value);
}

static json_t *points(bool known, int64_t micro)
{
    return known ? json_real((double)micro / MICRO) : json_null();
}

json_t *document_job(const struct cupel_job *job)
{
    return json_pack(
        "{s:I, s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?,"
        " s:o, s:o, s:o, s:o, s:o,"
        " s:i, s:i, s:I, s:f, s:s?, s:s?, s:b,"
        " s:s?, s:o, s:o, s:b, s:s?, s:s?, s:o, s:o, s:o}",
        "id", (json_int_t)job->id, "kind", cupel_job_kind_names[job->kind], "course",
        job->course, "priority", cupel_job_priority_names[job->priority], "state",
        cupel_job_state_names[job->state], "grader", job->grader, "tree", job->tree, "learner",
        job->learner, "created_at", document_time(job->created_us), "started_at",
        document_time(job->started_us), "finished_at", document_time(job->finished_us),
        "not_before", document_time(job->not_before_us), "deadline",
        document_time(job->deadline_us), "attempts", (int)job->attempts, "failures",
        (int)job->failures, "memory_bytes", (json_int_t)job->memory_bytes, "cpus",
        (double)job->cpus_milli / 1000, "idempotency_key", job->idempotency_key, "worker",
        job->worker, "cancelling", job->cancel && job->state == CUPEL_JOB_RUNNING, "status",
        job->status, "score", points(job->has_score, job->score_micro), "max_score",
        points(job->has_score, job->max_score_micro), "has_result", job->result != NULL, "why",
        job->why, "submission", job->submission, "regrade", number_or_null(job->regrade),
        "original", number_or_null(job->original), "current", number_or_null(job->current));
}

json_t *document_attempt(const struct cupel_attempt *attempt)
{
    return json_pack("{s:I, s:s, s:o, s:o, s:s?}", "token", (json_int_t)attempt->token,
                     "worker", attempt->worker, "leased_at", document_time(attempt->leased_us),
                     "ended_at", document_time(attempt->ended_us), "why", attempt->why);
}

json_t *document_course(const struct cupel_course *course)
{
    return json_pack("{s:s, s:i, s:i}", "name", course->name, "weight", (int)course->weight,
                     "max_running", (int)course->max_running);
}

static json_t *document_depth(const struct cupel_depth *depth)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:o}", "course", depth->course, "priority",
                     cupel_job_priority_names[depth->priority], "state",
                     cupel_job_state_names[depth->state], "count", (json_int_t)depth->count,
                     "oldest_at", document_time(depth->oldest_us));
}

json_t *document_state(const struct cupel_queue_state *state)
{
    json_t *depths = json_array();
    json_t *courses = json_array();

    for (size_t i = 0; i < state->depth_count; i++)
        (void)json_array_append_new(depths, document_depth(&state->depths[i]));
    for (size_t i = 0; i < state->course_count; i++)
        (void)json_array_append_new(courses, document_course(&state->courses[i]));
    return json_pack("{s:o, s:I, s:o, s:o}", "now", document_time(state->now_us), "dead",
                     (json_int_t)state->dead, "depths", depths, "courses", courses);
}

json_t *document_grader(const struct cupel_grader_version *version)
{
    return json_pack("{s:s, s:s, s:I, s:s, s:s, s:o, s:s, s:I, s:o, s:s?}", "name",
                     version->name, "course", version->course, "version",
                     (json_int_t)version->number, "tree", version->tree, "state",
                     cupel_grader_state_names[version->state], "created_at",
                     document_time(version->created_us), "created_by", version->created_by,
                     "check", (json_int_t)version->check, "memory_bytes",
                     number_or_null((int64_t)version->memory_bytes), "why", version->why);
}

json_t *document_regrade(const struct cupel_regrade *regrade)
{
    return json_pack(
        "{s:I, s:s, s:s, s:o, s:I, s:s, s:o, s:s, s:o, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I}",
        "id", (json_int_t)regrade->id, "grader", regrade->grader, "course", regrade->course,
        "from", number_or_null(regrade->from), "to", (json_int_t)regrade->to, "tree",
        regrade->tree, "sample", number_or_null(regrade->sample), "state",
        cupel_regrade_state_names[regrade->state], "created_at",
        document_time(regrade->created_us), "created_by", regrade->created_by, "published_at",
        document_time(regrade->published_us), "total", (json_int_t)regrade->total, "ended",
        (json_int_t)regrade->ended, "graded", (json_int_t)regrade->graded, "changed",
        (json_int_t)regrade->changed, "higher", (json_int_t)regrade->higher, "lower",
        (json_int_t)regrade->lower);
}

static json_t *document_score(bool known, int64_t micro, int64_t max_micro)
{
    if (!known)
        return json_null();
    return json_pack("{s:f, s:f}", "score", (double)micro / MICRO, "max_score",
                     (double)max_micro / MICRO);
}

json_t *document_regrade_item(const struct cupel_regrade_item *item)
{
    return json_pack("{s:I, s:I, s:s, s:s?, s:s?, s:o, s:o}", "original",
                     (json_int_t)item->original, "job", (json_int_t)item->job, "state",
                     cupel_job_state_names[item->state], "status", item->status, "learner",
                     item->learner, "old",
                     document_score(item->has_old, item->old_micro, item->old_max_micro), "new",
                     document_score(item->has_new, item->new_micro, item->new_max_micro));
}

json_t *document_schedule(const struct cupel_schedule *schedule)
{
    json_error_t error;

    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "name", schedule->name,
        "cron", schedule->cron, "zone", schedule->zone, "missed",
        cupel_missed_names[schedule->missed], "course", schedule->course, "kind",
        cupel_job_kind_names[schedule->kind], "spec", json_loads(schedule->spec, 0, &error),
        "next_at", document_time(schedule->next_us), "last_at",
        document_time(schedule->last_us), "last_job", number_or_null(schedule->last_job),
        "created_at", document_time(schedule->created_us), "created_by", schedule->created_by);
}

json_t *document_token(const struct cupel_token *token)
{
    return json_pack("{s:s, s:s, s:s?, s:s, s:o, s:o, s:o, s:o}", "id", token->id, "role",
                     cupel_role_names[token->role], "course", token->course, "name",
                     token->name, "created_at", document_time(token->created_us), "expires_at",
                     document_time(token->expires_us), "revoked_at",
                     document_time(token->revoked_us), "used_at",
                     document_time(token->used_us));
}

json_t *document_hook(const struct cupel_hook *hook)
{
    return json_pack("{s:s, s:s?, s:s, s:o}", "name", hook->name, "course", hook->course, "url",
                     hook->url, "created_at", document_time(hook->created_us));
}

json_t *document_delivery(const struct cupel_delivery *delivery)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:I, s:i, s:o, s:o, s:b, s:s?}", "id",
                     (json_int_t)delivery->id, "webhook", delivery->hook, "url", delivery->url,
                     "event", delivery->event, "job", (json_int_t)delivery->job, "failures",
                     (int)delivery->failures, "created_at", document_time(delivery->created_us),
                     "next_at", document_time(delivery->next_us), "dead", delivery->is_dead,
                     "why", delivery->why);
}
