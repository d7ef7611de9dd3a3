/* What a worker has to say of itself: JSON, an object a line, as collectors of logs read it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "service/worker.h"

#define TEXT_MAX 1024

static void add_time(json_t *line)
{
    struct timespec now = {0};
    struct tm parts;
    char text[40] = "";
    char whole[64];

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &parts) != NULL)
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(whole, sizeof(whole), "%s.%06ldZ", text, now.tv_nsec / 1000);
    (void)json_object_set_new(line, "time", json_string(whole));
}

void worker_log(const struct worker *worker, const char *level, const char *event,
                const struct worker_job *job, const char *fmt, ...)
{
    CUPEL_AUTO_FREE char *clean = NULL;
    char text[TEXT_MAX] = "";
    json_t *line = json_object();
    va_list ap;

    add_time(line);
    (void)json_object_set_new(line, "level", json_string(level));
    (void)json_object_set_new(line, "event", json_string(event));
    if (job != NULL) {
        (void)json_object_set_new(line, "job", json_integer(job->lease.job));
        (void)json_object_set_new(line, "token", json_integer(job->lease.token));
    }
    if (fmt != NULL) {
        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof(text), fmt, ap);
        va_end(ap);
        if (cupel_text_clean(text, strlen(text), sizeof(text), &clean) == 0)
            (void)json_object_set_new(line, "text", json_string(clean));
    }
    CUPEL_AUTO_FREE char *bytes = json_dumps(line, JSON_COMPACT);
    json_decref(line);
    /* A line at once, so that those of several processes do not mix. */
    if (bytes != NULL)
        (void)!dprintf(worker->log_fd, "%s\n", bytes);
}
