/* Submissions and graders that are handed to a queue. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cupel/cleanup.h"
#include "queue/tree.h"
#include "service/client_queue.h"
#include "service/client_submission.h"
#include "service/documents.h"
#include "service/job_request.h"

static const struct cupel_tree_limits limits = {.max_bytes = CLIENT_BYTES_MAX,
                                                .max_files = CLIENT_FILES_MAX};

/* What was handed in, once it is kept. */
struct kept {
    struct cupel_blob blob;
    const char *name;
    const char *form;
};

static int open_submission(const char *path, struct stat *ret_status, struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = strcmp(path, "-") == 0
                           ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                           : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 || fstat(fd, ret_status) < 0)
        return cupel_fail_errno(err, "%s", path);
    return cupel_take_fd(&fd);
}

static int keep_files(struct cupel_queue *queue, int folder_fd, struct cupel_blob *ret,
                      struct cupel_error *err)
{
    struct cupel_folder_list list = {0};

    int r = client_list_folder(folder_fd, &list, err);
    if (r < 0)
        return r;
    cupel_folder_list_clear(&list);
    return cupel_queue_put_tree(queue, folder_fd, &limits, ret, err);
}

static int keep_submission(struct cupel_queue *queue, const char *path, struct kept *ret,
                           struct cupel_error *err)
{
    bool is_input = strcmp(path, "-") == 0;
    struct stat st = {.st_mode = 0};

    CUPEL_AUTO_FD fd = open_submission(path, &st, err);
    if (fd < 0)
        return fd;
    if (S_ISDIR(st.st_mode)) {
        ret->name = "submission";
        ret->form = "tree";
        return keep_files(queue, fd, &ret->blob, err);
    }
    if (!S_ISREG(st.st_mode) && !is_input)
        return cupel_fail(err, -EINVAL, "%s: neither a folder nor a file", path);
    ret->name = client_submission_name(path);
    ret->form = "file";
    return cupel_queue_put_blob(queue, fd, CLIENT_BYTES_MAX, &ret->blob, err);
}

static int keep_folder(struct cupel_queue *queue, const char *path, struct cupel_blob *ret,
                       struct cupel_error *err)
{
    CUPEL_AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return cupel_fail_errno(err, "%s", path);
    if (faccessat(fd, "grader.json", R_OK, 0) < 0)
        return cupel_fail_errno(err, "%s/grader.json", path);
    return cupel_queue_put_tree(queue, fd, &limits, ret, err);
}

static int add(struct queue_client *client, const struct cupel_job_request *job, json_t **ret,
               struct cupel_error *err)
{
    struct cupel_job *added = NULL;
    bool is_new = false;
    int64_t id = 0;

    int r = cupel_queue_add(client->queue, job, &id, &is_new, err);
    if (r == 0)
        r = cupel_queue_get(client->queue, id, &added, err);
    if (r == 0)
        r = queue_client_give(document_job(added), ret, err);
    cupel_job_free(added);
    return r;
}

/* job: whose job it is, by which grader, and with how much memory. */
static int add_submission(struct queue_client *client,
                          const struct client_submission *submission,
                          struct cupel_job_request job, json_t **ret, struct cupel_error *err)
{
    struct kept kept = {.name = NULL};

    job.kind = CUPEL_JOB_GRADE;
    job.priority = submission->priority;
    job.not_before_us = submission->not_before_us;
    job.deadline_us = submission->deadline_us;
    job.attempts = submission->attempts;
    job.cpus_milli = JOB_CPUS_MILLI;
    job.idempotency_key = submission->key;
    job.learner = submission->learner;
    int r = keep_submission(client->queue, submission->path, &kept, err);
    if (r < 0)
        return r;
    json_t *spec = json_pack("{s:{s:s, s:s, s:s}}", "submission", "sha256", kept.blob.sha256,
                             "name", kept.name, "form", kept.form);
    CUPEL_AUTO_FREE char *text = json_dumps(spec, JSON_COMPACT);
    json_decref(spec);
    if (text == NULL)
        return cupel_fail(err, -EINVAL, "%s: its name is not in UTF-8", submission->path);
    job.submission = kept.blob.sha256;
    job.spec = text;
    return add(client, &job, ret, err);
}

/* A folder that nobody has checked: what its gradings take is not known. */
static int submit_to_folder(struct queue_client *client,
                            const struct client_submission *submission, json_t **ret,
                            struct cupel_error *err)
{
    struct cupel_blob tree = {.bytes = 0};

    int r = keep_folder(client->queue, submission->grader, &tree, err);
    if (r < 0)
        return r;
    const struct cupel_job_request job = {
        .course = submission->course != NULL ? submission->course : "local",
        .tree = tree.sha256,
        .memory_bytes = JOB_MEMORY_BYTES};
    return add_submission(client, submission, job, ret, err);
}

int queue_client_submit(struct client *base, const struct client_submission *submission,
                        json_t **ret, struct cupel_error *err)
{
    struct queue_client *client = queue_client(base);
    struct cupel_grader_version grader;

    int r = client_check_submission(submission, err);
    if (r < 0)
        return r;
    if (strchr(submission->grader, '/') != NULL)
        return submit_to_folder(client, submission, ret, err);
    r = cupel_queue_get_grader(client->queue, submission->grader, 0, &grader, err);
    if (r < 0)
        return r;
    r = client_check_course(submission, grader.course, err);
    const struct cupel_job_request job = {
        .course = grader.course,
        .grader = grader.name,
        .tree = grader.tree,
        .memory_bytes = cupel_grader_job_memory(&grader, JOB_MEMORY_BYTES)};
    if (r == 0)
        r = add_submission(client, submission, job, ret, err);
    cupel_grader_version_clear(&grader);
    return r;
}

int queue_client_publish_grader(struct client *base, const char *folder, const char *name,
                                const char *course, json_t **ret, struct cupel_error *err)
{
    struct queue_client *client = queue_client(base);
    struct cupel_grader_version version;
    struct cupel_blob tree = {.bytes = 0};

    int r = keep_folder(client->queue, folder, &tree, err);
    if (r == 0)
        r = cupel_queue_put_grader(client->queue, name, course, tree.sha256, client->by,
                                   &version, err);
    if (r < 0)
        return r;
    r = queue_client_give(document_grader(&version), ret, err);
    cupel_grader_version_clear(&version);
    return r;
}

int queue_client_list_graders(struct client *client, const char *name, json_t **ret,
                              struct cupel_error *err)
{
    struct cupel_grader_list list = {.count = 0};
    json_t *items = json_array();

    int r = cupel_queue_list_graders(queue_client(client)->queue, name, NULL, &list, err);
    if (r == 0 && name != NULL && list.count == 0)
        r = cupel_fail(err, -ENOENT, "there is no such grader");
    for (size_t i = 0; r == 0 && i < list.count; i++)
        (void)json_array_append_new(items, document_grader(&list.items[i]));
    cupel_grader_list_clear(&list);
    if (r < 0) {
        json_decref(items);
        return r;
    }
    return queue_client_give(json_pack("{s:o}", name == NULL ? "graders" : "versions", items),
                             ret, err);
}

int queue_client_roll_back_grader(struct client *client, const char *name, int64_t number,
                                  json_t **ret, struct cupel_error *err)
{
    int r = cupel_queue_roll_back_grader(queue_client(client)->queue, name, number, err);

    return r < 0 ? r : queue_client_list_graders(client, name, ret, err);
}
