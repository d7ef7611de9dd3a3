/*
 * JSON files that people write: loading with limits, typed access that collects every error of
 * the file as file:line:column, instead of stopping at the first.
 *
 * jansson keeps no position of a value: when an error is reported, a second small pass over the
 * text finds it by its path (src/base/document_position.c).
 */
#ifndef CUPEL_DOCUMENT_H
#define CUPEL_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "cupel/error.h"

enum cupel_severity {
    CUPEL_SEVERITY_ERROR,
    CUPEL_SEVERITY_WARNING, /* valid, but probably not what was meant */
    CUPEL_SEVERITY_NOTE,    /* worth knowing */
};

struct cupel_diagnostic {
    enum cupel_severity severity;
    char *file;
    unsigned line;   /* from 1; 0 if the file as a whole is meant */
    unsigned column; /* from 1, in bytes; 0 as above */
    char *text;
};

/* Zero-initialise; release with cupel_diagnostics_clear(). */
struct cupel_diagnostics {
    struct cupel_diagnostic *items;
    size_t count;
    bool remarks;                /* take warnings and notes too; to be set before */
    struct cupel_error shortage; /* code not 0: the host lacked something, so that what is said
                                    of the files may be its doing */
};

/* "error", "warning", "note": indexed by enum cupel_severity. */
extern const char *const cupel_severity_names[];

/* An error, unless its severity is changed afterwards. */
void cupel_diagnostics_add(struct cupel_diagnostics *diagnostics, const char *file,
                           unsigned line, unsigned column, const char *fmt, ...)
    CUPEL_PRINTF(5, 6);
void cupel_diagnostics_clear(struct cupel_diagnostics *diagnostics);

/* Order those from first on as one reads: by file, line, column and text. */
void cupel_diagnostics_sort(struct cupel_diagnostics *diagnostics, size_t first);

/* How many of them, from first on, are errors. */
size_t cupel_diagnostics_errors(const struct cupel_diagnostics *diagnostics, size_t first);

struct cupel_document; /* owns the text and the JSON tree */

/*
 * Read and parse a file of at most max_bytes, beneath dir_fd as cupel_path_open_beneath() does,
 * or any path of the user's with AT_FDCWD. name: how messages call the file (usually the
 * path). Duplicate keys, trailing text and NUL in strings are errors. diagnostics (borrowed)
 * must outlive the document. Returns 0 and sets *ret (release with cupel_document_free());
 * -EINVAL if it is not JSON, with a diagnostic added; -EFBIG; -errno of open or read, in err.
 */
CUPEL_MUST_CHECK int cupel_document_load(int dir_fd, const char *path, const char *name,
                                         size_t max_bytes,
                                         struct cupel_diagnostics *diagnostics,
                                         struct cupel_document **ret, struct cupel_error *err);

/* The same from memory; text is copied. */
CUPEL_MUST_CHECK int cupel_document_parse(const char *text, size_t len, const char *name,
                                          struct cupel_diagnostics *diagnostics,
                                          struct cupel_document **ret, struct cupel_error *err);

/* One more owner, who releases it with cupel_document_free() too. Returns document. */
struct cupel_document *cupel_document_keep(struct cupel_document *document);
void cupel_document_free(struct cupel_document *document);

/* One value of the document. On the stack; parent must outlive it; the path is derived from
 * parents. */
struct cupel_field {
    struct cupel_document *document;
    const struct cupel_field *parent; /* NULL for the root */
    const char *key;                  /* in an object, else NULL */
    size_t index;                     /* in an array */
    json_t *json;                     /* borrowed from the document */
};

struct cupel_field cupel_document_root(struct cupel_document *document);
const char *cupel_document_text(const struct cupel_document *document, size_t *ret_len);

/* Line and column of a field's value, both from 1. */
void cupel_field_position(const struct cupel_field *field, unsigned *ret_line,
                          unsigned *ret_column);

/* Add a diagnostic at the field's value, opened by `"key": ` or, below an array, by its path
 * (`tests[2].points: `); always returns false, for `return cupel_field_fail(…)`. */
bool cupel_field_fail(const struct cupel_field *field, const char *fmt, ...) CUPEL_PRINTF(2, 3);

/* The same with a reason's text; of a shortage the diagnostics take a note instead. */
bool cupel_field_fail_for(const struct cupel_field *field, const struct cupel_error *why);
bool cupel_field_out_of_memory(const struct cupel_field *field);

/* The same, but no error, and left out where remarks are not asked for. */
void cupel_field_remark(const struct cupel_field *field, enum cupel_severity severity,
                        const char *fmt, ...) CUPEL_PRINTF(3, 4);

/* As cupel_field_fail(), at the key of the field, without the opening, for keys that should not
 * be there. */
bool cupel_field_fail_key(const struct cupel_field *field, const char *fmt, ...)
    CUPEL_PRINTF(2, 3);

/*
 * Member of an object. False if absent (no diagnostic). require: a diagnostic at the object,
 * `key "name" is missing`. object must be of type object (see cupel_field_is_object).
 */
bool cupel_field_get(const struct cupel_field *object, const char *key,
                     struct cupel_field *ret);
bool cupel_field_require(const struct cupel_field *object, const char *key,
                         struct cupel_field *ret);

/* Elements of an array; 0 for other types. */
size_t cupel_field_count(const struct cupel_field *array);
struct cupel_field cupel_field_at(const struct cupel_field *array, size_t index);

/* A diagnostic for each member not in keys (NULL-terminated), with the nearest known key. */
bool cupel_field_only_keys(const struct cupel_field *object, const char *const *keys);

/* Type checks: false with `expected an object, found a string` and the like. */
bool cupel_field_is_object(const struct cupel_field *field);
bool cupel_field_is_array(const struct cupel_field *field);

/* Typed values: false with a diagnostic that names what was expected; *ret untouched then. */
bool cupel_field_string(const struct cupel_field *field, const char **ret); /* borrowed */
bool cupel_field_bool(const struct cupel_field *field, bool *ret);
bool cupel_field_uint(const struct cupel_field *field, uint64_t min, uint64_t max,
                      uint64_t *ret);
bool cupel_field_number(const struct cupel_field *field, double min, double max, double *ret);
bool cupel_field_bytes(const struct cupel_field *field,
                       uint64_t *ret); /* "1 MiB" or a number */
bool cupel_field_duration(const struct cupel_field *field, uint64_t *ret); /* "250 ms" */

/* One of names (NULL-terminated); *ret is its index. */
bool cupel_field_choice(const struct cupel_field *field, const char *const *names, size_t *ret);

/* An array of strings, each not empty, copied to a NULL-terminated vector that the caller frees
 * with cupel_strings_free(). */
bool cupel_field_strings(const struct cupel_field *field, char ***ret);
void cupel_strings_free(char **strings);

#endif
