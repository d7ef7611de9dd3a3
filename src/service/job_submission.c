#include "service/job_submission.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "cupel/cleanup.h"
#include "service/http_parse.h"
#include "service/upload.h"

static size_t count_files(const struct http_request *request)
{
    size_t count = 0;

    for (size_t i = 0; i < request->part_count; i++) {
        const char *name = request->parts[i].name;
        count += name == NULL || strcmp(name, "file") == 0;
    }
    return count;
}

/* Of a single file. */
static int find_name(const struct http_request *request, const struct http_part *part,
                     const char **ret, struct cupel_error *err)
{
    const char *name = part->name != NULL ? part->file_name : http_argument(request, "name");

    if (name == NULL && part->name != NULL)
        return cupel_fail(err, -EINVAL, "part \"file\": expected a file name");
    *ret = name != NULL ? name : "submission";
    return upload_check_path(*ret, err);
}

static bool has_folders(const struct http_request *request)
{
    for (size_t i = 0; i < request->part_count; i++) {
        const char *name = request->parts[i].file_name;
        if (name != NULL && strchr(name, '/') != NULL)
            return true;
    }
    return false;
}

/* A client that sends a folder says so, since one file of it looks like a file alone. */
static int find_form(const struct http_request *request, bool *ret_is_tree,
                     struct cupel_error *err)
{
    static const char *const forms[] = {"file", "tree", NULL};
    bool is_tree = count_files(request) > 1 || has_folders(request);
    CUPEL_AUTO_FREE char *text = NULL;
    int choice = is_tree ? 1 : 0;

    int r = http_part_text(request, "form", &text, err);
    const char *form = text != NULL ? text : http_argument(request, "form");
    if (r == 0 && form != NULL)
        r = http_parse_choice("form", form, forms, &choice, err);
    if (r < 0)
        return r;
    if (choice == 0 && is_tree)
        return cupel_fail(err, -EINVAL, "form: expected tree, since paths are sent");
    if (choice == 1 && http_part(request, "file") == NULL)
        return cupel_fail(err, -EINVAL, "form: tree expects parts named \"file\"");
    *ret_is_tree = choice == 1;
    return 0;
}

/* An empty body is no part. */
static int put_empty(const struct http_request *request, struct cupel_blob *ret,
                     struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = memfd_create("cupel-empty", MFD_CLOEXEC);

    if (fd < 0)
        return cupel_fail_errno(err, "keep an empty file");
    return cupel_queue_put_blob(request->queue, fd, 0, ret, err);
}

static int put_file(const struct http_request *request, struct job_submission *ret,
                    struct cupel_error *err)
{
    static const struct http_part empty = {.fd = -1};
    const struct http_part *part = http_part(request, "file");

    if (part == NULL)
        part = request->part_count > 0 ? &request->parts[0] : &empty;
    int r = find_name(request, part, &ret->name, err);
    if (r < 0)
        return r;
    r = part->fd < 0
            ? put_empty(request, &ret->blob, err)
            : cupel_queue_put_blob(request->queue, part->fd,
                                   http_settings(request)->max_submission, &ret->blob, err);
    return http_own_fault(r, err);
}

int job_submission_keep(const struct http_request *request, struct job_submission *ret,
                        struct cupel_error *err)
{
    bool is_named = request->part_count == 0 && http_argument(request, "name") != NULL;

    if (count_files(request) == 0 && !is_named)
        return cupel_fail(err, -EINVAL,
                          "expected a submission: parts named \"file\", or the file itself");
    int r = find_form(request, &ret->is_tree, err);
    if (r < 0)
        return r;
    if (!ret->is_tree)
        return put_file(request, ret, err);
    ret->name = "submission";
    return upload_put(request, &ret->blob, err);
}
