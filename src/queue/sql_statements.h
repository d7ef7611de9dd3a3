/*
 * Statements that a connection to PostgreSQL has prepared, by their text: planning one takes
 * longer than doing it. They are forgotten with the connection.
 */
#ifndef CUPEL_QUEUE_SQL_STATEMENTS_H
#define CUPEL_QUEUE_SQL_STATEMENTS_H

#include <stddef.h>

#include <libpq-fe.h>

#define SQL_PARAMETERS_MAX     40
#define SQL_STATEMENTS_MAX     128
#define SQL_STATEMENT_USES_MAX 200 /* a plan of when there were few jobs does not fit many */

struct sql_statement {
    char name[24]; /* at the server */
    char *text;
    Oid types[SQL_PARAMETERS_MAX]; /* of the parameters; 0, a null: the server infers one */
    unsigned uses;                 /* since it was planned; 0: it is to be prepared */
};

struct sql_statements {
    struct sql_statement items[SQL_STATEMENTS_MAX];
    size_t count;
};

/* One for text with parameters of these types; it is the statements'. NULL: there is no room,
 * and no harm in planning it each time. */
struct sql_statement *sql_statements_find(struct sql_statements *statements, const char *text,
                                          const Oid types[static SQL_PARAMETERS_MAX]);
void sql_statements_forget(struct sql_statements *statements);

#endif
