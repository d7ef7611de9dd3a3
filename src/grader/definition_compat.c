/* "kind": autograders of other systems. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/path.h"
#include "cupel/text.h"
#include "grader/compat.h"
#include "grader/copies.h"
#include "grader/definition.h"

#define DEFAULT_POLICY "compat"
#define DEFAULT_PART   "part"

const char *const cupel_definition_compat_keys[] = {
    "schema",   "name",   "title",      "version",       "environment", "submission",
    "defaults", "kind",   "autograder", "run",           "setup",       "metadata",
    "part",     "points", "decimals",   "hidden_totals", "cheats",      NULL};

/* Members that one kind alone has. */
static void refuse(const struct cupel_field *root, const char *key, const char *whose)
{
    struct cupel_field field;

    if (cupel_field_get(root, key, &field))
        (void)cupel_field_fail_key(&field, "\"%s\" is of the kind %s alone", key, whose);
}

static void read_path(struct definition *definition, const struct cupel_field *root,
                      struct cupel_grader_compat *compat)
{
    const struct cupel_definition_sources *sources = definition->sources;
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    struct cupel_error err = {0};
    struct cupel_field field;
    const char *path = NULL;

    if (!cupel_field_require(root, "autograder", &field) || !cupel_field_string(&field, &path))
        return;
    if (!cupel_path_is_plain(path))
        (void)cupel_field_fail(
            &field, "expected a folder or an archive below the grader's folder, found \"%s\"",
            cupel_text_excerpt(path, excerpt));
    else if (sources->exists != NULL && sources->exists(sources->owner, path, &err) < 0)
        (void)cupel_field_fail_for(&field, &err);
    else
        (void)cupel_definition_copy_text(definition, path, &compat->autograder);
}

/* Gradescope knows the command itself; that of the others stands in an image or in info.json.
 */
static void read_command(struct definition *definition, const struct cupel_field *root,
                         struct cupel_grader_compat *compat)
{
    if (compat->kind != CUPEL_FOREIGN_GRADESCOPE) {
        cupel_definition_read_command(definition, root, &compat->step.argv);
        return;
    }
    refuse(root, "run", "coursera or prairielearn");
    compat->step.argv = cupel_copy_room(2, sizeof(char *));
    if (compat->step.argv == NULL ||
        cupel_copy_text(CUPEL_COMPAT_RUN_AUTOGRADER, &compat->step.argv[0]) < 0)
        (void)cupel_definition_out_of_memory(definition);
}

static void read_metadata(struct definition *definition, const struct cupel_field *root,
                          struct cupel_grader_compat *compat)
{
    const struct cupel_definition_sources *sources = definition->sources;
    struct cupel_error err = {0};
    struct cupel_field field;
    const char *path = NULL;

    if (!cupel_field_get(root, "metadata", &field) || !cupel_field_string(&field, &path))
        return;
    int r = sources->file(sources->owner, path, &compat->metadata_bytes, &compat->metadata_len,
                          &err);
    if (r == -ENOMEM)
        (void)cupel_definition_out_of_memory(definition);
    else if (r < 0)
        (void)cupel_field_fail_for(&field, &err);
}

static void read_of_kind(struct definition *definition, const struct cupel_field *root,
                         struct cupel_grader_compat *compat)
{
    struct cupel_field field;

    if (compat->kind == CUPEL_FOREIGN_COURSERA)
        refuse(root, "metadata", "gradescope or prairielearn");
    else
        read_metadata(definition, root, compat);
    compat->sets_up = compat->kind == CUPEL_FOREIGN_GRADESCOPE;
    if (compat->kind != CUPEL_FOREIGN_GRADESCOPE)
        refuse(root, "setup", "gradescope");
    else if (cupel_field_get(root, "setup", &field))
        (void)cupel_field_bool(&field, &compat->sets_up);
    if (compat->kind != CUPEL_FOREIGN_COURSERA)
        refuse(root, "part", "coursera");
    else if (cupel_definition_copy_text(definition, DEFAULT_PART, &compat->part))
        (void)cupel_definition_read_text(definition, root, "part", &compat->part);
}

void cupel_definition_read_compat(struct definition *definition, const struct cupel_field *root,
                                  const struct cupel_field *kind)
{
    struct cupel_grader_compat *compat = cupel_copy_room(1, sizeof(*compat));
    struct cupel_field points;
    size_t choice = 0;

    definition->grader->compat = compat;
    if (compat == NULL) {
        (void)cupel_definition_out_of_memory(definition);
        return;
    }
    if (!cupel_field_choice(kind, cupel_foreign_kind_names, &choice))
        return;
    compat->kind = (enum cupel_foreign_kind)choice;
    definition->grader->intake.folder = cupel_compat_layout(compat)->submission;
    (void)cupel_definition_copy_text(definition, CUPEL_COMPAT_ID, &compat->step.id);
    read_path(definition, root, compat);
    read_command(definition, root, compat);
    read_of_kind(definition, root, compat);
    (void)cupel_field_require(root, "points", &points); /* of which no result file tells */
    cupel_definition_read_terms(definition, root, &definition->defaults, DEFAULT_POLICY,
                                &compat->step);
    cupel_field_remark(kind, CUPEL_SEVERITY_WARNING,
                       "this autograder runs in the sandbox of the learner's code, which can "
                       "forge its results; results say \"separation\": \"in-process\"");
}

void cupel_definition_clear_compat(struct cupel_grader_compat *compat)
{
    if (compat == NULL)
        return;
    cupel_definition_clear_step(&compat->step);
    free(compat->autograder);
    free(compat->metadata_bytes);
    free(compat->part);
    free(compat);
}
