#include "cupel/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/document_internal.h"
#include "cupel/cleanup.h"
#include "cupel/path.h"

static const char *const type_names[] = {
    [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a string",
    [JSON_INTEGER] = "a number", [JSON_REAL] = "a number",  [JSON_TRUE] = "true",
    [JSON_FALSE] = "false",      [JSON_NULL] = "null",
};

/*
 * jansson says where it stopped reading: at the end of the token that it quotes. Returns where
 * that token starts.
 */
static size_t error_offset(const struct cupel_document *document, const json_error_t *error)
{
    size_t end = error->position > 0 ? (size_t)error->position : 0;

    if (end > document->len)
        end = document->len;
    const char *quoted = strstr(error->text, " near '");
    if (quoted == NULL)
        return end;
    quoted += strlen(" near '");
    size_t len = strlen(quoted) - 1; /* without the closing quote */
    if (len <= end && memcmp(document->text + end - len, quoted, len) == 0)
        return end - len;
    return end;
}

static int fail_syntax(const struct cupel_document *document, const json_error_t *error,
                       struct cupel_error *err)
{
    unsigned line;
    unsigned column;

    cupel_position_of_offset(document->text, document->len, error_offset(document, error),
                             &line, &column);
    cupel_diagnostics_add(document->diagnostics, document->name, line, column, "not JSON: %s",
                          error->text);
    return cupel_fail(err, -EINVAL, "%s:%u:%u: not JSON: %s", document->name, line, column,
                      error->text);
}

/* Takes text over, also on failure. */
static int parse(char *text, size_t len, const char *name,
                 struct cupel_diagnostics *diagnostics, struct cupel_document **ret,
                 struct cupel_error *err)
{
    json_error_t error;

    struct cupel_document *document = calloc(1, sizeof(*document));
    if (document == NULL) {
        free(text);
        return cupel_fail(err, -ENOMEM, "%s: out of memory", name);
    }
    document->owners = 1;
    document->text = text;
    document->len = len;
    document->diagnostics = diagnostics;
    document->name = strdup(name);
    if (document->name == NULL) {
        cupel_document_free(document);
        return cupel_fail(err, -ENOMEM, "%s: out of memory", name);
    }
    errno = 0; /* jansson does not always tell that it was this */
    document->root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (document->root == NULL) {
        int r = errno == ENOMEM ? cupel_fail(err, -ENOMEM, "%s: out of memory", name)
                                : fail_syntax(document, &error, err);
        cupel_document_free(document);
        return r;
    }
    *ret = document;
    return 0;
}

int cupel_document_parse(const char *text, size_t len, const char *name,
                         struct cupel_diagnostics *diagnostics, struct cupel_document **ret,
                         struct cupel_error *err)
{
    char *copy = malloc(len + 1);
    if (copy == NULL)
        return cupel_fail(err, -ENOMEM, "%s: out of memory", name);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return parse(copy, len, name, diagnostics, ret, err);
}

/* Below a folder that was opened, nothing may lead out of it; a path of the user's own is the
 * user's to choose. */
static int open_file(int dir_fd, const char *path, const char *name, struct cupel_error *err)
{
    int fd;

    if (dir_fd != AT_FDCWD) {
        fd = cupel_path_open_beneath(dir_fd, path, O_RDONLY | O_NOCTTY, NULL);
        return fd < 0 ? cupel_fail(err, fd, "open %s: %s", name, strerrordesc_np(-fd)) : fd;
    }
    fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? cupel_fail_errno(err, "open %s", path) : fd;
}

int cupel_document_load(int dir_fd, const char *path, const char *name, size_t max_bytes,
                        struct cupel_diagnostics *diagnostics, struct cupel_document **ret,
                        struct cupel_error *err)
{
    struct stat st;
    size_t len;
    char *text;

    CUPEL_AUTO_FD fd = open_file(dir_fd, path, name, err);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return cupel_fail_errno(err, "stat %s", name);
    if (!S_ISREG(st.st_mode))
        return cupel_fail(err, -EINVAL, "%s: not a regular file", name);
    int r = cupel_path_read_fd(fd, max_bytes, &text, &len);
    if (r == -EFBIG)
        return cupel_fail(err, r, "%s: larger than %zu bytes", name, max_bytes);
    if (r < 0)
        return cupel_fail(err, r, "read %s: %s", name, strerrordesc_np(-r));
    return parse(text, len, name, diagnostics, ret, err);
}

struct cupel_document *cupel_document_keep(struct cupel_document *document)
{
    document->owners++;
    return document;
}

void cupel_document_free(struct cupel_document *document)
{
    if (document == NULL || --document->owners > 0)
        return;
    json_decref(document->root);
    free(document->name);
    free(document->text);
    free(document);
}

struct cupel_field cupel_document_root(struct cupel_document *document)
{
    return (struct cupel_field){.document = document, .json = document->root};
}

const char *cupel_document_text(const struct cupel_document *document, size_t *ret_len)
{
    *ret_len = document->len;
    return document->text;
}

bool cupel_field_get(const struct cupel_field *object, const char *key, struct cupel_field *ret)
{
    json_t *json = json_object_get(object->json, key);

    if (json == NULL)
        return false;
    *ret = (struct cupel_field){
        .document = object->document, .parent = object, .key = key, .json = json};
    return true;
}

bool cupel_field_require(const struct cupel_field *object, const char *key,
                         struct cupel_field *ret)
{
    if (cupel_field_get(object, key, ret))
        return true;
    return cupel_field_fail(object, "key \"%s\" is missing", key);
}

size_t cupel_field_count(const struct cupel_field *array)
{
    return json_array_size(array->json);
}

struct cupel_field cupel_field_at(const struct cupel_field *array, size_t index)
{
    return (struct cupel_field){.document = array->document,
                                .parent = array,
                                .index = index,
                                .json = json_array_get(array->json, index)};
}

bool cupel_field_is_object(const struct cupel_field *field)
{
    if (json_is_object(field->json))
        return true;
    return cupel_field_fail(field, "expected an object, found %s",
                            type_names[json_typeof(field->json)]);
}

bool cupel_field_is_array(const struct cupel_field *field)
{
    if (json_is_array(field->json))
        return true;
    return cupel_field_fail(field, "expected an array, found %s",
                            type_names[json_typeof(field->json)]);
}
