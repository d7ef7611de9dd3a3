#include "grader/definition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/path.h"
#include "cupel/text.h"

#define SCHEMA            "cupel.grader/1"
#define DEFAULT_MAX_SIZE  (10ULL << 20)
#define DEFAULT_MAX_FILES 1000
#define MOST_FILES        1000000

static void read_constant(const struct cupel_field *field, const char *expected)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const char *found = NULL;

    if (cupel_field_string(field, &found) && strcmp(found, expected) != 0)
        (void)cupel_field_fail(field, "expected \"%s\", found \"%s\"", expected,
                               cupel_text_excerpt(found, excerpt));
}

static void read_head(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;
    struct cupel_field field;

    if (cupel_field_require(root, "schema", &field))
        read_constant(&field, SCHEMA);
    (void)cupel_definition_read_id(definition, root, "name", &grader->name);
    (void)cupel_definition_read_text(definition, root, "title", &grader->title);
    if (cupel_definition_copy_text(definition, "1", &grader->version))
        (void)cupel_definition_read_text(definition, root, "version", &grader->version);
    if (cupel_field_get(root, "environment", &field))
        read_constant(&field, "host");
}

static void read_patterns(const struct cupel_field *field, char ***ret)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    (void)cupel_field_strings(field, ret);
    for (size_t i = 0; i < cupel_field_count(field); i++) {
        struct cupel_field item = cupel_field_at(field, i);
        const char *pattern = json_string_value(item.json);
        if (pattern != NULL && pattern[0] != '\0' && !cupel_path_is_plain(pattern))
            (void)cupel_field_fail(&item,
                                   "expected a pattern of paths below the submission's "
                                   "folder, as in \"src/*.c\", found \"%s\"",
                                   cupel_text_excerpt(pattern, excerpt));
    }
}

static void read_intake(struct cupel_intake *intake, const struct cupel_field *object)
{
    static const char *const keys[] = {"files",     "optional",   "max_size",
                                       "max_files", "strip_root", NULL};
    struct cupel_field field;

    if (!cupel_field_is_object(object))
        return;
    (void)cupel_field_only_keys(object, keys);
    if (cupel_field_require(object, "files", &field))
        read_patterns(&field, &intake->files);
    if (cupel_field_get(object, "optional", &field))
        read_patterns(&field, &intake->optional);
    if (intake->files != NULL && intake->files[0] == NULL && intake->optional == NULL)
        (void)cupel_field_fail(object, "expected at least one pattern in files or optional");
    if (cupel_field_get(object, "max_size", &field))
        (void)cupel_field_bytes(&field, &intake->max_size_bytes);
    if (cupel_field_get(object, "max_files", &field))
        (void)cupel_field_uint(&field, 1, MOST_FILES, &intake->max_files);
    if (cupel_field_get(object, "strip_root", &field))
        (void)cupel_field_bool(&field, &intake->strip_root);
}

static void read_default_policy(struct definition *definition, const struct cupel_field *field)
{
    struct definition_defaults *defaults = &definition->defaults;
    const char *name = NULL;

    defaults->names_policy = true;
    if (cupel_field_string(field, &name))
        (void)cupel_definition_find_policy(definition, field, name, &defaults->policy,
                                           &defaults->filters);
}

static void read_defaults(struct definition *definition, const struct cupel_field *object)
{
    static const char *const keys[] = {"policy", "limits", "env", NULL};
    struct definition_defaults *defaults = &definition->defaults;
    struct cupel_limits unused = {.output_bytes = UINT64_MAX}; /* each step's policy tells */
    struct cupel_field field;

    if (!cupel_field_is_object(object))
        return;
    (void)cupel_field_only_keys(object, keys);
    if (cupel_field_get(object, "policy", &field))
        read_default_policy(definition, &field);
    /* Limits that are wrong are told once, here, and not again for each step. */
    if (cupel_field_get(object, "limits", &defaults->limits))
        defaults->gives_limits = cupel_policy_read_limits(&defaults->limits, &unused);
    (void)cupel_definition_read_environment(definition, object, NULL, &defaults->environment);
}

static void read_cheats(struct cupel_grader *grader, const struct cupel_field *object)
{
    struct cupel_field field;

    if (!cupel_field_is_object(object))
        return;
    (void)cupel_field_only_keys(object, cupel_cheat_names);
    for (size_t i = 0; i < CUPEL_CHEATS; i++) {
        if (cupel_field_get(object, cupel_cheat_names[i], &field))
            (void)cupel_field_number(&field, 0, CUPEL_DEFINITION_POINTS_MAX,
                                     &grader->cheat_points[i]);
    }
}

/* What a grader of our own consists of. */
static void read_own(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;

    cupel_definition_read_builds(definition, root, &definition->defaults, "compile",
                                 &grader->builds, &grader->build_count);
    cupel_definition_read_judge(definition, root);
    cupel_definition_read_tests(definition, root);
    cupel_definition_read_groups(definition, root);
    cupel_definition_read_needs(definition, root);
}

static void read_top(struct definition *definition, const struct cupel_field *root)
{
    struct cupel_grader *grader = definition->grader;
    static const char *const keys[] = {
        "schema",   "name",          "title",     "version",     "environment", "submission",
        "defaults", "build",         "judge",     "tests",       "groups",      "points",
        "decimals", "hidden_totals", "penalties", "leaderboard", "cheats",      NULL};
    struct cupel_field submission;
    struct cupel_field cheats;
    struct cupel_field kind;
    struct cupel_field defaults; /* parent of what definition->defaults keeps */

    if (!cupel_field_is_object(root))
        return;
    bool is_compat = cupel_field_get(root, "kind", &kind);
    (void)cupel_field_only_keys(root, is_compat ? cupel_definition_compat_keys : keys);
    read_head(definition, root);
    if (cupel_field_require(root, "submission", &submission))
        read_intake(&grader->intake, &submission);
    if (cupel_field_get(root, "defaults", &defaults))
        read_defaults(definition, &defaults);
    if (cupel_field_get(root, "cheats", &cheats))
        read_cheats(grader, &cheats);
    if (is_compat)
        cupel_definition_read_compat(definition, root, &kind);
    else
        read_own(definition, root);
    cupel_definition_read_scoring(definition, root);
}

int cupel_definition_read(struct cupel_document *document,
                          const struct cupel_definition_sources *sources,
                          struct cupel_grader *grader)
{
    struct cupel_field root = cupel_document_root(document);
    struct definition definition = {
        .sources = sources,
        .grader = grader,
        .test_ids = json_object(),
        .groups = json_object(),
    };

    grader->intake.max_size_bytes = DEFAULT_MAX_SIZE;
    grader->intake.max_files = DEFAULT_MAX_FILES;
    grader->intake.strip_root = true;
    if (definition.test_ids == NULL || definition.groups == NULL)
        definition.failure = -ENOMEM;
    else
        read_top(&definition, &root);
    json_decref(definition.test_ids);
    json_decref(definition.groups);
    cupel_strings_free(definition.defaults.environment);
    return definition.failure;
}

static void clear_test(struct cupel_grader_test *test)
{
    cupel_definition_clear_step(&test->step);
    cupel_definition_clear_step(&test->judge);
    if (test->judging != CUPEL_JUDGED_BY_HARNESS)
        free(test->needs.items);
    free(test->stdin_bytes);
    free(test->expected);
}

static void clear_group(struct cupel_grader_group *group)
{
    free(group->id);
    free(group->title);
    free(group->needs.items);
    cupel_strings_free(group->tests);
}

void cupel_definition_clear(struct cupel_grader *grader)
{
    for (size_t i = 0; i < grader->build_count; i++)
        cupel_definition_clear_step(&grader->builds[i]);
    for (size_t i = 0; i < grader->judge_build_count; i++)
        cupel_definition_clear_step(&grader->judge_builds[i]);
    cupel_definition_clear_compat(grader->compat);
    for (size_t i = 0; i < grader->harness_count; i++)
        cupel_definition_clear_harness(&grader->harnesses[i]);
    for (size_t i = 0; i < grader->test_count; i++)
        clear_test(&grader->tests[i]);
    for (size_t i = 0; i < grader->group_count; i++)
        clear_group(&grader->groups[i]);
    for (size_t i = 0; i < grader->penalty_count; i++) {
        free(grader->penalties[i].id);
        cupel_strings_free(grader->penalties[i].tests);
    }
    for (size_t i = 0; i < grader->leaderboard_count; i++)
        free(grader->leaderboard[i].name);
    free(grader->penalties);
    free(grader->leaderboard);
    free(grader->builds);
    free(grader->judge_builds);
    free(grader->harnesses);
    free(grader->tests);
    free(grader->groups);
    free(grader->name);
    free(grader->title);
    free(grader->version);
    cupel_strings_free(grader->intake.files);
    cupel_strings_free(grader->intake.optional);
}
