/* The shipped policies: what each is for, and what it extends. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/policy_model.h"
#include "cupel/document.h"
#include "render/html_text.h"
#include "service/page.h"
#include "service/page_parts.h"
#include "service/page_policy.h"
#include "service/page_routes.h"

int page_list_policies(const char *folder, char ***ret, struct cupel_error *err)
{
    struct cupel_error cause = {0};

    if (cupel_policy_names(folder, ret, &cause) == 0)
        return 0;
    return cupel_fail(err, -EIO, "policies: %s", cause.text);
}

int page_load_policy(const char *folder, const char *name, struct cupel_policy **ret,
                     struct cupel_error *err)
{
    struct cupel_diagnostics diagnostics = {0};

    int r = cupel_policy_load(folder, name, cupel_arch_native(), &diagnostics, ret, err);
    cupel_diagnostics_clear(&diagnostics);
    /* Whoever asks has named one that there is: what is wrong with it is ours. */
    return r == 0 || cupel_is_shortage(r) ? r
                                          : cupel_fail(err, -EIO, "policy %s: invalid", name);
}

static void put_parents(struct page *page, const json_t *parents)
{
    json_t *parent;
    size_t i;

    page_format(page, "<td>");
    json_array_foreach(parents, i, parent)
    {
        page_format(page, i == 0 ? "" : ", ");
        page_link(page, "/policies/", json_string_value(parent));
    }
    page_format(page, json_array_size(parents) == 0 ? "–</td>" : "</td>");
}

static int put_policy(struct page *page, const char *folder, const char *name,
                      struct cupel_error *err)
{
    struct cupel_policy *policy = NULL;

    int r = page_load_policy(folder, name, &policy, err);
    if (r < 0)
        return r;
    json_t *head = policy_head_json("", policy);
    page_format(page, "<tr><th scope=\"row\">");
    page_link(page, "/policies/", name);
    page_format(page, "</th>");
    put_parents(page, json_object_get(head, "extends"));
    page_cell(page, policy->why);
    page_format(page, "<td class=\"code\">%s</td></tr>\n", policy->sha256);
    json_decref(head);
    cupel_policy_free(policy);
    return 0;
}

static int put_policies(struct page *page, const char *folder, struct cupel_error *err)
{
    static const char *const columns[] = {"Policy", "Extends", "What it is for", "SHA-256",
                                          NULL};
    char **names = NULL;

    int r = page_list_policies(folder, &names, err);
    if (r < 0)
        return r;
    page_open_table(page, "The shipped policies", columns);
    for (size_t i = 0; r == 0 && names[i] != NULL; i++)
        r = put_policy(page, folder, names[i], err);
    page_close_table(page);
    cupel_strings_free(names);
    return r;
}

int page_policies(struct http_request *request, struct http_answer *ret,
                  struct cupel_error *err)
{
    const struct page_head head = {.title = "Policies", .place = "/policies"};
    struct page page;

    page_begin(&page, request, &head);
    page_format(&page,
                "<p>What programs may do and use. Each system call is decided by a rule,"
                " and each rule says why.</p>\n");
    int r = put_policies(&page, http_settings(request)->policies, err);
    if (r == 0)
        return page_end(&page, 200, ret, err);
    free(page_close(&page));
    return r;
}
