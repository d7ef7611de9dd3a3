#include "cli/policy_compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/policy_model.h"
#include "cupel/cleanup.h"
#include "policy/rules.h"
#include "render/json.h"

static const char *const change_names[] = {[CUPEL_CHANGE_WIDER] = "wider",
                                           [CUPEL_CHANGE_NARROWER] = "narrower",
                                           [CUPEL_CHANGE_OTHER] = "other"};

const char *policy_verdict_text(const struct policy_verdict *verdict)
{
    if (verdict->wider && verdict->narrower)
        return "wider and narrower";
    if (verdict->wider || verdict->narrower)
        return verdict->wider ? "wider" : "narrower";
    return verdict->other ? "other answers" : "equal";
}

static void note(struct policy_verdict *verdict, enum cupel_change_kind kind)
{
    verdict->wider = verdict->wider || kind == CUPEL_CHANGE_WIDER;
    verdict->narrower = verdict->narrower || kind == CUPEL_CHANGE_NARROWER;
    verdict->other = verdict->other || kind == CUPEL_CHANGE_OTHER;
}

static int cases_of(const struct policy_side *side, int number, struct cupel_policy_case **ret,
                    size_t *ret_count, struct cupel_error *err)
{
    return side->policy != NULL ? cupel_policy_cases(side->policy, number, ret, ret_count, err)
                                : cupel_oci_cases(side->oci, number, ret, ret_count, err);
}

static json_t *change_json(int number, const char *name, const struct cupel_change *change)
{
    return json_pack("{ss si ss so so so}", "name", name, "number", number, "change",
                     change_names[change->kind], "when", render_name(change->when), "a",
                     policy_decision_json(&change->a), "b", policy_decision_json(&change->b));
}

static int compare_call(const struct policy_side *a, const struct policy_side *b,
                        enum cupel_arch arch, int number, struct cupel_changes *ret,
                        struct cupel_error *err)
{
    CUPEL_AUTO_FREE struct cupel_policy_case *a_cases = NULL;
    CUPEL_AUTO_FREE struct cupel_policy_case *b_cases = NULL;
    char name[CUPEL_CALL_NAME_SIZE];
    size_t a_count = 0;
    size_t b_count = 0;

    (void)cupel_call_name(arch, number, name);
    int r = cases_of(a, number, &a_cases, &a_count, err);
    if (r == 0)
        r = cases_of(b, number, &b_cases, &b_count, err);
    if (r < 0)
        return r;
    r = cupel_changes_find(name, arch, a_cases, a_count, b_cases, b_count, ret);
    return r < 0 ? cupel_fail(err, r, "out of memory") : 0;
}

json_t *policy_compare_calls(const struct policy_side *a, const struct policy_side *b,
                             enum cupel_arch arch, struct policy_verdict *verdict,
                             struct cupel_error *err)
{
    json_t *calls = json_array();
    char name[CUPEL_CALL_NAME_SIZE];

    for (int number = 0; number < CUPEL_CALLS; number++) {
        struct cupel_changes changes = {0};
        bool is_last = number == CUPEL_CALLS - 1; /* stands for all that have no name */
        if (!cupel_call_name(arch, number, name) && !is_last)
            continue;
        if (compare_call(a, b, arch, number, &changes, err) < 0) {
            json_decref(calls);
            return NULL;
        }
        for (size_t i = 0; i < changes.count; i++) {
            note(verdict, changes.items[i].kind);
            render_append(&calls,
                          change_json(number, is_last ? "any other" : name, &changes.items[i]));
        }
        cupel_changes_clear(&changes);
    }
    if (calls == NULL)
        (void)cupel_fail(err, -ENOMEM, "out of memory");
    return calls;
}

static void add(json_t **settings, struct policy_verdict *verdict, const char *key,
                enum cupel_change_kind kind, const char *a, const char *b)
{
    note(verdict, kind);
    render_append(settings, json_pack("{ss ss so so}", "key", key, "change", change_names[kind],
                                      "a", render_text(a), "b", render_text(b)));
}

static void compare_limits(const struct cupel_policy *a, const struct cupel_policy *b,
                           json_t **settings, struct policy_verdict *verdict)
{
    char a_text[POLICY_LIMIT_TEXT];
    char b_text[POLICY_LIMIT_TEXT];

    for (size_t i = 0; i < CUPEL_LIMIT_KEYS; i++) {
        const struct cupel_limit_key *key = &cupel_limit_keys[i];
        uint64_t old = cupel_limit_value(&a->limits, key);
        uint64_t new = cupel_limit_value(&b->limits, key);
        if (old != new)
            add(settings, verdict, key->key,
                new > old ? CUPEL_CHANGE_WIDER : CUPEL_CHANGE_NARROWER,
                policy_limit_text(key, old, a_text), policy_limit_text(key, new, b_text));
    }
}

/* Whether one of items is this path, or a folder above it. */
static bool covers(char *const *items, const char *path)
{
    for (; *items != NULL; items++) {
        size_t len = strlen(*items);
        if (strncmp(*items, path, len) == 0 && (path[len] == '\0' || path[len] == '/'))
            return true;
    }
    return false;
}

/* What items has and neither other nor more covers. more: NULL, or what gives at least as much.
 */
static void compare_items(char *const *items, char *const *other, char *const *more,
                          const char *key, enum cupel_change_kind kind, json_t **settings,
                          struct policy_verdict *verdict)
{
    bool is_new = kind == CUPEL_CHANGE_WIDER;

    for (; *items != NULL; items++) {
        if (!covers(other, *items) && (more == NULL || !covers(more, *items)))
            add(settings, verdict, key, kind, is_new ? NULL : *items, is_new ? *items : NULL);
    }
}

static void compare_lists(char *const *a, char *const *a_more, char *const *b,
                          char *const *b_more, const char *key, json_t **settings,
                          struct policy_verdict *verdict)
{
    compare_items(b, a, a_more, key, CUPEL_CHANGE_WIDER, settings, verdict);
    compare_items(a, b, b_more, key, CUPEL_CHANGE_NARROWER, settings, verdict);
}

static void compare_layers(const struct cupel_policy *a, const struct cupel_policy *b,
                           json_t **settings, struct policy_verdict *verdict)
{
    for (size_t i = 0; i < CUPEL_LAYER_COUNT; i++) {
        bool old = (a->require & 1U << i) != 0;
        bool new = (b->require & 1U << i) != 0;
        if (old != new)
            add(settings, verdict, "require", old ? CUPEL_CHANGE_WIDER : CUPEL_CHANGE_NARROWER,
                old ? cupel_layer_names[i] : NULL, new ? cupel_layer_names[i] : NULL);
    }
}

static void compare_policies(const struct cupel_policy *a, const struct cupel_policy *b,
                             json_t **settings, struct policy_verdict *verdict)
{
    static const char *const networks[] = {
        [CUPEL_NETWORK_NONE] = "none", [CUPEL_NETWORK_LOOPBACK] = "loopback"};

    compare_limits(a, b, settings, verdict);
    compare_lists(a->read_only, a->writable, b->read_only, b->writable, "read_only", settings,
                  verdict);
    compare_lists(a->writable, NULL, b->writable, NULL, "writable", settings, verdict);
    compare_lists(a->devices, NULL, b->devices, NULL, "devices", settings, verdict);
    compare_lists(a->environment, NULL, b->environment, NULL, "environment", settings, verdict);
    if (a->network != b->network)
        add(settings, verdict, "network",
            b->network > a->network ? CUPEL_CHANGE_WIDER : CUPEL_CHANGE_NARROWER,
            networks[a->network], networks[b->network]);
    compare_layers(a, b, settings, verdict);
}

/* A policy kills what enters by another architecture's calls. */
static void compare_foreign(const struct policy_side *a, const struct policy_side *b,
                            json_t **settings, struct policy_verdict *verdict)
{
    const char *old = a->oci != NULL ? cupel_oci_foreign(a->oci) : "";
    const char *new = b->oci != NULL ? cupel_oci_foreign(b->oci) : "";

    if (strcmp(old, new) == 0)
        return;
    if (new[0] != '\0')
        add(settings, verdict, "entry by", CUPEL_CHANGE_WIDER, old[0] != '\0' ? old : NULL,
            new);
    if (old[0] != '\0')
        add(settings, verdict, "entry by", CUPEL_CHANGE_NARROWER, old,
            new[0] != '\0' ? new : NULL);
}

json_t *policy_compare_settings(const struct policy_side *a, const struct policy_side *b,
                                struct policy_verdict *verdict)
{
    json_t *settings = json_array();

    if (a->policy != NULL && b->policy != NULL)
        compare_policies(a->policy, b->policy, &settings, verdict);
    compare_foreign(a, b, &settings, verdict);
    return settings;
}
