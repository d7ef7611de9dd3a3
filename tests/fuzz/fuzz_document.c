#include <string.h>

#include "cupel/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_DEPTH 8

static void try_all_types(const struct cupel_field *field)
{
    static const char *const names[] = {"a", "policy", NULL};
    const char *string;
    bool truth;
    uint64_t number;
    double real;
    size_t index;
    char **strings = NULL;

    (void)cupel_field_string(field, &string);
    (void)cupel_field_bool(field, &truth);
    (void)cupel_field_uint(field, 1, 100, &number);
    (void)cupel_field_number(field, 0, 1, &real);
    (void)cupel_field_bytes(field, &number);
    (void)cupel_field_duration(field, &number);
    (void)cupel_field_choice(field, names, &index);
    if (cupel_field_strings(field, &strings))
        cupel_strings_free(strings);
    if (cupel_field_is_object(field))
        (void)cupel_field_only_keys(field, names);
}

/* Recursion is bounded by MAX_DEPTH. */
static void walk(const struct cupel_field *field, int depth)
{
    const char *key;
    json_t *value;

    try_all_types(field);
    if (depth == MAX_DEPTH)
        return;
    json_object_foreach(field->json, key, value)
    {
        struct cupel_field member;
        if (cupel_field_get(field, key, &member))
            walk(&member, depth + 1);
    }
    for (size_t i = 0; i < cupel_field_count(field) && i < 32; i++) {
        struct cupel_field item = cupel_field_at(field, i);
        walk(&item, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cupel_diagnostics diagnostics = {0};
    struct cupel_document *document = NULL;

    if (size < 4096 && cupel_document_parse((const char *)data, size, "fuzz", &diagnostics,
                                            &document, NULL) == 0) {
        struct cupel_field root = cupel_document_root(document);
        walk(&root, 0);
        cupel_document_free(document);
    }
    cupel_diagnostics_clear(&diagnostics);
    return 0;
}
