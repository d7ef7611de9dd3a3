#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"
#include "queue/queue_internal.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static bool is_name(const char *text)
{
    size_t len = strlen(text);
    size_t plain = 0;

    if (len == 0 || len > QUEUE_NAME_MAX || strspn(text, letters) == 0)
        return false;
    while (plain < len &&
           (strchr(letters, text[plain]) != NULL || strchr("-_.", text[plain]) != NULL))
        plain++;
    return plain == len;
}

int queue_check_name(const char *what, const char *name, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    if (is_name(name))
        return 0;
    return cupel_fail(err, -EINVAL,
                      "%s %s: expected 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.', "
                      "beginning with a letter or digit",
                      what, cupel_text_excerpt(name, excerpt));
}

int queue_copy_text(const struct sql_rows *rows, size_t row, size_t column, char **ret)
{
    if (sql_is_null(rows, row, column))
        return 0;
    *ret = strdup(sql_get_text(rows, row, column, NULL));
    return *ret == NULL ? -ENOMEM : 0;
}

int course_make(struct sql *sql, const char *name, struct cupel_error *err)
{
    const struct sql_value course = sql_text(name);

    return sql_query(sql,
                     "INSERT INTO courses (name) VALUES ($1) ON CONFLICT (name) DO NOTHING",
                     &course, 1, NULL, NULL, err);
}
