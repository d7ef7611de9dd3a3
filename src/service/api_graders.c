/* /v1/graders: versions, what is in them, a new one, roll back. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/path.h"
#include "queue/graders.h"
#include "service/api.h"
#include "service/documents.h"
#include "service/http_parse.h"
#include "service/upload.h"

#define SMALL_BODY 4096
#define TREE_MAX   (16UL << 20)

static const char *const arguments[] = {"course", NULL};

static int answer_versions(const struct http_request *request, const char *name,
                           const char *key, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_grader_list list;
    const char *course = NULL;
    json_t *items = json_array();

    int r = http_arguments_only(request, arguments, err);
    if (r == 0)
        r = api_course(request, &course, err);
    if (r == 0)
        r = cupel_queue_list_graders(request->queue, name, course, &list, err);
    if (r != 0) {
        json_decref(items);
        return r;
    }
    bool is_there = list.count > 0;
    for (size_t i = 0; i < list.count; i++)
        api_append(&items, document_grader(&list.items[i]));
    cupel_grader_list_clear(&list);
    if (name != NULL && !is_there) {
        json_decref(items);
        return cupel_fail(err, -ENOENT, "there is no such grader");
    }
    return api_answer_list(ret, key, items, err);
}

static int list(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    return answer_versions(request, NULL, "graders", ret, err);
}

static int get(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    return answer_versions(request, request->variables[0], "versions", ret, err);
}

static int answer_tree(const struct http_request *request, const char *tree,
                       struct http_answer *ret, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *text = NULL;
    CUPEL_AUTO_FD fd = -1;
    size_t len = 0;

    int r = cupel_queue_open_blob(request->queue, tree, &fd, err);
    if (r < 0)
        return http_own_fault(r, err);
    r = cupel_path_read_fd(fd, TREE_MAX, &text, &len);
    json_t *document = r < 0 ? NULL : json_loadb(text, len, 0, NULL);
    json_t *files = json_incref(json_object_get(document, "files"));
    json_decref(document);
    if (files == NULL)
        return cupel_fail(err, -EIO, "the files of grader tree %s cannot be read", tree);
    return api_answer_list(ret, "files", files, err);
}

static int files(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_grader_version grader;
    int64_t number = 0;

    int r = http_parse_number("the version", request->variables[1], 1, INT64_MAX, &number, err);
    if (r == 0)
        r = cupel_queue_get_grader(request->queue, request->variables[0], number, &grader, err);
    if (r != 0)
        return r;
    r = http_may_read(request->who, grader.course)
            ? answer_tree(request, grader.tree, ret, err)
            : cupel_fail(err, -EACCES, "grader %s is another course's", grader.name);
    cupel_grader_version_clear(&grader);
    return r;
}

/* The course that a new version is of. */
static int find_course(const struct http_request *request, const char **ret,
                       struct cupel_error *err)
{
    const char *course = http_argument(request, "course");

    if (course == NULL)
        course = api_own_course(request);
    if (course == NULL)
        return cupel_fail(err, -EINVAL, "expected ?course=NAME");
    if (!http_may_change(request->who, course))
        return cupel_fail(err, -EACCES, "this token is another course's");
    *ret = course;
    return 0;
}

/* Without a type it may be one (RFC 9110, section 8.3). */
static bool is_archive_type(const char *type)
{
    static const char *const types[] = {
        "application/gzip",    "application/octet-stream",     "application/x-7z-compressed",
        "application/x-bzip2", "application/x-gzip",           "application/x-tar",
        "application/x-xz",    "application/x-zip-compressed", "application/zip",
        "application/zstd"};

    if (type == NULL)
        return true;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (http_parse_is_type(type, types[i]))
            return true;
    }
    return false;
}

static int put_files(const struct http_request *request, struct cupel_blob *ret,
                     struct cupel_error *err)
{
    if (http_part(request, "file") != NULL)
        return upload_put(request, ret, err);
    if (!is_archive_type(http_header(request, "Content-Type")))
        return cupel_fail(err, -EPROTO,
                          "expected an archive (application/zip, application/x-tar, "
                          "application/gzip, application/octet-stream, ...), or "
                          "multipart/form-data with a part \"file\" for each file of the "
                          "grader's folder, by its path");
    if (request->part_count == 0)
        return cupel_fail(err, -EINVAL, "the body is empty; expected an archive");
    return upload_put_archive(request, &request->parts[0], ret, err);
}

static int answer_put(const struct cupel_grader_version *grader, struct http_answer *ret,
                      struct cupel_error *err)
{
    char location[48];

    (void)snprintf(location, sizeof(location), "/v1/jobs/%" PRId64, grader->check);
    if (http_set_header(ret, "Location", location) < 0)
        return cupel_fail(err, -ENOMEM, "out of memory");
    return http_answer_json(ret, 202, document_grader(grader), err);
}

static int put(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_grader_version grader;
    const char *course = NULL;
    struct cupel_blob tree;

    int r = http_arguments_only(request, arguments, err);
    if (r == 0)
        r = find_course(request, &course, err);
    if (r == 0)
        r = cupel_queue_check_grader(request->queue, request->variables[0], course, err);
    if (r == 0)
        r = put_files(request, &tree, err);
    if (r == 0)
        r = cupel_queue_put_grader(request->queue, request->variables[0], course, tree.sha256,
                                   request->who->name, &grader, err);
    if (r != 0)
        return r;
    r = answer_put(&grader, ret, err);
    cupel_grader_version_clear(&grader);
    return r;
}

static int check_owner(const struct http_request *request, const char *name, int64_t number,
                       struct cupel_error *err)
{
    struct cupel_grader_version grader;

    int r = cupel_queue_get_grader(request->queue, name, number, &grader, err);
    if (r != 0)
        return r;
    if (!http_may_change(request->who, grader.course))
        r = cupel_fail(err, -EACCES, "grader %s is another course's", name);
    cupel_grader_version_clear(&grader);
    return r;
}

static int roll_back(struct http_request *request, struct http_answer *ret,
                     struct cupel_error *err)
{
    static const char *const keys[] = {"version", NULL};
    const char *name = request->variables[0];
    const char *course = NULL; /* of the answer */
    int64_t number = 0;
    json_t *json = NULL;

    int r = http_body_json(request, &json, err);
    if (r == 0)
        r = http_json_only(json, keys, err);
    if (r == 0)
        r = http_json_number(json, "version", 1, INT64_MAX, &number, err);
    if (r == 0 && number == 0)
        r = cupel_fail(err, -EINVAL, "key \"version\" is missing");
    json_decref(json);
    if (r == 0)
        r = http_arguments_only(request, arguments, err);
    if (r == 0)
        r = api_course(request, &course, err);
    if (r == 0)
        r = check_owner(request, name, number, err);
    if (r == 0)
        r = cupel_queue_roll_back_grader(request->queue, name, number, err);
    return r < 0 ? r : answer_versions(request, name, "versions", ret, err);
}

static const struct http_route routes[] = {
    {"GET", "/v1/graders", 0, list, HTTP_SOMEBODY, false},
    {"GET", "/v1/graders/{name}", 0, get, HTTP_SOMEBODY, false},
    {"PUT", "/v1/graders/{name}", HTTP_BODY_SUBMISSION, put, HTTP_CHANGERS, false},
    {"GET", "/v1/graders/{name}/versions/{number}/files", 0, files, HTTP_SOMEBODY, false},
    {"POST", "/v1/graders/{name}/live", SMALL_BODY, roll_back, HTTP_CHANGERS, false},
};

const struct http_routes api_grader_routes = {routes, sizeof(routes) / sizeof(routes[0])};
