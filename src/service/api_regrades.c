/* /v1/regrades: grade again, compare, publish or withdraw. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "queue/regrades.h"
#include "service/api.h"
#include "service/documents.h"
#include "service/http_parse.h"

#define SMALL_BODY 4096
#define PAGE       100
#define PAGE_MAX   1000

static int get_one(const struct http_request *request, bool to_change,
                   struct cupel_regrade *ret, struct cupel_error *err)
{
    int64_t id = 0;

    int r =
        http_parse_number("the regrade's id", request->variables[0], 1, INT64_MAX, &id, err);
    if (r == 0)
        r = cupel_queue_get_regrade(request->queue, id, ret, err);
    if (r != 0)
        return r;
    if (!http_may_read(request->who, ret->course)) /* as where there is none */
        r = cupel_fail(err, -ENOENT, "there is no regrade %" PRId64, id);
    else if (to_change && !http_may_change(request->who, ret->course))
        r = cupel_fail(err, -EACCES, "the staff of its course decide on a regrade");
    if (r < 0)
        cupel_regrade_clear(ret);
    return r;
}

static int answer_one(const struct http_request *request, int64_t id, unsigned status,
                      struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_regrade regrade;

    int r = cupel_queue_get_regrade(request->queue, id, &regrade, err);
    if (r != 0)
        return r;
    r = http_answer_json(ret, status, document_regrade(&regrade), err);
    cupel_regrade_clear(&regrade);
    return r;
}

static int read_request(json_t *json, struct cupel_regrade_request *ret,
                        struct cupel_error *err)
{
    static const char *const keys[] = {"grader", "from", "to", "sample", NULL};

    int r = http_json_only(json, keys, err);
    if (r == 0)
        r = http_json_text(json, "grader", true, &ret->grader, err);
    if (r == 0)
        r = http_json_number(json, "from", 1, INT64_MAX, &ret->from, err);
    if (r == 0)
        r = http_json_number(json, "to", 1, INT64_MAX, &ret->to, err);
    return r == 0 ? http_json_number(json, "sample", 1, INT64_MAX, &ret->sample, err) : r;
}

static int post(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_regrade_request regrade = {.course = api_own_course(request),
                                            .by = request->who->name};
    char location[48];
    json_t *json = NULL;
    int64_t id = 0;

    int r = http_body_json(request, &json, err);
    if (r == 0)
        r = read_request(json, &regrade, err);
    if (r == 0)
        r = cupel_queue_regrade(request->queue, &regrade, &id, err);
    json_decref(json);
    if (r != 0)
        return r;
    (void)snprintf(location, sizeof(location), "/v1/regrades/%" PRId64, id);
    if (http_set_header(ret, "Location", location) < 0)
        return cupel_fail(err, -ENOMEM, "out of memory");
    return answer_one(request, id, 201, ret, err);
}

static int list(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_regrade_list regrades;
    const char *course = NULL;
    int64_t before = 0;
    int64_t limit = PAGE;

    int r = api_course(request, &course, err);
    if (r == 0)
        r = http_argument_number(request, "cursor", 1, INT64_MAX, &before, err);
    if (r == 0)
        r = http_argument_number(request, "limit", 1, PAGE_MAX, &limit, err);
    if (r == 0)
        r = cupel_queue_list_regrades(request->queue, http_argument(request, "grader"), course,
                                      before, (size_t)limit, &regrades, err);
    if (r != 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; i < regrades.count; i++)
        api_append(&items, document_regrade(&regrades.items[i]));
    int64_t last = regrades.count == (size_t)limit ? regrades.items[limit - 1].id : 0;
    cupel_regrade_list_clear(&regrades);
    return api_answer_page(ret, "regrades", items, last, err);
}

static int get(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_regrade regrade;

    int r = get_one(request, false, &regrade, err);
    if (r != 0)
        return r;
    r = http_answer_json(ret, 200, document_regrade(&regrade), err);
    cupel_regrade_clear(&regrade);
    return r;
}

static int answer_items(const struct http_request *request, int64_t id, struct http_answer *ret,
                        struct cupel_error *err)
{
    static const char *const names[] = {"changed", "cursor", "limit", NULL};
    struct cupel_regrade_items found;
    int64_t changed = 0;
    int64_t after = 0;
    int64_t limit = PAGE;

    int r = http_arguments_only(request, names, err);
    if (r == 0)
        r = http_argument_number(request, "changed", 0, 1, &changed, err);
    if (r == 0)
        r = http_argument_number(request, "cursor", 1, INT64_MAX, &after, err);
    if (r == 0)
        r = http_argument_number(request, "limit", 1, PAGE_MAX, &limit, err);
    if (r == 0)
        r = cupel_queue_list_regrade_items(request->queue, id, changed != 0, after,
                                           (size_t)limit, &found, err);
    if (r != 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; i < found.count; i++)
        api_append(&items, document_regrade_item(&found.items[i]));
    int64_t last = found.count == (size_t)limit ? found.items[found.count - 1].job : 0;
    cupel_regrade_items_clear(&found);
    return api_answer_page(ret, "items", items, last, err);
}

static int list_items(struct http_request *request, struct http_answer *ret,
                      struct cupel_error *err)
{
    struct cupel_regrade regrade;

    int r = get_one(request, false, &regrade, err);
    if (r != 0)
        return r;
    int64_t id = regrade.id;
    cupel_regrade_clear(&regrade);
    return answer_items(request, id, ret, err);
}

static int end(const struct http_request *request,
               int (*how)(struct cupel_queue *queue, int64_t id, struct cupel_error *err),
               struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_regrade regrade;

    int r = get_one(request, true, &regrade, err);
    if (r != 0)
        return r;
    int64_t id = regrade.id;
    cupel_regrade_clear(&regrade);
    r = how(request->queue, id, err);
    return r < 0 ? r : answer_one(request, id, 200, ret, err);
}

static int publish(struct http_request *request, struct http_answer *ret,
                   struct cupel_error *err)
{
    return end(request, cupel_queue_publish_regrade, ret, err);
}

static int withdraw(struct http_request *request, struct http_answer *ret,
                    struct cupel_error *err)
{
    return end(request, cupel_queue_withdraw_regrade, ret, err);
}

static const struct http_route routes[] = {
    {"POST", "/v1/regrades", SMALL_BODY, post, HTTP_CHANGERS, false},
    {"GET", "/v1/regrades", 0, list, HTTP_SOMEBODY, false},
    {"GET", "/v1/regrades/{id}", 0, get, HTTP_SOMEBODY, false},
    {"GET", "/v1/regrades/{id}/items", 0, list_items, HTTP_SOMEBODY, false},
    {"POST", "/v1/regrades/{id}/publish", SMALL_BODY, publish, HTTP_CHANGERS, false},
    {"POST", "/v1/regrades/{id}/withdraw", SMALL_BODY, withdraw, HTTP_CHANGERS, false},
};

const struct http_routes api_regrade_routes = {routes, sizeof(routes) / sizeof(routes[0])};
