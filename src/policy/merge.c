#include "policy/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/action.h"
#include "policy/files.h"
#include "policy/limits.h"
#include "policy/rules.h"
#include "policy/sources.h"
#include "policy/widening.h"

static const char *const keys[] = {"schema",   "name",    "extends", "why",
                                   "limits",   "files",   "network", "environment",
                                   "syscalls", "require", NULL};

/* Replace a string that the policy owns. */
static bool replace(const struct cupel_field *field, char **string, const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL)
        return cupel_field_out_of_memory(field);
    free(*string);
    *string = copy;
    return true;
}

static bool read_schema(const struct cupel_field *root)
{
    static const char *const schemas[] = {"cupel.policy/1", NULL};
    struct cupel_field schema;
    size_t index;

    return cupel_field_require(root, "schema", &schema) &&
           cupel_field_choice(&schema, schemas, &index);
}

static bool read_name(const struct cupel_field *root, const char *expected,
                      struct cupel_policy *policy)
{
    struct cupel_field field;
    const char *name;

    if (!cupel_field_require(root, "name", &field) || !cupel_field_string(&field, &name))
        return false;
    if (strcmp(name, expected) != 0)
        return cupel_field_fail(&field, "expected \"%s\", as the file is named, found \"%s\"",
                                expected, name);
    return replace(&field, &policy->name, name);
}

static bool read_why(const struct cupel_field *root, bool is_root, struct cupel_policy *policy)
{
    struct cupel_field field;
    const char *why;

    if (!cupel_field_get(root, "why", &field)) {
        if (!is_root)
            return true;
        return cupel_field_require(root, "why", &field);
    }
    if (!cupel_field_string(&field, &why))
        return false;
    if (why[strspn(why, " \t\n")] == '\0')
        return cupel_field_fail(&field, "expected what this policy is for, found nothing");
    return replace(&field, &policy->why, why);
}

static bool read_all_limits(const struct cupel_field *field, bool is_root,
                            const struct cupel_widening *widening, struct cupel_policy *policy)
{
    struct cupel_limits before = policy->limits;
    struct cupel_field given;
    bool ok = true;

    if (!cupel_policy_read_limits(field, &policy->limits))
        return false;
    for (size_t i = 0; i < CUPEL_LIMIT_KEYS; i++) {
        const struct cupel_limit_key *key = &cupel_limit_keys[i];
        uint64_t old = cupel_limit_value(&before, key);
        uint64_t new = cupel_limit_value(&policy->limits, key);
        bool is_given = cupel_field_get(field, key->key, &given);
        if (is_given || new != old)
            cupel_sources_note_limit(policy->sources, i);
        if (!is_given && is_root && !key->optional)
            ok = cupel_field_require(field, key->key, &given);
        if (is_given && new > old)
            ok = cupel_widening_check(widening, &given, "raises this limit") && ok;
    }
    return ok;
}

static bool read_network(const struct cupel_field *field, const struct cupel_widening *widening,
                         struct cupel_policy *policy)
{
    static const char *const names[] = {
        [CUPEL_NETWORK_NONE] = "none", [CUPEL_NETWORK_LOOPBACK] = "loopback", NULL};
    size_t index;

    if (!cupel_field_choice(field, names, &index))
        return false;
    bool widens = index > (size_t)policy->network;
    policy->network = (enum cupel_network)index;
    cupel_sources_note(policy->sources, CUPEL_PART_NETWORK);
    return !widens || cupel_widening_check(widening, field, "switches the network on");
}

static bool read_layer(const struct cupel_field *field, unsigned *require)
{
    size_t layer;

    if (!cupel_field_choice(field, cupel_layer_names, &layer))
        return false;
    *require |= 1U << layer;
    return true;
}

static bool read_require(const struct cupel_field *field, const struct cupel_widening *widening,
                         struct cupel_policy *policy)
{
    unsigned require = 0;
    bool ok = true;

    if (!cupel_field_is_array(field))
        return false;
    for (size_t i = 0; i < cupel_field_count(field); i++) {
        struct cupel_field item = cupel_field_at(field, i);
        ok = read_layer(&item, &require) && ok;
    }
    bool widens = (policy->require & ~require) != 0;
    policy->require = require;
    cupel_sources_note(policy->sources, CUPEL_PART_REQUIRE);
    if (widens)
        ok = cupel_widening_check(widening, field, "requires less") && ok;
    return ok;
}

/* What calls without a rule get. Death is narrower than an error. */
static bool read_unknown(const struct cupel_field *syscalls,
                         const struct cupel_widening *widening, struct cupel_policy *policy)
{
    struct cupel_action *unknown = &policy->rules->unknown;
    bool killed = unknown->kind == CUPEL_ACTION_KILL;
    struct cupel_field field;

    if (!json_is_object(syscalls->json))
        return false; /* said where the rules are read */
    if (!cupel_field_get(syscalls, "unknown", &field))
        return !widening->is_root || cupel_field_require(syscalls, "unknown", &field);
    if (!cupel_action_read(&field, unknown))
        return false;
    cupel_sources_note(policy->sources, CUPEL_PART_UNKNOWN);
    return !killed || unknown->kind == CUPEL_ACTION_KILL ||
           cupel_widening_check(widening, &field, "lets unknown calls live");
}

/* The member of that key, which only the root has to have. */
static bool find(const struct cupel_field *root, const char *key, bool is_root, bool *ok,
                 struct cupel_field *ret)
{
    if (cupel_field_get(root, key, ret))
        return true;
    if (is_root)
        *ok = cupel_field_require(root, key, ret);
    return false;
}

static bool read_sections(const struct cupel_field *root, bool is_root,
                          struct cupel_policy *policy)
{
    struct cupel_widening widening = {.is_root = is_root};
    struct cupel_field field;
    bool ok = true;

    widening.has_why = cupel_field_get(root, "why", &field);
    if (find(root, "limits", is_root, &ok, &field))
        ok = read_all_limits(&field, is_root, &widening, policy) && ok;
    if (find(root, "files", is_root, &ok, &field))
        ok = cupel_files_read(&field, is_root, &widening, policy) && ok;
    if (find(root, "network", is_root, &ok, &field))
        ok = read_network(&field, &widening, policy) && ok;
    if (cupel_field_get(root, "environment", &field))
        ok = cupel_environment_read(&field, &widening, policy) && ok;
    if (cupel_field_get(root, "require", &field))
        ok = read_require(&field, &widening, policy) && ok;
    if (find(root, "syscalls", is_root, &ok, &field)) {
        ok = cupel_rules_read(&field, (int)policy->sources->count - 1, policy) && ok;
        ok = read_unknown(&field, &widening, policy) && ok;
    }
    return ok;
}

/* Read one document over what its parents made. False if diagnostics were added. */
static bool read_source(const struct cupel_policy_source *source, bool is_root,
                        struct cupel_policy *policy)
{
    struct cupel_field root = cupel_document_root(source->document);

    if (!cupel_field_is_object(&root))
        return false;
    bool ok = cupel_field_only_keys(&root, keys);
    ok = read_schema(&root) && ok;
    if (!read_name(&root, source->name, policy)) {
        ok = false;
        if (!replace(&root, &policy->name, source->name))
            return false;
    }
    ok = read_why(&root, is_root, policy) && ok;
    if (cupel_sources_add(policy->sources, source->document, policy->name) < 0)
        return cupel_field_out_of_memory(&root);
    return read_sections(&root, is_root, policy) && ok;
}

static struct cupel_policy *new_policy(enum cupel_arch arch)
{
    struct cupel_policy *policy = calloc(1, sizeof(*policy));

    if (policy == NULL)
        return NULL;
    policy->arch = arch;
    policy->limits.cpus_milli = CUPEL_CPUS_ALL;
    policy->rules = calloc(1, sizeof(*policy->rules));
    policy->sources = cupel_sources_make();
    policy->read_only = calloc(1, sizeof(char *));
    policy->writable = calloc(1, sizeof(char *));
    policy->devices = calloc(1, sizeof(char *));
    policy->environment = calloc(1, sizeof(char *));
    if (policy->rules == NULL || policy->read_only == NULL || policy->writable == NULL ||
        policy->devices == NULL || policy->environment == NULL || policy->sources == NULL) {
        cupel_policy_free(policy);
        return NULL;
    }
    policy->rules->unknown = (struct cupel_action){CUPEL_ACTION_ERRNO, ENOSYS};
    return policy;
}

int cupel_policy_merge(const struct cupel_policy_source *sources, size_t count,
                       enum cupel_arch arch, struct cupel_policy **ret, struct cupel_error *err)
{
    bool ok = true;

    struct cupel_policy *policy = new_policy(arch);
    if (policy == NULL)
        return cupel_fail(err, -ENOMEM, "no memory for the policy");
    for (size_t i = 0; i < count; i++)
        ok = read_source(&sources[i], i == 0, policy) && ok;
    int r = ok ? cupel_policy_hash(policy, policy->sha256) : -EINVAL;
    if (r < 0) {
        cupel_policy_free(policy);
        if (cupel_is_shortage(r))
            return cupel_fail(err, r, "policy \"%s\": %s", sources[count - 1].name,
                              strerrordesc_np(-r));
        return cupel_fail(err, r, "policy \"%s\" is not valid", sources[count - 1].name);
    }
    *ret = policy;
    return 0;
}

void cupel_policy_free(struct cupel_policy *policy)
{
    if (policy == NULL)
        return;
    free(policy->name);
    free(policy->why);
    cupel_strings_free(policy->read_only);
    cupel_strings_free(policy->writable);
    cupel_strings_free(policy->devices);
    cupel_strings_free(policy->environment);
    cupel_rules_free(policy->rules);
    cupel_sources_free(policy->sources);
    free(policy);
}
