#include "service/worker_document.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "cupel/render.h"
#include "cupel/text.h"
#include "service/worker_files.h"

#define TEXT_MAX  65536
#define LINES_MAX (1U << 20)

json_t *worker_document_failure(const char *message)
{
    struct cupel_result result = {
        .status = CUPEL_STATUS_GRADER_ERROR,
        .message = strdup(message == NULL ? "no reason is known" : message),
    };

    (void)clock_gettime(CLOCK_REALTIME, &result.started_at);
    json_t *document =
        result.message == NULL ? NULL : cupel_render_result(&result, CUPEL_VIEW_STAFF);
    cupel_result_clear(&result);
    return document;
}

/* The first bytes of a file as clean text, of which no more than max are read. */
static char *read_text(int fd, size_t max)
{
    CUPEL_AUTO_FREE char *bytes = malloc(max);
    char *text = NULL;
    struct stat st;

    if (bytes == NULL || fstat(fd, &st) < 0)
        return NULL;
    ssize_t n = TEMP_FAILURE_RETRY(pread(fd, bytes, max, 0));
    int r =
        cupel_text_clean_start(bytes, n > 0 ? (size_t)n : 0, (uint64_t)st.st_size, max, &text);
    return r < 0 ? NULL : text;
}

/* A file that the command did not live to have is empty. */
static json_t *text_of(const char *folder, const char *name)
{
    struct cupel_error ignored = {0};
    char path[PATH_MAX];

    if (worker_files_join(folder, name, path, &ignored) < 0)
        return NULL;
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return json_string("");
    CUPEL_AUTO_FREE char *text = read_text(fd, TEXT_MAX);
    return text == NULL ? NULL : json_string(text);
}

json_t *worker_document_run(json_t *report, const char *folder)
{
    return json_pack("{s:s, s:o, s:o, s:o}", "schema", "cupel.run_result/1", "run", report,
                     "stdout", text_of(folder, WORKER_STDOUT), "stderr",
                     text_of(folder, WORKER_STDERR));
}

json_t *worker_document_check(bool passed, json_t *lint, json_t *test)
{
    return json_pack("{s:s, s:b, s:o, s:o}", "schema", "cupel.check/1", "passed", passed,
                     "lint", lint, "test", test);
}

json_t *worker_document_lines(int fd)
{
    CUPEL_AUTO_FREE char *text = read_text(fd, LINES_MAX);
    json_t *lines = text == NULL ? NULL : json_array();

    for (const char *line = text; lines != NULL && *line != '\0';) {
        size_t len = strcspn(line, "\n");
        if (len > 0)
            (void)json_array_append_new(lines, json_stringn(line, len));
        line += len + (line[len] == '\n' ? 1 : 0);
    }
    return lines;
}

int worker_document_fd(const json_t *document)
{
    CUPEL_AUTO_FD fd = memfd_create("document", MFD_CLOEXEC);
    CUPEL_AUTO_FREE char *text = document == NULL ? NULL : json_dumps(document, JSON_INDENT(2));

    if (fd < 0 || text == NULL)
        return -1;
    size_t len = strlen(text);
    text[len++] = '\n'; /* instead of NUL */
    return TEMP_FAILURE_RETRY(write(fd, text, len)) == (ssize_t)len ? cupel_take_fd(&fd) : -1;
}
