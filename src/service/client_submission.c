#include "service/client_submission.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/text.h"
#include "service/job_request.h"
#include "service/upload.h"

const char *client_submission_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (strcmp(path, "-") == 0)
        return "submission";
    return slash == NULL ? path : slash + 1;
}

int client_check_submission(const struct client_submission *submission, struct cupel_error *err)
{
    const char *name = client_submission_name(submission->path);
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    int r = job_request_check_text("--learner", submission->learner, err);
    if (r == 0)
        r = job_request_check_text("--key", submission->key, err);
    if (r == 0 && !cupel_text_is_utf8(name, strlen(name)))
        r = cupel_fail(err, -EINVAL, "%s: its name is not in UTF-8",
                       cupel_text_excerpt(name, excerpt));
    /* "." and what ends in '/' are folders, whose own names are not told. */
    if (r == 0 && strchr(name, '\\') != NULL)
        r = upload_check_path(name, err);
    return r;
}

int client_check_course(const struct client_submission *submission, const char *course,
                        struct cupel_error *err)
{
    if (submission->course != NULL && strcmp(submission->course, course) != 0)
        return cupel_fail(err, -EINVAL, "grader %s is of course %s, not of %s",
                          submission->grader, course, submission->course);
    return 0;
}

static int check_name(const char *path, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    if (strpbrk(path, "\"\\\r\n") != NULL || !cupel_text_is_utf8(path, strlen(path)))
        return cupel_fail(
            err, -EINVAL,
            "%s: such a name cannot be sent; it must be in UTF-8, without quotes, "
            "backslashes and ends of lines",
            cupel_text_excerpt(path, excerpt));
    return upload_check_path(path, err);
}

int client_list_folder(int folder_fd, struct cupel_folder_list *ret, struct cupel_error *err)
{
    struct cupel_folder_list list = {0};

    int r = cupel_folder_list(folder_fd, S_IFREG, NULL, &list, err);
    if (r == 0 && list.count > CLIENT_FILES_MAX)
        r = cupel_fail(err, -EFBIG, "the folder has more than %d files", CLIENT_FILES_MAX);
    if (r == 0 && list.count == 0)
        r = cupel_fail(err, -EINVAL, "the folder has no files");
    for (size_t i = 0; r == 0 && i < list.count; i++)
        r = check_name(list.items[i], err);
    if (r < 0)
        cupel_folder_list_clear(&list);
    else
        *ret = list;
    return r;
}
