/* Documents for people: columns that line up, and words for values. */
#ifndef CUPEL_SERVICE_CMD_TABLE_H
#define CUPEL_SERVICE_CMD_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#define CLIENT_COLUMNS_MAX 10
#define CLIENT_CELL_SIZE   80

struct client_column {
    const char *title;
    bool right; /* aligned to the right: numbers */
};

/* Rows of text, each cell of which is borrowed until then: cells are copied, clean and cut. */
struct client_table {
    const struct client_column *columns;
    size_t column_count;
    char (*cells)[CLIENT_CELL_SIZE]; /* row by row */
    size_t row_count;
};

/* cells: as many as there are columns, in UTF-8. */
void client_table_add(struct client_table *table, const char *const *cells);
/* On standard output, below a line of titles; frees it. Returns the exit code. */
int client_table_print(struct client_table *table);

/* Members of documents. "-" of null, or where it is not there; in buf where it is made. */
const char *client_text(const json_t *document, const char *key);
const char *client_number(const json_t *document, const char *key,
                          char buf[static CLIENT_CELL_SIZE]);
/* "5/10" of score and max_score. */
const char *client_score(const json_t *document, char buf[static CLIENT_CELL_SIZE]);
/* How long ago: "12 s", "5 min", "3 h", "2 d". */
const char *client_age(const json_t *document, const char *key,
                       char buf[static CLIENT_CELL_SIZE]);
/* "2026-01-31 12:00:00Z". */
const char *client_time(const json_t *document, const char *key,
                        char buf[static CLIENT_CELL_SIZE]);

#endif
