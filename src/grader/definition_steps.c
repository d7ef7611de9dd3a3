/* Steps: what builds and tests have in common, and builds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grader/copies.h"
#include "grader/definition.h"

#define ARGUMENTS_MAX 1000

const struct definition_defaults cupel_definition_no_defaults;

static bool read_argument(struct definition *definition, const struct cupel_field *field,
                          char **ret)
{
    const char *text = NULL;

    if (!cupel_field_string(field, &text))
        return false;
    if (field->index == 0 && text[0] == '\0') /* an empty argument is good */
        return cupel_field_fail(field, "expected a command, found an empty string");
    return cupel_copy_text(text, ret) == 0 || cupel_definition_out_of_memory(definition);
}

void cupel_definition_read_command(struct definition *definition,
                                   const struct cupel_field *object, char ***ret)
{
    struct cupel_field field;

    if (!cupel_field_require(object, "run", &field) || !cupel_field_is_array(&field))
        return;
    size_t count = cupel_field_count(&field);
    if (count == 0 || count > ARGUMENTS_MAX) {
        (void)cupel_field_fail(&field,
                               "expected a command and up to %d arguments, found %zu strings",
                               ARGUMENTS_MAX - 1, count);
        return;
    }
    char **argv = cupel_copy_room(count + 1, sizeof(*argv));
    if (argv == NULL) {
        (void)cupel_definition_out_of_memory(definition);
        return;
    }
    for (size_t i = 0, used = 0; i < count; i++) {
        struct cupel_field item = cupel_field_at(&field, i);
        if (read_argument(definition, &item, &argv[used]))
            used++;
    }
    *ret = argv;
}

static void read_policy(struct definition *definition, const struct cupel_field *object,
                        const struct definition_defaults *defaults, const char *default_policy,
                        struct cupel_step *step)
{
    struct cupel_field field;
    const char *name = NULL;

    if (cupel_field_get(object, "policy", &field)) {
        if (cupel_field_string(&field, &name))
            (void)cupel_definition_find_policy(definition, &field, name, &step->policy,
                                               &step->filters);
    } else if (defaults->names_policy) {
        step->policy = defaults->policy;
        step->filters = defaults->filters;
    } else {
        (void)cupel_definition_find_policy(definition, object, default_policy, &step->policy,
                                           &step->filters);
    }
}

static void read_limits(const struct cupel_field *object,
                        const struct definition_defaults *defaults, struct cupel_step *step)
{
    struct cupel_limits *limits = &step->limits;
    struct cupel_field field;

    if (step->policy != NULL)
        *limits = step->policy->limits;
    if (defaults->gives_limits)
        (void)cupel_policy_read_limits(&defaults->limits, limits);
    if (cupel_field_get(object, "limits", &field))
        (void)cupel_policy_read_limits(&field, limits);
    if (limits->stdout_bytes > limits->output_bytes)
        limits->stdout_bytes = limits->output_bytes;
    if (limits->stderr_bytes > limits->output_bytes)
        limits->stderr_bytes = limits->output_bytes;
}

void cupel_definition_read_terms(struct definition *definition, const struct cupel_field *field,
                                 const struct definition_defaults *defaults,
                                 const char *default_policy, struct cupel_step *step)
{
    read_policy(definition, field, defaults, default_policy, step);
    read_limits(field, defaults, step);
    (void)cupel_definition_read_environment(definition, field, defaults->environment,
                                            &step->environment);
}

void cupel_definition_read_step(struct definition *definition, const struct cupel_field *field,
                                const struct definition_defaults *defaults,
                                const char *default_policy, struct cupel_step *step)
{
    (void)cupel_definition_read_text(definition, field, "title", &step->title);
    cupel_definition_read_command(definition, field, &step->argv);
    cupel_definition_read_terms(definition, field, defaults, default_policy, step);
}

void cupel_definition_clear_step(struct cupel_step *step)
{
    free(step->id);
    free(step->title);
    cupel_strings_free(step->argv);
    cupel_strings_free(step->environment);
}

static void read_build(struct definition *definition, const struct cupel_field *field,
                       json_t *seen, struct cupel_step *step)
{
    static const char *const keys[] = {"id", "title", "run", "policy", "limits", "env", NULL};

    (void)cupel_field_only_keys(field, keys);
    (void)cupel_definition_read_unique_id(definition, field, "build step", seen, json_true(),
                                          &step->id);
}

void cupel_definition_read_builds(struct definition *definition,
                                  const struct cupel_field *object,
                                  const struct definition_defaults *defaults,
                                  const char *default_policy, struct cupel_step **ret,
                                  size_t *ret_count)
{
    struct cupel_field array;
    size_t count;

    struct cupel_step *builds = cupel_definition_read_array(definition, object, "build",
                                                            sizeof(*builds), &array, &count);
    if (count > CUPEL_DEFINITION_BUILDS_MAX) {
        (void)cupel_field_fail(&array, "expected at most %d build steps, found %zu",
                               CUPEL_DEFINITION_BUILDS_MAX, count);
        free(builds);
        return;
    }
    json_t *seen = json_object();
    if (seen == NULL)
        (void)cupel_definition_out_of_memory(definition);
    *ret = builds;
    *ret_count = count;
    for (size_t i = 0; seen != NULL && i < count; i++) {
        struct cupel_field field = cupel_field_at(&array, i);
        if (!cupel_field_is_object(&field))
            continue;
        read_build(definition, &field, seen, &builds[i]);
        cupel_definition_read_step(definition, &field, defaults, default_policy, &builds[i]);
    }
    json_decref(seen);
}
