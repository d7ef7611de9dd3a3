#include "service/http_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "service/documents.h"

#define TEXT_MAX 65536U /* bytes, of which a head has fewer */

struct http_log {
    int access_fd; /* -1: none */
    int audit_fd;
};

static int open_one(const char *path, int *ret_fd, struct cupel_error *err)
{
    if (path == NULL)
        return 0;
    int fd = strcmp(path, "-") == 0
                 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0640);
    if (fd < 0)
        return cupel_fail_errno(err, "%s", path);
    *ret_fd = fd;
    return 0;
}

int http_log_open(const char *access, const char *audit, struct http_log **ret,
                  struct cupel_error *err)
{
    struct http_log *log = malloc(sizeof(*log));

    if (log == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    *log = (struct http_log){.access_fd = -1, .audit_fd = -1};
    int r = open_one(access, &log->access_fd, err);
    if (r == 0)
        r = open_one(audit, &log->audit_fd, err);
    if (r < 0) {
        http_log_free(log);
        return r;
    }
    *ret = log;
    return 0;
}

void http_log_free(struct http_log *log)
{
    if (log == NULL)
        return;
    cupel_close_p(&log->access_fd);
    cupel_close_p(&log->audit_fd);
    free(log);
}

static json_t *now(void)
{
    struct timespec time = {0};

    (void)clock_gettime(CLOCK_REALTIME, &time);
    return document_time((int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000);
}

/* By one write(2) each, so that lines of several processes are not mixed; a log that cannot be
 * written stops nobody. */
static void append(int fd, json_t *line)
{
    CUPEL_AUTO_FREE char *text =
        line == NULL ? NULL : json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(line);
    if (text == NULL)
        return;
    size_t len = strlen(text);
    text[len] = '\n'; /* in place of NUL, which is not needed */
    (void)!write(fd, text, len + 1);
}

/* What a client sent may be no text; NULL: memory ran out. */
static char *clean(const char *text)
{
    char *cleaned = NULL;

    return cupel_text_clean(text, strlen(text), TEXT_MAX, &cleaned) == 0 ? cleaned : NULL;
}

void http_log_access(struct http_log *log, const struct http_log_line *line)
{
    if (log->access_fd < 0)
        return;
    CUPEL_AUTO_FREE char *method = clean(line->method);
    CUPEL_AUTO_FREE char *path = clean(line->path);
    append(log->access_fd,
           json_pack("{s:o, s:s, s:s?, s:s, s:s, s:i, s:f}", "time", now(), "address",
                     line->address, "token", line->token, "method", method, "path", path,
                     "status", (int)line->status, "seconds", (double)line->duration_us / 1e6));
}

void http_log_audit(struct http_log *log, const struct http_log_line *line)
{
    CUPEL_AUTO_FREE char *action = NULL;

    if (log->audit_fd < 0)
        return;
    CUPEL_AUTO_FREE char *method = clean(line->method);
    CUPEL_AUTO_FREE char *path = clean(line->path);
    if (method == NULL || path == NULL ||
        asprintf(&action, "%s %s", method, line->pattern != NULL ? line->pattern : path) < 0)
        return;
    append(log->audit_fd,
           json_pack("{s:o, s:s, s:s?, s:s?, s:s, s:s, s:s, s:i}", "time", now(), "address",
                     line->address, "token", line->token, "name", line->name, "action", action,
                     "object", line->object != NULL ? line->object : path, "outcome",
                     line->status < 400 ? "done" : "refused", "status", (int)line->status));
}
