#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "queue/sql_backend.h"

struct sql_cell *sql_rows_add(struct sql_rows *rows, size_t columns)
{
    size_t used = rows->count * columns;
    struct sql_cell *cells =
        reallocarray(rows->cells, used + columns + 1, sizeof(*rows->cells));

    if (cells == NULL)
        return NULL;
    memset(cells + used, 0, columns * sizeof(*cells));
    rows->cells = cells;
    rows->columns = columns;
    rows->count++;
    return cells + used;
}

int sql_cell_set(struct sql_cell *cell, enum sql_type type, const void *bytes, size_t len)
{
    cell->bytes = malloc(len + 1);
    if (cell->bytes == NULL)
        return -ENOMEM;
    if (len > 0)
        memcpy(cell->bytes, bytes, len);
    cell->bytes[len] = '\0';
    cell->len = len;
    cell->type = type;
    return 0;
}

void sql_rows_clear(struct sql_rows *rows)
{
    for (size_t i = 0; i < rows->count * rows->columns; i++)
        free(rows->cells[i].bytes);
    free(rows->cells);
    *rows = (struct sql_rows){0};
}

void sql_rows_free(struct sql_rows *rows)
{
    if (rows == NULL)
        return;
    sql_rows_clear(rows);
    free(rows);
}

static const struct sql_cell *at(const struct sql_rows *rows, size_t row, size_t column)
{
    return &rows->cells[row * rows->columns + column];
}

size_t sql_count(const struct sql_rows *rows)
{
    return rows->count;
}

bool sql_is_null(const struct sql_rows *rows, size_t row, size_t column)
{
    return at(rows, row, column)->type == SQL_NULL;
}

int64_t sql_get_int(const struct sql_rows *rows, size_t row, size_t column)
{
    return at(rows, row, column)->integer;
}

const char *sql_get_text(const struct sql_rows *rows, size_t row, size_t column,
                         size_t *ret_len)
{
    const struct sql_cell *cell = at(rows, row, column);

    if (ret_len != NULL)
        *ret_len = cell->len;
    return cell->bytes == NULL ? "" : cell->bytes;
}
