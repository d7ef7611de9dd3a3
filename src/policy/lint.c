/* What loading, compiling and looking at the rules says of a policy, put together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/document_internal.h"
#include "policy/cubes.h"
#include "policy/lint_rules.h"
#include "policy/sources.h"

/* What only compiling shows. False with an error added. */
static bool compiles(const struct cupel_policy *policy)
{
    struct cupel_field root =
        cupel_document_root(policy->sources->documents[policy->sources->count - 1]);
    struct cupel_filter filter = {0};
    struct cupel_error own = {0};

    if (cupel_policy_compile(policy, CUPEL_FILTER_ENFORCE, &filter, &own) < 0)
        return cupel_field_fail(&root, "%s", own.text);
    cupel_filter_clear(&filter);
    return true;
}

/* Remarks about other files are those files' own matter. */
static void drop_remarks_of_parents(struct cupel_diagnostics *diagnostics, const char *file)
{
    size_t kept = 0;

    for (size_t i = 0; i < diagnostics->count; i++) {
        struct cupel_diagnostic *item = &diagnostics->items[i];
        if (item->severity == CUPEL_SEVERITY_ERROR || strcmp(item->file, file) == 0) {
            diagnostics->items[kept++] = *item;
        } else {
            free(item->file);
            free(item->text);
        }
    }
    diagnostics->count = kept;
}

/* Rules are looked at on the first architecture only: what one lacks of a rule's calls would
 * make it look idle there. */
static int lint_on(const char *folder, const char *name, enum cupel_arch arch,
                   struct cupel_diagnostics *diagnostics, struct cupel_error *err)
{
    struct cupel_policy *policy = NULL;

    int r = cupel_policy_load(folder, name, arch, diagnostics, &policy, err);
    if (r < 0)
        return r;
    const struct cupel_policy_sources *sources = policy->sources;
    drop_remarks_of_parents(diagnostics, sources->documents[sources->count - 1]->name);
    if (!compiles(policy))
        r = cupel_fail(err, -EINVAL, "policy \"%s\" is not valid", policy->name);
    else if (arch == 0 && (r = cupel_policy_lint_rules(policy)) < 0)
        r = cupel_fail(err, r, "policy \"%s\": %s", policy->name, cupel_cases_explain(r));
    cupel_policy_free(policy);
    return r;
}

static bool is_said(const struct cupel_diagnostics *diagnostics,
                    const struct cupel_diagnostic *item)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct cupel_diagnostic *other = &diagnostics->items[i];
        if (other->line == item->line && other->column == item->column &&
            strcmp(other->file, item->file) == 0 && strcmp(other->text, item->text) == 0)
            return true;
    }
    return false;
}

/* Add what is not said yet. */
static void add_new(struct cupel_diagnostics *to, const struct cupel_diagnostics *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct cupel_diagnostic *item = &from->items[i];
        size_t before = to->count;
        if (is_said(to, item))
            continue;
        cupel_diagnostics_add(to, item->file, item->line, item->column, "%s", item->text);
        if (to->count > before)
            to->items[before].severity = item->severity;
    }
}

int cupel_policy_lint(const char *folder, const char *name,
                      struct cupel_diagnostics *diagnostics, struct cupel_error *err)
{
    size_t before = diagnostics->count;
    int r = 0;

    for (enum cupel_arch arch = 0; arch < CUPEL_ARCH_COUNT && r == 0; arch++) {
        struct cupel_diagnostics found = {.remarks = true};
        r = lint_on(folder, name, arch, &found, err);
        add_new(diagnostics, &found);
        cupel_diagnostics_clear(&found);
    }
    cupel_diagnostics_sort(diagnostics, before);
    return r;
}
