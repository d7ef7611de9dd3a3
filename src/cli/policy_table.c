#include "cli/policy_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/policy_model.h"
#include "cupel/cleanup.h"
#include "policy/answers.h"
#include "policy/rules.h"
#include "render/json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAMES_SIZE   2048

/* The titles of groups; others are named by their action. */
#define ALLOWED   "allow"
#define ARGUMENTS "by arguments"
#define KILLED    "kill"
#define UNKNOWN   "without a rule"

static int by_name(const void *a, const void *b)
{
    json_t *const *x = a;
    json_t *const *y = b;

    return strcmp(policy_text_of(*x, "name"), policy_text_of(*y, "name"));
}

static json_t *call_json(const struct cupel_policy *policy, int number, const char *name,
                         struct cupel_error *err)
{
    static const struct cupel_cube anything = {0};
    struct cupel_answers answers = {0};

    if (cupel_answers_find(policy, number, &anything, &answers, err) < 0)
        return NULL;
    json_t *call = json_pack("{ss si so}", "name", name, "number", number, "answers",
                             policy_answers_json(&answers));
    cupel_answers_clear(&answers);
    if (call == NULL)
        (void)cupel_fail(err, -ENOMEM, "out of memory");
    return call;
}

json_t *policy_calls_json(const struct cupel_policy *policy, struct cupel_error *err)
{
    json_t *found[CUPEL_CALLS];
    char name[CUPEL_CALL_NAME_SIZE];
    size_t count = 0;
    bool ok = true;

    for (int number = 0; number < CUPEL_CALLS && ok; number++) {
        if (!cupel_call_name(policy->arch, number, name))
            continue;
        found[count] = call_json(policy, number, name, err);
        ok = found[count] != NULL;
        count += ok;
    }
    qsort(found, count, sizeof(json_t *), by_name);
    json_t *calls = json_array();
    for (size_t i = 0; i < count; i++)
        render_append(&calls, found[i]);
    if (ok && calls == NULL)
        (void)cupel_fail(err, -ENOMEM, "out of memory");
    if (!ok) {
        json_decref(calls);
        return NULL;
    }
    return calls;
}

const char *policy_call_title(const json_t *call)
{
    const json_t *answers = json_object_get(call, "answers");
    const json_t *first = json_array_get(answers, 0);
    const char *action = policy_text_of(first, "action");

    for (size_t i = 1; i < json_array_size(answers); i++) {
        if (strcmp(policy_text_of(json_array_get(answers, i), "action"), action) != 0)
            return ARGUMENTS;
    }
    return strcmp(policy_text_of(first, "by"), "unknown") == 0 ? UNKNOWN : action;
}

size_t policy_count_calls(const json_t *calls, const char *title)
{
    json_t *call;
    size_t count = 0;
    size_t i;

    json_array_foreach(calls, i, call) count += strcmp(policy_call_title(call), title) == 0;
    return count;
}

size_t policy_call_titles(const json_t *calls, const char *ret[static POLICY_TITLES_MAX])
{
    static const char *const ends[] = {KILLED, UNKNOWN};
    json_t *call;
    size_t count = 0;
    size_t i;

    ret[count++] = ALLOWED;
    ret[count++] = ARGUMENTS;
    json_array_foreach(calls, i, call)
    {
        const char *title = policy_call_title(call);
        bool known = strcmp(title, KILLED) == 0 || strcmp(title, UNKNOWN) == 0;
        for (size_t j = 0; j < count && !known; j++)
            known = strcmp(ret[j], title) == 0;
        if (!known && count < POLICY_TITLES_MAX - COUNT(ends))
            ret[count++] = title;
    }
    for (size_t j = 0; j < COUNT(ends); j++)
        ret[count++] = ends[j];
    return count;
}

static void put_names(struct page *page, const json_t *calls, const char *title)
{
    CUPEL_AUTO_FREE char *names = NULL;
    json_t *call;
    size_t count = 0;
    size_t len = 0;
    size_t i;
    FILE *out = open_memstream(&names, &len);

    if (out == NULL)
        return;
    json_array_foreach(calls, i, call)
    {
        if (strcmp(policy_call_title(call), title) == 0)
            (void)fprintf(out, "%s%s", count++ > 0 ? " " : "", policy_text_of(call, "name"));
    }
    if (fclose(out) == 0 && names != NULL)
        page_wrap(page, "  ", 2, names);
}

/* A line for each answer, with its condition. NULL without memory; the caller frees. */
static char *answers_text(const json_t *call)
{
    char *text = NULL;
    json_t *answer;
    size_t len = 0;
    size_t i;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        return NULL;
    json_array_foreach(json_object_get(call, "answers"), i, answer)
    {
        bool invariant = strcmp(policy_text_of(answer, "by"), "invariant") == 0;
        (void)fprintf(out, "%s%s, if %s\n", policy_text_of(answer, "action"),
                      invariant ? " (invariant)" : "", policy_text_of(answer, "when"));
    }
    return fclose(out) == 0 ? text : NULL;
}

/* The names of all calls with these answers; false if one before index has them already. */
static bool find_alike(const json_t *calls, size_t index, const char *text,
                       char ret[static NAMES_SIZE])
{
    json_t *call;
    size_t len = 0;
    size_t i;

    json_array_foreach(calls, i, call)
    {
        if (strcmp(policy_call_title(call), ARGUMENTS) != 0)
            continue;
        CUPEL_AUTO_FREE char *other = answers_text(call);
        if (other == NULL || strcmp(other, text) != 0)
            continue;
        if (i < index)
            return false;
        if (len < NAMES_SIZE)
            len += (size_t)snprintf(ret + len, NAMES_SIZE - len, "%s%s", len > 0 ? " " : "",
                                    policy_text_of(call, "name"));
    }
    return true;
}

/* Of the calls that depend on arguments: each answer with its condition. */
static void put_answers(struct page *page, const json_t *calls)
{
    char names[NAMES_SIZE];
    json_t *call;
    size_t i;

    json_array_foreach(calls, i, call)
    {
        if (strcmp(policy_call_title(call), ARGUMENTS) != 0)
            continue;
        CUPEL_AUTO_FREE char *text = answers_text(call);
        if (text == NULL || !find_alike(calls, i, text, names))
            continue;
        page_wrap(page, "  ", 2, names);
        for (char *line = text; *line != '\0';) {
            size_t len = strcspn(line, "\n");
            line[len] = '\0';
            page_wrap(page, "      ", 8, line);
            line += len + 1;
        }
    }
}

void policy_put_calls(struct page *page, const json_t *calls)
{
    const char *titles[POLICY_TITLES_MAX];
    size_t count = policy_call_titles(calls, titles);

    for (size_t i = 0; i < count; i++) {
        size_t size = policy_count_calls(calls, titles[i]);
        if (size == 0)
            continue;
        page_format(page, "\n%s: %zu call%s\n", titles[i], size, size == 1 ? "" : "s");
        if (strcmp(titles[i], ARGUMENTS) == 0)
            put_answers(page, calls);
        else
            put_names(page, calls, titles[i]);
    }
}
