#include "service/metrics.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "service/metrics_family.h"

#define PAGE  1000
#define MICRO 1e6
#define PIECE 100 /* bytes of one label */

enum family {
    ENDED,
    WAIT,
    RUN,
    PHASES,
    VERDICTS,
    DENIED,
    ENFORCEMENT,
    RETRIES,
    FAMILIES,
};

static const struct {
    const char *name;
    const char *help;
    const char *type;
    const char *capped;
} kinds[] = {
    [ENDED] = {"cupel_jobs_total", "Jobs that ended, by kind, state and status of the result.",
               "counter", "kind=\"other\",state=\"other\",status=\"other\""},
    [WAIT] = {"cupel_job_wait_seconds", "From when a job could run to when it was last begun.",
              "histogram", "kind=\"other\",priority=\"other\""},
    [RUN] = {"cupel_job_run_seconds", "From when a job was last begun to its end.", "histogram",
             "kind=\"other\",priority=\"other\""},
    [PHASES] = {"cupel_phase_seconds", "What a result tells of its phases.", "histogram",
                "phase=\"other\""},
    [VERDICTS] = {"cupel_verdicts_total", "Tests, by their verdict.", "counter",
                  "verdict=\"other\""},
    [DENIED] = {"cupel_denied_calls_total", "System calls of learners that were denied.",
                "counter", "call=\"other\""},
    [ENFORCEMENT] = {"cupel_enforcement_total", "Results, by what enforced a limit in them.",
                     "counter", "layer=\"other\",by=\"other\""},
    [RETRIES] = {"cupel_job_retries_total",
                 "Attempts that the platform failed at, of jobs that have ended.", "counter",
                 "kind=\"other\""},
};

struct metrics {
    pthread_mutex_t lock;
    int64_t after_us; /* what ended until then is counted */
    int64_t after_id;
    struct metrics_family families[FAMILIES];
};

int metrics_new(struct cupel_queue *queue, struct metrics **ret, struct cupel_error *err)
{
    struct cupel_queue_state state;

    int r = cupel_queue_look(queue, &state, err);
    if (r < 0)
        return r;
    struct metrics *metrics = calloc(1, sizeof(*metrics));
    if (metrics != NULL)
        metrics->after_us = state.now_us;
    cupel_queue_state_clear(&state);
    if (metrics == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    (void)pthread_mutex_init(&metrics->lock, NULL);
    for (size_t i = 0; i < FAMILIES; i++) {
        metrics->families[i].name = kinds[i].name;
        metrics->families[i].help = kinds[i].help;
        metrics->families[i].type = kinds[i].type;
        metrics->families[i].capped = kinds[i].capped;
    }
    *ret = metrics;
    return 0;
}

void metrics_free(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    (void)pthread_mutex_destroy(&metrics->lock);
    free(metrics);
}

/* "kind=…,priority=…" */
static const char *labels_of(const char *first, const char *first_value, const char *second,
                             const char *second_value, char ret[static METRICS_LABELS])
{
    char a[PIECE];
    char b[PIECE];

    (void)snprintf(ret, METRICS_LABELS, "%s,%s",
                   metrics_label(first, first_value, sizeof(a), a),
                   metrics_label(second, second_value, sizeof(b), b));
    return ret;
}

static void count_members(struct metrics_family *family, const char *label, json_t *counts)
{
    char text[PIECE];
    const char *name;
    json_t *value;

    json_object_foreach(counts, name, value)
    {
        if (json_integer_value(value) > 0)
            metrics_count(family, metrics_label(label, name, sizeof(text), text),
                          (uint64_t)json_integer_value(value));
    }
}

static void count_layers(struct metrics_family *family, json_t *layers)
{
    char labels[METRICS_LABELS];
    const char *name;
    json_t *value;

    json_object_foreach(layers, name, value)
    {
        char number[24] = "none";
        if (json_is_integer(value))
            (void)snprintf(number, sizeof(number), "%lld",
                           (long long)json_integer_value(value));
        const char *by = json_is_string(value) ? json_string_value(value) : number;
        metrics_count(family, labels_of("layer", name, "by", by, labels), 1);
    }
}

static void count_facts(struct metrics *metrics, const char *facts)
{
    json_t *json = facts == NULL ? NULL : json_loads(facts, 0, NULL);
    char text[PIECE];
    const char *phase;
    json_t *value;

    count_members(&metrics->families[VERDICTS], "verdict", json_object_get(json, "verdicts"));
    count_members(&metrics->families[DENIED], "call", json_object_get(json, "denied"));
    count_layers(&metrics->families[ENFORCEMENT], json_object_get(json, "enforcement"));
    json_object_foreach(json_object_get(json, "seconds"), phase, value) metrics_observe(
        &metrics->families[PHASES], metrics_label("phase", phase, sizeof(text), text),
        json_number_value(value));
    json_decref(json);
}

static void count_job(struct metrics *metrics, const struct cupel_job *job)
{
    const char *kind = cupel_job_kind_names[job->kind];
    char labels[METRICS_LABELS];
    char status[PIECE];
    char text[METRICS_LABELS + PIECE];

    (void)labels_of("kind", kind, "state", cupel_job_state_names[job->state], labels);
    (void)snprintf(text, sizeof(text), "%s,%s", labels,
                   metrics_label("status", job->status != NULL ? job->status : "",
                                 sizeof(status), status));
    metrics_count(&metrics->families[ENDED], text, 1);
    (void)labels_of("kind", kind, "priority", cupel_job_priority_names[job->priority], labels);
    if (job->started_us != 0) {
        int64_t ready_us =
            job->not_before_us > job->created_us ? job->not_before_us : job->created_us;
        /* Otherwise it was to be begun once more, and was not. */
        if (ready_us <= job->started_us)
            metrics_observe(&metrics->families[WAIT], labels,
                            (double)(job->started_us - ready_us) / MICRO);
        metrics_observe(&metrics->families[RUN], labels,
                        (double)(job->finished_us - job->started_us) / MICRO);
    }
    if (job->failures > 0)
        metrics_count(&metrics->families[RETRIES],
                      metrics_label("kind", kind, sizeof(status), status), job->failures);
    count_facts(metrics, job->facts);
}

static int catch_up(struct metrics *metrics, struct cupel_queue *queue, struct cupel_error *err)
{
    for (;;) {
        struct cupel_job_list jobs;
        int r = cupel_queue_list_ended(queue, metrics->after_us, metrics->after_id, PAGE, &jobs,
                                       err);
        if (r < 0)
            return r;
        size_t count = jobs.count;
        for (size_t i = 0; i < count; i++)
            count_job(metrics, jobs.items[i]);
        if (count > 0) {
            metrics->after_us = jobs.items[count - 1]->finished_us;
            metrics->after_id = jobs.items[count - 1]->id;
        }
        cupel_job_list_clear(&jobs);
        if (count < PAGE)
            return 0;
    }
}

static void put_depth(const struct cupel_depth *depth, double value, const char *name,
                      FILE *out)
{
    char course[METRICS_LABELS];

    (void)fprintf(out, "%s{%s,priority=\"%s\",state=\"%s\"} %.9g\n", name,
                  metrics_label("course", depth->course, sizeof(course), course),
                  cupel_job_priority_names[depth->priority],
                  cupel_job_state_names[depth->state], value);
}

static void put_queue(const struct cupel_queue_state *state, FILE *out)
{
    static const char jobs[] = "cupel_queue_jobs";
    static const char oldest[] = "cupel_queue_oldest_seconds";

    (void)fprintf(out, "# HELP %s Jobs that have not ended.\n# TYPE %s gauge\n", jobs, jobs);
    for (size_t i = 0; i < state->depth_count; i++)
        put_depth(&state->depths[i], (double)state->depths[i].count, jobs, out);
    (void)fprintf(out,
                  "# HELP %s How long the oldest of them could run, or runs.\n"
                  "# TYPE %s gauge\n",
                  oldest, oldest);
    for (size_t i = 0; i < state->depth_count; i++) {
        int64_t us = state->now_us - state->depths[i].oldest_us;
        put_depth(&state->depths[i], us < 0 ? 0 : (double)us / MICRO, oldest, out);
    }
    (void)fprintf(out,
                  "# HELP cupel_queue_dead_jobs Jobs that somebody should look at.\n"
                  "# TYPE cupel_queue_dead_jobs gauge\ncupel_queue_dead_jobs %lld\n",
                  (long long)state->dead);
    (void)fprintf(out,
                  "# HELP cupel_webhook_deliveries What webhooks are not told yet, or never.\n"
                  "# TYPE cupel_webhook_deliveries gauge\n"
                  "cupel_webhook_deliveries{state=\"waiting\"} %lld\n"
                  "cupel_webhook_deliveries{state=\"dead\"} %lld\n",
                  (long long)state->untold, (long long)state->dead_deliveries);
}

static int put_all(struct metrics *metrics, const struct cupel_queue_state *state, char **ret,
                   struct cupel_error *err)
{
    char *text = NULL;
    size_t len = 0;

    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return cupel_fail_errno(err, "open_memstream");
    put_queue(state, out);
    for (size_t i = 0; i < FAMILIES; i++)
        metrics_put(&metrics->families[i], out);
    bool ok = ferror(out) == 0;
    if (fclose(out) != 0 || !ok || text == NULL) {
        free(text);
        return cupel_fail(err, -ENOMEM, "out of memory");
    }
    *ret = text;
    return 0;
}

int metrics_render(struct metrics *metrics, struct cupel_queue *queue, char **ret,
                   struct cupel_error *err)
{
    struct cupel_queue_state state;

    int r = cupel_queue_look(queue, &state, err);
    if (r < 0)
        return r;
    (void)pthread_mutex_lock(&metrics->lock);
    r = catch_up(metrics, queue, err);
    if (r == 0)
        r = put_all(metrics, &state, ret, err);
    (void)pthread_mutex_unlock(&metrics->lock);
    cupel_queue_state_clear(&state);
    return r;
}
