/* A worker's turns: after whatever has happened, all that is due is done. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cupel/cleanup.h"
#include "cupel/units.h"
#include "queue/schedules.h"
#include "service/worker.h"

#define SECOND          ((int64_t)1000000)
#define LOOK_US         (5 * SECOND) /* for a job that nobody told of */
#define LOOK_SOON_US    (SECOND / 50)
#define LISTEN_US       SECOND
#define ASK_FIRST_US    (SECOND / 10)
#define ASK_LAST_US     (5 * SECOND)
#define PROBE_FIRST_US  SECOND
#define PROBE_LAST_US   (60 * SECOND)
#define GIVE_UP_US      (5 * SECOND)
#define STATUS_EVERY_US SECOND

int64_t worker_now_us(void)
{
    return (int64_t)(base_now_ns() / CUPEL_NS_PER_US);
}

void worker_wake(struct worker *worker, int64_t at_us)
{
    if (at_us < worker->wake_us)
        worker->wake_us = at_us;
}

bool worker_may_ask(struct worker *worker)
{
    if (worker->ask_us == 0 || worker_now_us() >= worker->ask_us)
        return true;
    worker_wake(worker, worker->ask_us);
    return false;
}

static int64_t back_off(int64_t backoff_us, int64_t first_us, int64_t last_us)
{
    if (backoff_us == 0)
        return first_us;
    return backoff_us < last_us / 2 ? 2 * backoff_us : last_us;
}

bool worker_has_lost(struct worker *worker, int r, const struct cupel_error *err)
{
    if (r == 0 || r == -ESTALE || r == -ENOENT) {
        if (worker->ask_us != 0)
            worker_log(worker, "info", "found_queue", NULL, NULL);
        worker->ask_us = 0;
        worker->ask_backoff_us = 0;
        return false;
    }
    if (worker->ask_us == 0)
        worker_log(worker, "warning", "lost_queue", NULL, "%s", err->text);
    worker->ask_backoff_us = back_off(worker->ask_backoff_us, ASK_FIRST_US, ASK_LAST_US);
    worker->ask_us = worker_now_us() + worker->ask_backoff_us;
    worker_wake(worker, worker->ask_us);
    return true;
}

void worker_is_unwell(struct worker *worker, int r, const char *why)
{
    bool is_full = r == -ENOSPC || r == -EDQUOT || r == -EFBIG;

    worker->probe_backoff_us =
        back_off(worker->probe_backoff_us, PROBE_FIRST_US, PROBE_LAST_US);
    worker->probe_us = worker_now_us() + worker->probe_backoff_us;
    worker_wake(worker, worker->probe_us);
    worker_log(worker, "error", is_full ? "disk_full" : "unwell", NULL,
               "%s: no job is taken for %.0f s", why, (double)worker->probe_backoff_us / 1e6);
}

static void probe(struct worker *worker, int64_t now_us)
{
    if (worker->probe_us == 0)
        return;
    if (now_us >= worker->probe_us) {
        int r = worker_files_probe(&worker->files);
        if (r < 0) {
            worker_is_unwell(worker, r, strerrordesc_np(-r));
        } else {
            worker->probe_us = 0;
            worker->look_us = now_us;
            return;
        }
    }
    worker_wake(worker, worker->probe_us);
}

/* The queue may have something for us, or have taken something away. */
static void hear(struct cupel_source *source, uint32_t epoll_events)
{
    struct worker *worker = source->owner;

    (void)epoll_events;
    cupel_queue_heard(worker->queue);
    worker->look_us = 0;
    worker->has_news = true;
    if (cupel_queue_ear_fd(worker->queue) == source->fd)
        return;
    cupel_loop_remove(worker->loop,
                      source); /* the connection is lost, and its descriptor closed */
    source->fd = -1;
}

static void listen_again(struct worker *worker, int64_t now_us)
{
    struct cupel_error err = {0};

    if (worker->ear.fd >= 0 || !worker_may_ask(worker))
        return;
    if (now_us < worker->listen_us) {
        worker_wake(worker, worker->listen_us);
        return;
    }
    worker->listen_us = now_us + LISTEN_US;
    worker_wake(worker, worker->listen_us);
    if (cupel_queue_listen(worker->queue, &err) < 0)
        return; /* it is looked for work meanwhile */
    worker->ear = (struct cupel_source){
        .fd = cupel_queue_ear_fd(worker->queue), .ready = hear, .owner = worker};
    if (worker->ear.fd >= 0 && cupel_loop_add(worker->loop, &worker->ear, EPOLLIN, &err) < 0)
        worker->ear.fd = -1;
    worker->look_us = 0;
}

static void tell(struct worker *worker)
{
    for (struct worker_job *job = worker->jobs; job != NULL; job = job->next) {
        if (job->is_running)
            worker_tell_events(job);
        else if (!job->is_over)
            worker_tell_end(job);
    }
}

static void sweep(struct worker *worker)
{
    for (struct worker_job **link = &worker->jobs; *link != NULL;) {
        struct worker_job *job = *link;
        if (!job->is_over) {
            link = &job->next;
            continue;
        }
        *link = job->next;
        worker_job_free(job);
    }
}

static bool has_room(const struct worker *worker, struct cupel_capacity *ret)
{
    const struct worker_options *options = worker->options;
    struct cupel_capacity left = {.memory_bytes = options->memory_bytes,
                                  .cpus_milli = options->cpus_milli,
                                  .total_memory_bytes = options->memory_bytes,
                                  .total_cpus_milli = options->cpus_milli};

    for (const struct worker_job *job = worker->jobs; job != NULL; job = job->next) {
        const struct cupel_job *asked = job->asked;
        if (!job->is_running)
            continue;
        left.memory_bytes -=
            left.memory_bytes < asked->memory_bytes ? left.memory_bytes : asked->memory_bytes;
        left.cpus_milli -=
            left.cpus_milli < asked->cpus_milli ? left.cpus_milli : asked->cpus_milli;
    }
    *ret = left;
    return worker->running < options->slots && left.memory_bytes > 0 && left.cpus_milli > 0;
}

static int64_t look_again_at(int64_t wait_us, int64_t least_us)
{
    if (wait_us > LOOK_US)
        wait_us = LOOK_US;
    return worker_now_us() + (wait_us > least_us ? wait_us : least_us);
}

static int64_t real_now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

/* Nobody has to be there for what recurs: each worker looks. */
static void run_schedules(struct worker *worker, int64_t now_us)
{
    struct cupel_error err = {0};
    int64_t next_us = INT64_MAX;

    if (worker->signal_count > 0 || !worker_may_ask(worker))
        return;
    if (now_us >= worker->schedule_us) {
        int r = cupel_queue_run_schedules(worker->queue, &next_us, &err);
        if (r == -EINVAL || r == -ENOENT) /* of one of them; the others were run */
            worker_log(worker, "error", "schedule_failed", NULL, "%s", err.text);
        else if (worker_has_lost(worker, r, &err))
            return;
        /* By the database's clock, which may be another; a schedule has minutes. */
        worker->schedule_us =
            look_again_at(next_us == INT64_MAX ? LOOK_US : next_us - real_now_us(), SECOND);
    }
    worker_wake(worker, worker->schedule_us);
}

/* Returns whether there was one. */
static bool take_one(struct worker *worker, const struct cupel_capacity *left)
{
    const struct worker_options *options = worker->options;
    struct cupel_job *asked = NULL;
    struct cupel_error err = {0};
    int64_t wait_us = INT64_MAX;
    int64_t before_us = worker_now_us();

    int r = cupel_queue_lease(worker->queue, options->name, left, options->lease_us, &asked,
                              &wait_us, &err);
    if (worker_has_lost(worker, r, &err))
        return false;
    if (asked == NULL) {
        worker->look_us = look_again_at(wait_us, LOOK_SOON_US);
        return false;
    }
    if (worker->jobs == NULL)
        worker->beat_us = before_us + options->lease_us / 3;
    worker_job_begin(worker, asked, before_us + options->lease_us);
    return true;
}

/* One a turn, since it takes a while to prepare. */
static void take(struct worker *worker)
{
    struct cupel_capacity left;

    if (worker->signal_count > 0 || worker->probe_us != 0 || !has_room(worker, &left) ||
        !worker_may_ask(worker))
        return;
    bool has_more = worker_now_us() >= worker->look_us && take_one(worker, &left);
    worker_wake(worker, has_more ? 0 : worker->look_us);
}

static void drain(struct worker *worker, int64_t now_us)
{
    if (worker->signal_count == 0)
        return;
    if (worker->drain_us == 0) {
        worker->drain_us = now_us + worker->options->drain_us;
        worker_log(worker, "info", "draining", NULL, "%u at work", worker->running);
        notify_send(&worker->notify, "STOPPING=1");
    }
    if (worker->give_up_us == 0 && (now_us >= worker->drain_us || worker->signal_count > 1)) {
        worker->give_up_us = now_us + GIVE_UP_US;
        for (struct worker_job *job = worker->jobs; job != NULL; job = job->next)
            worker_job_stop(job, WORKER_DRAINED);
    }
    worker_wake(worker, worker->give_up_us == 0 ? worker->drain_us : worker->give_up_us);
}

static bool is_drained(const struct worker *worker)
{
    return worker->signal_count > 0 &&
           (worker->jobs == NULL ||
            (worker->give_up_us > 0 && worker_now_us() >= worker->give_up_us));
}

static void report(struct worker *worker, int64_t now_us)
{
    char text[160];

    if (worker->notify.fd < 0)
        return;
    if (now_us >= worker->report_us) {
        int64_t half_us = worker->notify.watchdog_us / 2;
        (void)snprintf(text, sizeof(text), "STATUS=%u of %u slots at work, %ju jobs done%s\n%s",
                       worker->running, worker->options->slots, (uintmax_t)worker->done,
                       worker->ask_us == 0 ? "" : "; the queue is out of reach",
                       half_us > 0 ? "WATCHDOG=1" : "");
        notify_send(&worker->notify, text);
        worker->report_us =
            now_us + (half_us > 0 && half_us < STATUS_EVERY_US ? half_us : STATUS_EVERY_US);
    }
    worker_wake(worker, worker->report_us);
}

void worker_stay_alive(struct worker *worker)
{
    int64_t now_us = worker_now_us();

    report(worker, now_us);
    worker_beat(worker, now_us);
}

static void turn(struct worker *worker)
{
    int64_t now_us = worker_now_us();

    worker->wake_us = now_us + LOOK_US;
    report(worker, now_us);
    worker_forget_lost(worker, now_us);
    drain(worker, now_us);
    listen_again(worker, now_us);
    worker_beat(worker, now_us);
    worker_care(worker, now_us);
    tell(worker);
    sweep(worker);
    probe(worker, now_us);
    run_schedules(worker, now_us);
    take(worker);
    sweep(worker);
}

static int turn_on(struct worker *worker, struct cupel_error *err)
{
    int r = 0;

    for (turn(worker); r == 0 && !is_drained(worker); turn(worker)) {
        int64_t wait_us = worker->wake_us - worker_now_us();
        r = cupel_loop_once(worker->loop, wait_us < 0 ? 0 : (int)((wait_us + 999) / 1000), err);
        worker_reap_orphans(worker);
    }
    return r;
}

int worker_work(struct worker *worker, struct cupel_error *err)
{
    int r = worker_watch_signals(worker, err);
    if (r < 0)
        return r;
    worker_log(worker, "info", "ready", NULL, "%s, %u slots", worker->options->name,
               worker->options->slots);
    notify_send(&worker->notify, "READY=1");
    r = turn_on(worker, err);
    for (struct worker_job *job = worker->jobs; job != NULL; job = job->next)
        job->is_over = true;
    sweep(worker);
    worker_log(worker, "info", "drained", NULL, "%ju jobs done", (uintmax_t)worker->done);
    cupel_close_p(&worker->signals.fd);
    return r;
}
