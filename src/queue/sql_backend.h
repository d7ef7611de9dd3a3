/* What a database is to sql.c. */
#ifndef CUPEL_QUEUE_SQL_BACKEND_H
#define CUPEL_QUEUE_SQL_BACKEND_H

#include "queue/sql.h"

struct sql_cell {
    enum sql_type type;
    int64_t integer;
    char *bytes; /* NUL behind it */
    size_t len;
};

struct sql_rows {
    struct sql_cell *cells; /* a row behind the other */
    size_t columns;
    size_t count;
};

/* Of a number of failures, in both dialects. */
#define SQL_BACKOFF                                                                            \
    "1000000 * (1 << CAST(CASE WHEN failures > 10 THEN 10 ELSE failures END AS INTEGER))"

struct sql_word {
    const char *name;
    const char *text;
};

/* Each as in sql.h, of a text without braces. */
struct sql_backend {
    const struct sql_word *words; /* {NULL, NULL} at the end */
    const char *begin;
    int (*query)(void *connection, const char *text, const struct sql_value *parameters,
                 size_t count, struct sql_rows *ret, int64_t *ret_changed,
                 struct cupel_error *err);
    int (*script)(void *connection, const char *text, struct cupel_error *err);
    int (*mend)(void *connection, struct cupel_error *err); /* connect anew if that is lost */
    int (*tell)(void *connection, struct cupel_error *err);
    void (*ended)(void *connection, bool committed); /* a transaction */
    int (*listen)(void *connection, struct cupel_error *err);
    int (*ear_fd)(const void *connection);
    void (*heard)(void *connection);
    void (*close)(void *connection);
};

/* Append a row, all of it SQL_NULL. Returns its cells; NULL with errno. */
struct sql_cell *sql_rows_add(struct sql_rows *rows, size_t columns);
/* Fill a cell with a copy. Returns 0 or -ENOMEM. */
CUPEL_MUST_CHECK int sql_cell_set(struct sql_cell *cell, enum sql_type type, const void *bytes,
                                  size_t len);
void sql_rows_clear(struct sql_rows *rows);

extern const struct sql_backend sql_sqlite;
extern const struct sql_backend sql_postgres;
CUPEL_MUST_CHECK int sql_sqlite_open(const char *path, void **ret, struct cupel_error *err);
CUPEL_MUST_CHECK int sql_postgres_open(const char *url, void **ret, struct cupel_error *err);

#endif
