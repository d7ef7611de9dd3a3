#include "cli/result_format.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cupel/cleanup.h"
#include "cupel/render.h"

const char *const cli_format_names[] = {
    "json", "text", "html", "gradescope", "coursera", "prairielearn", "junit", NULL,
};

static void close_stream(FILE **stream)
{
    if (*stream != NULL)
        (void)fclose(*stream);
}

/* Kept in memory that is not this process's own until it is complete. */
static int open_spool(FILE **ret, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = memfd_create("cupel-result", MFD_CLOEXEC);
    if (fd < 0)
        return cupel_fail_errno(err, "memfd_create");
    FILE *spool = fdopen(fd, "w+e");
    if (spool == NULL)
        return cupel_fail_errno(err, "open a stream");
    (void)cupel_take_fd(&fd);
    *ret = spool;
    return 0;
}

static int print_json(const struct cupel_result *result, enum cupel_view view, const char *path,
                      struct cupel_error *err)
{
    __attribute__((cleanup(close_stream))) FILE *spool = NULL;

    int r = open_spool(&spool, err);
    if (r < 0)
        return r;
    r = cupel_render_result_json(result, view, spool);
    if (r < 0)
        return cupel_fail(err, r, "out of memory");
    if (fflush(spool) != 0 || ferror(spool) != 0 || fseek(spool, 0, SEEK_SET) != 0)
        return cupel_fail_errno(err, "keep the result in memory");
    return cupel_cli_write_stream(path, spool, err);
}

int cli_format_result(enum cli_format format, const struct cupel_result *result,
                      enum cupel_view view, bool colour, char **ret)
{
    json_t *json = NULL;
    char *text = NULL;

    switch (format) {
    case CLI_FORMAT_JSON:
        json = cupel_render_result(result, view);
        text = json == NULL ? NULL : cupel_render_json_text(json);
        json_decref(json);
        break;
    case CLI_FORMAT_TEXT:
        text = cupel_render_result_text(result, view, colour);
        break;
    case CLI_FORMAT_HTML:
        text = cupel_render_result_html(result, view);
        break;
    case CLI_FORMAT_GRADESCOPE:
        return cupel_render_foreign(CUPEL_FORMAT_GRADESCOPE, result, view, ret);
    case CLI_FORMAT_COURSERA:
        return cupel_render_foreign(CUPEL_FORMAT_COURSERA, result, view, ret);
    case CLI_FORMAT_PRAIRIELEARN:
        return cupel_render_foreign(CUPEL_FORMAT_PRAIRIELEARN, result, view, ret);
    case CLI_FORMAT_JUNIT:
        return cupel_render_foreign(CUPEL_FORMAT_JUNIT, result, view, ret);
    }
    if (text == NULL)
        return -ENOMEM;
    *ret = text;
    return 0;
}

int cli_print_result(enum cli_format format, const struct cupel_result *result,
                     enum cupel_view view, bool colour, const char *path,
                     struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;

    if (format == CLI_FORMAT_JSON)
        return print_json(result, view, path, err);
    int r = cli_format_result(format, result, view, colour, &text);
    if (r < 0)
        return cupel_fail(err, r, "out of memory");
    return text != NULL ? cupel_cli_write(path, text, err) : 0;
}
