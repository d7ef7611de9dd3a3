/* A policy as who audits it reads it: what happens to each system call, by which rule of which
 * file, and why. */
#include "service/page_policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/policy_model.h"
#include "cli/policy_rules.h"
#include "cli/policy_table.h"
#include "render/html_text.h"
#include "service/page.h"
#include "service/page_parts.h"
#include "service/page_routes.h"

static void put_place(struct page *page, const json_t *origin, const char *without)
{
    char place[POLICY_PLACE_SIZE];

    (void)policy_place(origin, false, place);
    page_format(page, "<td class=\"code\">");
    html_text(page, place[0] != '\0' ? place : without);
    page_format(page, "</td>");
}

static void put_texts(struct page *page, const json_t *texts, const char *between)
{
    json_t *text;
    size_t i;

    json_array_foreach(texts, i, text)
    {
        page_format(page, "%s<code>", i == 0 ? "" : between);
        html_text(page, json_string_value(text));
        page_format(page, "</code>");
    }
}

static void put_why(struct page *page, const json_t *json)
{
    page_format(page, "<td class=\"why\">");
    html_text(page, policy_text_of(json, "why"));
    page_format(page, "</td>");
}

static void put_settings(struct page *page, json_t *settings)
{
    static const char *const columns[] = {"Setting", "Value", "From", NULL};
    json_t *one;
    size_t i;

    page_format(page, "<h2>Limits, files and network</h2>\n");
    page_open_table(page, "Settings, each with the line that it comes from", columns);
    json_array_foreach(settings, i, one)
    {
        page_format(page, "<tr><th scope=\"row\">");
        html_text(page, policy_text_of(one, "key"));
        page_format(page, "</th>");
        page_cell(page, policy_text_of(one, "text"));
        put_place(page, json_object_get(one, "origin"), "by default");
        page_format(page, "</tr>\n");
    }
    page_close_table(page);
    json_decref(settings);
}

static void put_answer(struct page *page, const json_t *answer)
{
    bool is_invariant = strcmp(policy_text_of(answer, "by"), "invariant") == 0;
    const char *when = json_string_value(json_object_get(answer, "when"));

    page_state_cell(page, policy_text_of(answer, "action"));
    page_format(page, "<td class=\"code\">");
    html_text(page, when != NULL ? when : "always");
    page_format(page, "</td>");
    put_why(page, answer);
    put_place(page, json_object_get(answer, "origin"),
              is_invariant ? "invariant" : "by default");
    page_format(page, "</tr>\n");
}

/* All calls that get the same answers as the one at index, unless an earlier one has had them
 * in its row. */
static void put_alike(struct page *page, const json_t *calls, size_t index)
{
    const json_t *answers = json_object_get(json_array_get(calls, index), "answers");
    json_t *other;
    json_t *answer;
    bool first = true;
    size_t i;

    for (i = 0; i < index; i++) {
        if (json_equal(json_object_get(json_array_get(calls, i), "answers"), answers))
            return;
    }
    page_format(page, "<tr><th scope=\"rowgroup\" rowspan=\"%zu\" class=\"code\">",
                json_array_size(answers));
    json_array_foreach(calls, i, other)
    {
        if (!json_equal(json_object_get(other, "answers"), answers))
            continue;
        page_format(page, first ? "" : " ");
        html_text(page, policy_text_of(other, "name"));
        first = false;
    }
    page_format(page, "</th>");
    json_array_foreach(answers, i, answer)
    {
        page_format(page, i == 0 ? "" : "<tr>");
        put_answer(page, answer);
    }
    page_format(page, "</tbody>\n<tbody>\n");
}

static void put_group(struct page *page, const json_t *calls, const char *title)
{
    static const char *const columns[] = {"Calls", "Action", "If", "Why", "From", NULL};
    size_t count = policy_count_calls(calls, title);
    json_t *call;
    size_t i;

    if (count == 0)
        return;
    page_format(page, "<h3>");
    page_state(page, title);
    page_format(page, " %zu call%s</h3>\n", count, count == 1 ? "" : "s");
    page_open_table(page, "Calls that get the same, and why", columns);
    json_array_foreach(calls, i, call)
    {
        if (strcmp(policy_call_title(call), title) == 0)
            put_alike(page, calls, i);
    }
    page_close_table(page);
}

static void put_calls(struct page *page, const json_t *calls)
{
    const char *titles[POLICY_TITLES_MAX];
    size_t count = policy_call_titles(calls, titles);

    page_format(page, "<h2>System calls</h2>\n<p>Beside what is listed: %s.</p>\n",
                POLICY_FOREIGN);
    for (size_t i = 0; i < count; i++)
        put_group(page, calls, titles[i]);
}

static void put_rules(struct page *page, const char *caption, json_t *rules)
{
    static const char *const columns[] = {"Action", "Calls", "If", "Why", "From", NULL};
    json_t *rule;
    size_t i;

    page_open_table(page, caption, columns);
    json_array_foreach(rules, i, rule)
    {
        page_format(page, "<tr>");
        page_state_cell(page, policy_text_of(rule, "action"));
        page_format(page, "<td>");
        put_texts(page, json_object_get(rule, "calls"), " ");
        page_format(page, "</td><td>");
        put_texts(page, json_object_get(rule, "when"), " or ");
        page_format(page, "</td>");
        put_why(page, rule);
        put_place(page, json_object_get(rule, "origin"), "invariant");
        page_format(page, "</tr>\n");
    }
    page_close_table(page);
    json_decref(rules);
}

static void put_head(struct page *page, const struct cupel_policy *policy)
{
    json_t *head = policy_head_json("", policy);
    const json_t *parents = json_object_get(head, "extends");
    json_t *parent;
    size_t i;

    page_format(page, "<p>");
    html_text(page, policy->why);
    page_format(page, "</p>\n");
    page_open_facts(page);
    if (json_array_size(parents) > 0)
        page_open_fact(page, "Extends");
    json_array_foreach(parents, i, parent)
    {
        page_format(page, i == 0 ? "" : ", which extends ");
        page_link(page, "/policies/", json_string_value(parent));
    }
    if (json_array_size(parents) > 0)
        page_close_fact(page);
    page_fact(page, "Architecture", policy_text_of(head, "arch"));
    page_code_fact(page, "SHA-256", policy->sha256);
    page_close_facts(page);
    json_decref(head);
}

static int find_policy(const char *folder, const char *name, struct cupel_policy **ret,
                       struct cupel_error *err)
{
    char **names = NULL;
    bool found = false;

    int r = page_list_policies(folder, &names, err);
    if (r != 0)
        return r;
    /* What is loaded may also be named by a path: only what is listed is shown. */
    for (size_t i = 0; names[i] != NULL; i++)
        found = found || strcmp(names[i], name) == 0;
    cupel_strings_free(names);
    if (!found)
        return cupel_fail(err, -ENOENT, "no such policy");
    return page_load_policy(folder, name, ret, err);
}

int page_policy(struct http_request *request, struct http_answer *ret, struct cupel_error *err)
{
    const char *name = request->variables[0];
    const struct page_head head = {.title = name, .place = "/policies"};
    struct cupel_policy *policy = NULL;
    struct page page;

    int r = find_policy(http_settings(request)->policies, name, &policy, err);
    if (r != 0)
        return r;
    json_t *calls = policy_calls_json(policy, err);
    if (calls == NULL) {
        cupel_policy_free(policy);
        return -ENOMEM;
    }
    page_begin(&page, request, &head);
    put_head(&page, policy);
    put_calls(&page, calls);
    page_format(&page, "<h2>Rules</h2>\n");
    put_rules(&page, "Rules in their order; the last that matches a call decides",
              policy_rules_json(policy));
    page_format(&page, "<h2>Invariants</h2>\n");
    put_rules(&page, "They hold where rules allow a call, and no policy can widen them",
              policy_invariants_json(policy));
    put_settings(&page, policy_settings_json(policy));
    json_decref(calls);
    cupel_policy_free(policy);
    return page_end(&page, 200, ret, err);
}
