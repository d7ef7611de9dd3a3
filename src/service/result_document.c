#include "service/result_document.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "cupel/render.h"

static int fail_of(int r, const struct cupel_job *job, const char *why, struct cupel_error *err)
{
    return cupel_fail(err, r, "result of job %" PRId64 ": %s", job->id, why);
}

static int read_text(struct cupel_queue *queue, const struct cupel_job *job, char **ret,
                     size_t *ret_len, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = -1;

    if (job->result == NULL)
        return cupel_fail(err, -ENOENT, "job %" PRId64 " has no result, or none yet", job->id);
    int r = cupel_queue_open_blob(queue, job->result, &fd, err);
    if (r < 0)
        return r == -ENOENT ? fail_of(-EIO, job, "it is gone", err) : r;
    r = cupel_path_read_fd(fd, RESULT_SHOWN_MAX, ret, ret_len);
    if (r == -EFBIG)
        return cupel_fail(err, -ENOENT,
                          "the result of job %" PRId64
                          " has more than %lu MiB, which is too "
                          "much to be shown; /v1/jobs/%" PRId64 "/result has it as it is",
                          job->id, RESULT_SHOWN_MAX >> 20, job->id);
    return r < 0 ? fail_of(r == -ENOMEM ? r : -EIO, job, strerrordesc_np(-r), err) : 0;
}

int result_document_load(struct cupel_queue *queue, const struct cupel_job *job, json_t **ret,
                         struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    json_error_t error;
    size_t len = 0;

    int r = read_text(queue, job, &text, &len, err);
    if (r < 0)
        return r;
    *ret = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (*ret != NULL)
        return 0;
    r = json_error_code(&error) == json_error_out_of_memory ? -ENOMEM : -EIO;
    return fail_of(r, job, error.text, err);
}

int result_document_read(struct cupel_queue *queue, const struct cupel_job *job,
                         struct cupel_result *ret, struct cupel_error *err)
{
    struct cupel_error why = {0};
    json_t *document = NULL;

    int r = result_document_load(queue, job, &document, err);
    if (r < 0)
        return r;
    r = cupel_render_read_result(document, ret, &why);
    json_decref(document);
    return r < 0 ? fail_of(r == -ENOMEM ? r : -EIO, job, why.text, err) : 0;
}
