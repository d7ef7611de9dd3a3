/*
 * A connection to a database, SQLite's or PostgreSQL's, by one text of SQL for both. What they
 * write differently is named in braces: {now} (microseconds since 1970 by the database's
 * clock), {lock} and {skip} (behind a SELECT: lock its rows, pass over those that are locked),
 * {backoff} (microseconds by the column failures: a second, twice as long each time, up to 17
 * minutes), {serial} and {bytes} (types). Parameters are $1, $2, …
 *
 * Sources: https://www.sqlite.org/lang.html, https://www.postgresql.org/docs/15/sql.html.
 */
#ifndef CUPEL_QUEUE_SQL_H
#define CUPEL_QUEUE_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"

struct sql;
struct sql_rows;

enum sql_type {
    SQL_NULL,
    SQL_INT,
    SQL_TEXT, /* UTF-8 without NUL */
    SQL_BYTES,
};

/* A parameter; what it points to is borrowed. */
struct sql_value {
    enum sql_type type;
    int64_t integer;
    const void *bytes;
    size_t len; /* of SQL_TEXT as well */
};

struct sql_value sql_int(int64_t value);
struct sql_value sql_number(int64_t value);  /* 0: SQL_NULL */
struct sql_value sql_text(const char *text); /* NULL: SQL_NULL */
struct sql_value sql_bytes(const void *bytes, size_t len);
struct sql_value sql_null(void);

/*
 * Connect: sqlite://PATH (made if it is missing) or postgresql://… (libpq's form). Returns 0;
 * -EINVAL if url is neither; -EPIPE if the database cannot be reached; -errno with err, without
 * the url's password.
 */
CUPEL_MUST_CHECK int sql_open(const char *url, struct sql **ret, struct cupel_error *err);
void sql_close(struct sql *sql);

bool sql_is_postgres(const struct sql *sql);

/*
 * One statement. ret: its rows, the caller's to free; NULL: they are dropped. ret_changed: how
 * many rows it changed, or NULL. Returns 0; -EINVAL if a text is not UTF-8; -EEXIST if a unique
 * key is taken; -EAGAIN if it came in the way of another transaction, which may be repeated as
 * a whole; -ENOSPC; -EPIPE if the connection is lost (whoever asks next makes a new one, and
 * nobody knows whether a change that failed so has been made); -EIO with err.
 */
CUPEL_MUST_CHECK int sql_query(struct sql *sql, const char *text,
                               const struct sql_value *parameters, size_t count,
                               struct sql_rows **ret, int64_t *ret_changed,
                               struct cupel_error *err);

/* Several statements without parameters, separated by semicolons. As above. */
CUPEL_MUST_CHECK int sql_script(struct sql *sql, const char *text, struct cupel_error *err);

/*
 * Do body in a transaction: committed if it returns 0 or more, else undone; begun again up to
 * 10 times on -EAGAIN, so body writes nothing but the database and what owner starts anew with.
 * Returns what body returned, or why it was not committed.
 */
CUPEL_MUST_CHECK int sql_transact(struct sql *sql,
                                  int (*body)(struct sql *sql, void *owner,
                                              struct cupel_error *err),
                                  void *owner, struct cupel_error *err);

size_t sql_count(const struct sql_rows *rows);
bool sql_is_null(const struct sql_rows *rows, size_t row, size_t column);
int64_t sql_get_int(const struct sql_rows *rows, size_t row, size_t column); /* NULL: 0 */
/* Borrowed from rows, with a NUL behind it; NULL: "". ret_len may be NULL. */
const char *sql_get_text(const struct sql_rows *rows, size_t row, size_t column,
                         size_t *ret_len);
void sql_rows_free(struct sql_rows *rows);
static inline void sql_rows_free_p(struct sql_rows **rows)
{
    sql_rows_free(*rows);
}
#define SQL_AUTO_ROWS __attribute__((cleanup(sql_rows_free_p))) struct sql_rows

/*
 * Tell who waits that something has changed, once the transaction is committed; wait for being
 * told. The descriptor is readable when somebody else, or we, may have told since the last
 * sql_heard(); it is -1 while the connection is lost.
 */
CUPEL_MUST_CHECK int sql_tell(struct sql *sql, struct cupel_error *err);
CUPEL_MUST_CHECK int sql_listen(struct sql *sql, struct cupel_error *err);
int sql_ear_fd(const struct sql *sql);
void sql_heard(struct sql *sql);

#endif
