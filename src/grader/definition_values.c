/* The kinds of value that several parts of a definition have in common. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"
#include "grader/copies.h"
#include "grader/definition.h"
#include "grader/environment.h"

#define ID_MAX 64

bool cupel_definition_out_of_memory(struct definition *definition)
{
    definition->failure = -ENOMEM;
    return false;
}

bool cupel_definition_copy_text(struct definition *definition, const char *text, char **ret)
{
    char *copy = NULL;

    if (cupel_copy_text(text, &copy) < 0)
        return cupel_definition_out_of_memory(definition);
    free(*ret);
    *ret = copy;
    return true;
}

static bool is_id(const char *text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        "0123456789._-";
    size_t length = strlen(text);

    return length >= 1 && length <= ID_MAX && strspn(text, allowed) == length &&
           strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

bool cupel_definition_read_id(struct definition *definition, const struct cupel_field *object,
                              const char *key, char **ret)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    struct cupel_field field;
    const char *text = NULL;

    if (!cupel_field_require(object, key, &field) || !cupel_field_string(&field, &text))
        return false;
    if (!is_id(text))
        return cupel_field_fail(&field,
                                "expected 1 to %d letters, digits, '.', '_' or '-', found "
                                "\"%s\"",
                                ID_MAX, cupel_text_excerpt(text, excerpt));
    return cupel_definition_copy_text(definition, text, ret);
}

bool cupel_definition_remember_id(struct definition *definition,
                                  const struct cupel_field *object, const char *what,
                                  json_t *seen, json_t *value, const char *id)
{
    struct cupel_field field;

    if (json_object_get(seen, id) != NULL) {
        json_decref(value);
        return cupel_field_get(object, "id", &field) &&
               cupel_field_fail(&field, "another %s has the id \"%s\" already", what, id);
    }
    if (json_object_set_new(seen, id, value) < 0)
        return cupel_definition_out_of_memory(definition);
    return true;
}

bool cupel_definition_read_unique_id(struct definition *definition,
                                     const struct cupel_field *object, const char *what,
                                     json_t *seen, json_t *value, char **ret)
{
    if (!cupel_definition_read_id(definition, object, "id", ret)) {
        json_decref(value);
        return false;
    }
    return cupel_definition_remember_id(definition, object, what, seen, value, *ret);
}

bool cupel_definition_read_text(struct definition *definition, const struct cupel_field *object,
                                const char *key, char **ret)
{
    struct cupel_field field;
    const char *text = NULL;

    if (!cupel_field_get(object, key, &field))
        return true;
    return cupel_field_string(&field, &text) &&
           cupel_definition_copy_text(definition, text, ret);
}

bool cupel_definition_find_test(struct definition *definition, const struct cupel_field *field,
                                const char *id, size_t *ret)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    const json_t *index = json_object_get(definition->test_ids, id);

    if (definition->grader->test_count == 0)
        return false;
    if (index == NULL)
        return cupel_field_fail(field, "no test has the id \"%s\"",
                                cupel_text_excerpt(id, excerpt));
    if (json_is_true(index))
        return cupel_field_fail(field, "\"%s\" is a harness; expected one of its tests",
                                cupel_text_excerpt(id, excerpt));
    *ret = (size_t)json_integer_value(index);
    return true;
}

bool cupel_definition_read_test_ids(const struct cupel_field *object,
                                    struct cupel_field *ret_array, char ***ret)
{
    if (!cupel_field_require(object, "tests", ret_array) ||
        !cupel_field_strings(ret_array, ret))
        return false;
    if ((*ret)[0] == NULL)
        return cupel_field_fail(ret_array, "expected the id of at least one test");
    return true;
}

void *cupel_definition_read_array(struct definition *definition,
                                  const struct cupel_field *object, const char *key,
                                  size_t size, struct cupel_field *ret_array, size_t *ret_count)
{
    *ret_count = 0;
    if (!cupel_field_get(object, key, ret_array) || !cupel_field_is_array(ret_array))
        return NULL;
    size_t count = cupel_field_count(ret_array);
    void *room = cupel_copy_room(count, size);
    if (room == NULL)
        (void)cupel_definition_out_of_memory(definition);
    else
        *ret_count = count;
    return room;
}

static bool read_variable(struct definition *definition, const struct cupel_field *field,
                          char **ret)
{
    const char *value = NULL;

    if (!cupel_environment_is_name(field->key))
        return cupel_field_fail_key(field,
                                    "expected the name of a variable: letters, digits and "
                                    "'_', no digit first");
    if (!cupel_field_string(field, &value))
        return false;
    if (asprintf(ret, "%s=%s", field->key, value) < 0) {
        *ret = NULL;
        return cupel_definition_out_of_memory(definition);
    }
    return true;
}

static bool read_variables(struct definition *definition, const struct cupel_field *object,
                           char **variables)
{
    bool good = true;
    const char *key;
    json_t *unused;

    json_object_foreach(object->json, key, unused)
    {
        struct cupel_field field;
        char *variable = NULL;
        if (cupel_field_get(object, key, &field) &&
            read_variable(definition, &field, &variable))
            *variables++ = variable;
        else
            good = false;
    }
    return good;
}

/* base and own may be NULL. */
static bool merge(struct definition *definition, char **base, char **own, char ***ret)
{
    int r = cupel_environment_merge((const char *const *)base, (const char *const *)own, ret);
    return r == 0 || cupel_definition_out_of_memory(definition);
}

bool cupel_definition_read_environment(struct definition *definition,
                                       const struct cupel_field *object, char **base,
                                       char ***ret)
{
    struct cupel_field field;

    if (!cupel_field_get(object, "env", &field))
        return merge(definition, base, NULL, ret);
    if (!cupel_field_is_object(&field))
        return false;
    char **own = calloc(json_object_size(field.json) + 1, sizeof(*own));
    if (own == NULL)
        return cupel_definition_out_of_memory(definition);
    bool good = read_variables(definition, &field, own) && merge(definition, base, own, ret);
    cupel_strings_free(own);
    return good;
}

bool cupel_definition_find_policy(struct definition *definition,
                                  const struct cupel_field *field, const char *name,
                                  const struct cupel_policy **ret_policy,
                                  const struct cupel_filters **ret_filters)
{
    const struct cupel_definition_sources *sources = definition->sources;
    struct cupel_error err = {0};

    int r = sources->policy(sources->owner, name, ret_policy, ret_filters, &err);
    if (r == -ENOMEM)
        return cupel_definition_out_of_memory(definition);
    if (r < 0 && err.text[0] != '\0')
        return cupel_field_fail_for(field, &err);
    return r == 0;
}
