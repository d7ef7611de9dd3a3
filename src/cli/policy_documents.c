#include "cli/policy_documents.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "cli/policy_model.h"
#include "cli/policy_rules.h"
#include "render/json.h"

#define MAX_SIZE (1024UL * 1024)

json_t *policy_entry_json(const char *folder, const struct cupel_policy *policy)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_document *document = NULL;
    struct cupel_error err = {0};
    struct cupel_field extends;
    const char *parent = NULL;
    json_t *json = NULL;
    char path[PATH_MAX + 256];

    (void)snprintf(path, sizeof(path), "%s/%s.json", folder, policy->name);
    if (cupel_document_load(AT_FDCWD, path, path, MAX_SIZE, &diagnostics, &document, &err) ==
        0) {
        struct cupel_field root = cupel_document_root(document);
        if (cupel_field_get(&root, "extends", &extends))
            (void)cupel_field_string(&extends, &parent);
        json = json_pack("{ss ss? ss ss}", "name", policy->name, "extends", parent, "why",
                         policy->why, "sha256", policy->sha256);
    }
    cupel_document_free(document);
    cupel_diagnostics_clear(&diagnostics);
    return json;
}

json_t *policy_list_json(json_t *entries)
{
    return json_pack("{ss so}", "schema", "cupel.policy-list/1", "policies", entries);
}

json_t *policy_show_json(const struct cupel_policy *policy)
{
    json_t *document = policy_head_json("cupel.policy-show/1", policy);

    render_put(&document, "settings", policy_settings_json(policy));
    render_put(&document, "rules", policy_rules_json(policy));
    render_put(&document, "invariants", policy_invariants_json(policy));
    return document;
}
