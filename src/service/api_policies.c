/* /v1/policies: what programs may do, as cupel policy list and show tell it. */
#include <errno.h>
#include <string.h>

#include "cli/policy_documents.h"
#include "cupel/policy.h"
#include "service/api.h"

static int load(const char *folder, const char *name, struct cupel_policy **ret,
                struct cupel_error *err)
{
    struct cupel_diagnostics diagnostics = {0};

    int r = cupel_policy_load(folder, name, cupel_arch_native(), &diagnostics, ret, err);
    cupel_diagnostics_clear(&diagnostics);
    return r < 0 ? cupel_fail(err, -EIO, "policy %s is not valid", name) : 0;
}

/* They are installed with the service: it is its fault if they are not there. */
static int list_names(const char *folder, char ***ret, struct cupel_error *err)
{
    struct cupel_error why = {0};

    return cupel_policy_names(folder, ret, &why) < 0 ? cupel_fail(err, -EIO, "%s", why.text)
                                                     : 0;
}

/* Only what the folder has: a path of whoever asks is none of ours to open. */
static int load_known(const char *folder, const char *name, struct cupel_policy **ret,
                      struct cupel_error *err)
{
    char **names = NULL;
    bool is_known = false;

    int r = list_names(folder, &names, err);
    if (r != 0)
        return r;
    for (size_t i = 0; names[i] != NULL; i++)
        is_known = is_known || strcmp(names[i], name) == 0;
    cupel_strings_free(names);
    return is_known ? load(folder, name, ret, err)
                    : cupel_fail(err, -ENOENT, "there is no such policy");
}

static int list(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    const char *folder = http_settings(request)->policies;
    char **names = NULL;

    int r = list_names(folder, &names, err);
    if (r != 0)
        return r;
    json_t *items = json_array();
    for (size_t i = 0; r == 0 && names[i] != NULL; i++) {
        struct cupel_policy *policy = NULL;
        r = load(folder, names[i], &policy, err);
        if (r == 0)
            api_append(&items, policy_entry_json(folder, policy));
        cupel_policy_free(policy);
    }
    cupel_strings_free(names);
    if (r != 0) {
        json_decref(items);
        return r;
    }
    return http_answer_json(ret, 200, policy_list_json(items), err);
}

static int get(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    struct cupel_policy *policy = NULL;

    int r = load_known(http_settings(request)->policies, request->variables[0], &policy, err);
    if (r != 0)
        return r;
    json_t *document = policy_show_json(policy);
    cupel_policy_free(policy);
    return http_answer_json(ret, 200, document, err);
}

static const struct http_route routes[] = {
    {"GET", "/v1/policies", 0, list, HTTP_SOMEBODY, false},
    {"GET", "/v1/policies/{name}", 0, get, HTTP_SOMEBODY, false},
};

const struct http_routes api_policy_routes = {routes, sizeof(routes) / sizeof(routes[0])};
