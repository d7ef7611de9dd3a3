#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"
#include "cupel/cleanup.h"
#include "policy/cubes.h"
#include "policy/oci.h"
#include "policy/oci_rule.h"

#define MAX_SIZE (4UL * 1024 * 1024)

struct cupel_oci {
    struct cupel_document *document;
    enum cupel_arch arch;
    struct cupel_action unknown;
    struct cupel_origin unknown_origin;
    struct oci_rules rules; /* the last that matches decides */
    char foreign[256];
};

static const char *const libseccomp_names[] = {
    [CUPEL_ARCH_X86_64] = "SCMP_ARCH_X86_64", [CUPEL_ARCH_AARCH64] = "SCMP_ARCH_AARCH64"};

bool cupel_oci_is_profile(const char *path)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_document *document = NULL;
    struct cupel_field field;
    bool is_profile = false;

    if (cupel_document_load(AT_FDCWD, path, path, MAX_SIZE, &diagnostics, &document, NULL) ==
        0) {
        struct cupel_field root = cupel_document_root(document);
        is_profile =
            json_is_object(root.json) && cupel_field_get(&root, "defaultAction", &field);
        cupel_document_free(document);
    }
    cupel_diagnostics_clear(&diagnostics);
    return is_profile;
}

static void add_foreign(struct cupel_oci *oci, const char *name)
{
    size_t len = strlen(oci->foreign);

    if (strcmp(name, libseccomp_names[oci->arch]) != 0)
        (void)snprintf(oci->foreign + len, sizeof(oci->foreign) - len, "%s%s",
                       len > 0 ? ", " : "", name);
}

static bool read_architectures(struct cupel_oci *oci, const struct cupel_field *list)
{
    const char *name;

    if (!cupel_field_is_array(list))
        return false;
    for (size_t i = 0; i < cupel_field_count(list); i++) {
        struct cupel_field item = cupel_field_at(list, i);
        if (!cupel_field_string(&item, &name))
            return false;
        add_foreign(oci, name);
    }
    return true;
}

/* Of `archMap`, what is below our own architecture. */
static bool read_arch_map(struct cupel_oci *oci, const struct cupel_field *list)
{
    struct cupel_field field;
    const char *name;

    if (!cupel_field_is_array(list))
        return false;
    for (size_t i = 0; i < cupel_field_count(list); i++) {
        struct cupel_field item = cupel_field_at(list, i);
        if (!cupel_field_is_object(&item) ||
            !cupel_field_require(&item, "architecture", &field) ||
            !cupel_field_string(&field, &name))
            return false;
        if (strcmp(name, libseccomp_names[oci->arch]) == 0 &&
            cupel_field_get(&item, "subArchitectures", &field) &&
            !read_architectures(oci, &field))
            return false;
    }
    return true;
}

static bool read_rules(struct cupel_oci *oci, const struct cupel_field *list)
{
    bool ok = true;

    if (!cupel_field_is_array(list))
        return false;
    for (size_t i = cupel_field_count(list); i-- > 0;) {
        struct cupel_field item = cupel_field_at(list, i);
        ok = oci_rule_read(&item, oci->arch, oci->unknown, &oci->rules) && ok;
    }
    return ok;
}

static bool read_root(struct cupel_oci *oci, const struct cupel_field *root)
{
    struct cupel_field field;
    bool ok = true;

    if (!cupel_field_is_object(root) || !cupel_field_require(root, "defaultAction", &field) ||
        !oci_action_read(root, "defaultAction", "defaultErrnoRet", &oci->unknown))
        return false;
    oci->unknown_origin.file = oci->document->name;
    cupel_field_position(&field, &oci->unknown_origin.line, &oci->unknown_origin.column);
    if (cupel_field_get(root, "architectures", &field))
        ok = read_architectures(oci, &field) && ok;
    if (cupel_field_get(root, "archMap", &field))
        ok = read_arch_map(oci, &field) && ok;
    if (cupel_field_get(root, "syscalls", &field))
        ok = read_rules(oci, &field) && ok;
    return ok;
}

int cupel_oci_make(struct cupel_document *document, enum cupel_arch arch,
                   struct cupel_oci **ret, struct cupel_error *err)
{
    struct cupel_field root = cupel_document_root(document);
    struct cupel_oci *oci = calloc(1, sizeof(*oci));

    if (oci == NULL)
        return cupel_fail(err, -ENOMEM, "no memory for the profile");
    oci->arch = arch;
    oci->document = cupel_document_keep(document);
    if (!read_root(oci, &root)) {
        cupel_oci_free(oci);
        return cupel_fail(err, -EINVAL, "%s is not a valid profile", document->name);
    }
    *ret = oci;
    return 0;
}

int cupel_oci_load(const char *path, enum cupel_arch arch,
                   struct cupel_diagnostics *diagnostics, struct cupel_oci **ret,
                   struct cupel_error *err)
{
    struct cupel_document *document = NULL;

    int r = cupel_document_load(AT_FDCWD, path, path, MAX_SIZE, diagnostics, &document, err);
    if (r == 0)
        r = cupel_oci_make(document, arch, ret, err);
    cupel_document_free(document);
    return r;
}

void cupel_oci_free(struct cupel_oci *oci)
{
    if (oci == NULL)
        return;
    cupel_document_free(oci->document);
    free(oci->rules.items);
    free(oci);
}

const char *cupel_oci_foreign(const struct cupel_oci *oci)
{
    return oci->foreign;
}

/* Which of two rules that both match comes first; the greatest does. */
static int precedence(const struct oci_rule *rule)
{
    if (!rule->has_arguments)
        return 2;
    return cupel_action_allows(rule->rule.action) ? 1 : 0;
}

/* Those that name the call, by precedence, and then from the end of the file to its beginning.
 */
static size_t rules_naming(const struct cupel_oci *oci, size_t number,
                           const struct cupel_rule **ret)
{
    size_t count = 0;

    for (int wanted = 0; wanted <= 2; wanted++) {
        for (size_t i = 0; i < oci->rules.count; i++) {
            const struct oci_rule *rule = &oci->rules.items[i];
            if (precedence(rule) == wanted && cupel_call_set_has(&rule->rule.calls, number))
                ret[count++] = &rule->rule;
        }
    }
    return count;
}

/* All of an argument counts where a profile looks at bits that the kernel does not. */
static unsigned width_of(const struct cupel_oci *oci, int number,
                         const struct cupel_rule *const *rules, size_t count)
{
    const unsigned all = (1U << CUPEL_ARGUMENTS) - 1;
    char name[CUPEL_CALL_NAME_SIZE];
    unsigned wide = 0;

    if (!cupel_call_name(oci->arch, number, name) || !cupel_arguments_wide(name, &wide))
        return all;
    for (size_t i = 0; i < count; i++) {
        const struct cupel_conditions *conditions = &rules[i]->conditions;
        for (size_t j = 0; j < conditions->count; j++) {
            const struct cupel_condition *c = &conditions->items[j];
            if ((c->value > UINT32_MAX && c->value != UINT64_MAX) || c->low > UINT32_MAX)
                return all;
        }
    }
    return wide;
}

static void decide(const struct cupel_oci *oci, const struct cupel_case *from,
                   struct cupel_policy_case *ret)
{
    const struct oci_rule *rule = (const struct oci_rule *)from->rule;

    ret->cube = from->cube;
    ret->decision.by = rule != NULL ? CUPEL_DECIDED_BY_RULE : CUPEL_DECIDED_BY_UNKNOWN;
    ret->decision.action = rule != NULL ? rule->rule.action : oci->unknown;
    ret->decision.origin = rule != NULL ? rule->origin : oci->unknown_origin;
}

int cupel_oci_cases(const struct cupel_oci *oci, int number, struct cupel_policy_case **ret,
                    size_t *ret_count, struct cupel_error *err)
{
    struct cupel_cases cases = {0};
    CUPEL_AUTO_FREE const struct cupel_rule **naming =
        calloc(oci->rules.count + 1, sizeof(const void *));

    if (naming == NULL)
        return cupel_fail(err, -ENOMEM, "no memory for the rules of a call");
    bool is_named = number >= 0 && number < CUPEL_CALLS;
    size_t count = is_named ? rules_naming(oci, (size_t)number, naming) : 0;
    int r = cupel_cases_of_call(naming, count, width_of(oci, number, naming, count), &cases);
    struct cupel_policy_case *items = r == 0 ? calloc(cases.count, sizeof(*items)) : NULL;
    for (size_t i = 0; items != NULL && i < cases.count; i++)
        decide(oci, &cases.items[i], &items[i]);
    *ret_count = cases.count;
    cupel_cases_clear(&cases);
    if (items == NULL)
        return cupel_fail(err, r < 0 ? r : -ENOMEM, "rules for call %d: %s", number,
                          strerrordesc_np(r < 0 ? -r : ENOMEM));
    *ret = items;
    return 0;
}
