/* What the files of the document module share. */
#ifndef CUPEL_BASE_DOCUMENT_INTERNAL_H
#define CUPEL_BASE_DOCUMENT_INTERNAL_H

#include "cupel/document.h"

struct cupel_document {
    unsigned owners;
    char *name;
    char *text; /* NUL after len bytes */
    size_t len;
    json_t *root;
    struct cupel_diagnostics *diagnostics; /* borrowed */
};

/*
 * Offset of a field's value, or of its key (of_key), in the text that its document was parsed
 * from. The text's length if the field is not of this text.
 */
size_t cupel_position_find(const struct cupel_field *field, bool of_key);

/* Line and column of a byte, both from 1. */
void cupel_position_of_offset(const char *text, size_t len, size_t offset, unsigned *ret_line,
                              unsigned *ret_column);

/* "a", "b" or "c": last stands before the last name. Freed by the caller; NULL without memory.
 */
char *cupel_names_list(const char *const *names, const char *last);

#endif
