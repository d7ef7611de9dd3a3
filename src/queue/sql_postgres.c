/*
 * PostgreSQL by libpq. Values go and come in binary, so that nothing is quoted or read as a
 * number by us. Source: https://www.postgresql.org/docs/15/libpq.html; numbers of types:
 * src/include/catalog/pg_type.dat.
 */
#include <endian.h>
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/sql_backend.h"
#include "queue/sql_statements.h"

#define BINARY    1
#define READ_ONLY "25006"

enum type { BOOLEAN = 16, BYTES = 17, INT8 = 20, INT2 = 21, INT4 = 23, TEXT = 25 };

struct postgres {
    PGconn *connection;
    bool listens;
    bool is_standby; /* of a server that was another one's before: connect anew */
    struct sql_statements statements;
};

static const struct sql_word words[] = {{"now", "cupel_now()"},
                                        {"lock", " FOR NO KEY UPDATE"},
                                        {"skip", " FOR NO KEY UPDATE SKIP LOCKED"},
                                        {"serial", "BIGSERIAL PRIMARY KEY"},
                                        {"bytes", "BYTEA"},
                                        {"backoff", SQL_BACKOFF},
                                        {NULL, NULL}};

/* The first line of what the server or the library says. */
static int fail_with(int code, const char *message, struct cupel_error *err)
{
    return cupel_fail(err, code, "PostgreSQL: %.*s", (int)strcspn(message, "\n"), message);
}

static bool is(const char *state, const char *prefix)
{
    return strncmp(state, prefix, strlen(prefix)) == 0;
}

/* Source: https://www.postgresql.org/docs/15/errcodes-appendix.html. */
static int code_of(const PGconn *connection, const char *state)
{
    if (PQstatus(connection) != CONNECTION_OK)
        return -EPIPE;
    if (state == NULL)
        return -EIO;
    /* Shut down, crashed, starting up; connection; read-only. */
    if (is(state, "57P") || is(state, "08") || is(state, READ_ONLY))
        return -EPIPE;
    if (is(state, "53100"))
        return -ENOSPC;
    /* Serialization, deadlock; lock not available; what a new row names was there when it was
     * looked up, and has been removed since; out of memory, too many connections. */
    if (is(state, "40") || is(state, "55P03") || is(state, "23503") || is(state, "53"))
        return -EAGAIN;
    return is(state, "23505") ? -EEXIST : -EIO;
}

static int check(struct postgres *postgres, const PGresult *result, struct cupel_error *err)
{
    ExecStatusType status = PQresultStatus(result);

    if (result != NULL && (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK))
        return 0;
    const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message =
        result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    postgres->is_standby = state != NULL && is(state, READ_ONLY);
    return fail_with(code_of(postgres->connection, state),
                     message == NULL ? PQerrorMessage(postgres->connection) : message, err);
}

static void clear_result(PGresult **result)
{
    PQclear(*result);
}
#define AUTO_RESULT __attribute__((cleanup(clear_result))) PGresult

/* The parameters as libpq takes them. */
struct arguments {
    uint64_t integers[SQL_PARAMETERS_MAX];
    const char *values[SQL_PARAMETERS_MAX];
    int lengths[SQL_PARAMETERS_MAX];
    int formats[SQL_PARAMETERS_MAX];
    Oid types[SQL_PARAMETERS_MAX];
};

static int set_argument(struct arguments *arguments, size_t i, const struct sql_value *value)
{
    if (value->len > INT32_MAX)
        return -EFBIG;
    arguments->formats[i] = BINARY;
    arguments->lengths[i] = (int)value->len;
    switch (value->type) {
    case SQL_INT:
        arguments->integers[i] = htobe64((uint64_t)value->integer);
        arguments->values[i] = (const char *)&arguments->integers[i];
        arguments->lengths[i] = sizeof(arguments->integers[i]);
        arguments->types[i] = INT8;
        break;
    case SQL_TEXT:
        arguments->values[i] = value->bytes;
        arguments->types[i] = TEXT;
        break;
    case SQL_BYTES:
        arguments->values[i] = value->len == 0 ? "" : value->bytes;
        arguments->types[i] = BYTES;
        break;
    case SQL_NULL:
    default:
        arguments->values[i] = NULL; /* the server infers its type */
        break;
    }
    return 0;
}

static int64_t read_int(const char *bytes, int len)
{
    uint64_t value = 0;

    for (int i = 0; i < len; i++)
        value = value << 8 | (unsigned char)bytes[i];
    if (len < 8 && len > 0 && (bytes[0] & 0x80) != 0)
        value |= UINT64_MAX << (8 * len);
    return (int64_t)value;
}

static int take_cell(const PGresult *result, int row, int column, struct sql_cell *cell)
{
    const char *bytes = PQgetvalue(result, row, column);
    int len = PQgetlength(result, row, column);

    if (PQgetisnull(result, row, column))
        return 0;
    switch (PQftype(result, column)) {
    case BOOLEAN:
        *cell = (struct sql_cell){.type = SQL_INT, .integer = bytes[0] != 0};
        return 0;
    case INT2:
    case INT4:
    case INT8:
        *cell = (struct sql_cell){.type = SQL_INT, .integer = read_int(bytes, len)};
        return 0;
    default:
        return sql_cell_set(cell, PQftype(result, column) == BYTES ? SQL_BYTES : SQL_TEXT,
                            bytes, (size_t)len);
    }
}

static int take_rows(const PGresult *result, struct sql_rows *ret)
{
    int columns = PQnfields(result);

    for (int i = 0; i < PQntuples(result); i++) {
        struct sql_cell *cells = sql_rows_add(ret, (size_t)columns);
        int r = cells == NULL ? -ENOMEM : 0;
        for (int j = 0; r == 0 && j < columns; j++)
            r = take_cell(result, i, j, &cells[j]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int forget(struct postgres *postgres, struct sql_statement *statement,
                  struct cupel_error *err)
{
    char text[sizeof("DEALLOCATE ") + sizeof(statement->name)];

    (void)snprintf(text, sizeof(text), "DEALLOCATE %s", statement->name);
    AUTO_RESULT *result = PQexec(postgres->connection, text);
    int r = check(postgres, result, err);
    if (r == 0)
        statement->uses = 0;
    return r;
}

/* *ret: NULL, which is no failure: it is not prepared. */
static int prepare(struct postgres *postgres, const char *text,
                   const Oid types[static SQL_PARAMETERS_MAX], size_t count,
                   const struct sql_statement **ret, struct cupel_error *err)
{
    struct sql_statement *statement = sql_statements_find(&postgres->statements, text, types);
    int r = 0;

    *ret = statement;
    if (statement == NULL)
        return 0;
    if (statement->uses == SQL_STATEMENT_USES_MAX)
        r = forget(postgres, statement, err);
    if (r == 0 && statement->uses == 0) {
        AUTO_RESULT *result =
            PQprepare(postgres->connection, statement->name, text, (int)count, types);
        r = check(postgres, result, err);
    }
    statement->uses += r == 0 ? 1 : 0;
    return r;
}

static int query(void *connection, const char *text, const struct sql_value *parameters,
                 size_t count, struct sql_rows *ret, int64_t *ret_changed,
                 struct cupel_error *err)
{
    struct postgres *postgres = connection;
    struct arguments arguments = {.types = {0}};

    if (count > SQL_PARAMETERS_MAX)
        return cupel_fail(err, -E2BIG, "PostgreSQL: more than %d parameters",
                          SQL_PARAMETERS_MAX);
    for (size_t i = 0; i < count; i++) {
        int r = set_argument(&arguments, i, &parameters[i]);
        if (r < 0)
            return cupel_fail(err, r, "PostgreSQL: a parameter of more than 2 GiB");
    }
    const struct sql_statement *statement = NULL;
    int r = prepare(postgres, text, arguments.types, count, &statement, err);
    if (r < 0)
        return r;
    AUTO_RESULT *result =
        statement == NULL
            ? PQexecParams(postgres->connection, text, (int)count, arguments.types,
                           arguments.values, arguments.lengths, arguments.formats, BINARY)
            : PQexecPrepared(postgres->connection, statement->name, (int)count,
                             arguments.values, arguments.lengths, arguments.formats, BINARY);
    r = check(postgres, result, err);
    if (r < 0)
        return r;
    *ret_changed = strtoll(PQcmdTuples(result), NULL, 10);
    return take_rows(result, ret) < 0 ? cupel_fail(err, -ENOMEM, "PostgreSQL: out of memory")
                                      : 0;
}

static int script(void *connection, const char *text, struct cupel_error *err)
{
    struct postgres *postgres = connection;
    AUTO_RESULT *result = PQexec(postgres->connection, text);

    return check(postgres, result, err);
}

static int set_up(struct postgres *postgres, struct cupel_error *err)
{
    /* Who vanishes or is stopped in the middle of a transaction does not keep its locks. */
    static const char settings[] =
        "SET client_min_messages = warning; SET timezone = 'UTC';"
        " SET idle_in_transaction_session_timeout = '5s'";

    int r = script(postgres, settings, err);
    return r == 0 && postgres->listens ? script(postgres, "LISTEN cupel", err) : r;
}

static int mend(void *connection, struct cupel_error *err)
{
    struct postgres *postgres = connection;
    PGTransactionStatusType status = PQtransactionStatus(postgres->connection);

    if (PQstatus(postgres->connection) == CONNECTION_OK && status != PQTRANS_UNKNOWN &&
        !postgres->is_standby)
        return status == PQTRANS_IDLE ? 0 : script(connection, "ROLLBACK", err);
    sql_statements_forget(&postgres->statements);
    postgres->is_standby = false;
    PQreset(postgres->connection);
    if (PQstatus(postgres->connection) != CONNECTION_OK)
        return fail_with(-EPIPE, PQerrorMessage(postgres->connection), err);
    return set_up(postgres, err);
}

static int tell(void *connection, struct cupel_error *err)
{
    return script(connection, "NOTIFY cupel", err);
}

static void ended(void *connection, bool committed)
{
    (void)connection;
    (void)committed; /* it is the server who tells, then */
}

static int start_listening(void *connection, struct cupel_error *err)
{
    struct postgres *postgres = connection;

    postgres->listens = true;
    int r = mend(connection, err);
    return r == 0 ? script(connection, "LISTEN cupel", err) : r;
}

static int ear_fd(const void *connection)
{
    const struct postgres *postgres = connection;

    return PQstatus(postgres->connection) == CONNECTION_OK ? PQsocket(postgres->connection)
                                                           : -1;
}

static void heard(void *connection)
{
    struct postgres *postgres = connection;
    PGnotify *notify;

    (void)PQconsumeInput(postgres->connection);
    while ((notify = PQnotifies(postgres->connection)) != NULL)
        PQfreemem(notify);
}

static void close_postgres(void *connection)
{
    struct postgres *postgres = connection;

    if (postgres == NULL)
        return;
    PQfinish(postgres->connection);
    sql_statements_forget(&postgres->statements);
    free(postgres);
}

/* The library's own message would quote what it cannot read, a password with it. */
static int check_url(const char *url, struct cupel_error *err)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);

    if (options == NULL)
        return cupel_fail(
            err, -EINVAL,
            "the queue's URL cannot be read: expected "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %%XX for special "
            "characters");
    PQconninfoFree(options);
    return 0;
}

/* A server that vanishes without a word is missed after some seconds; the URL may say
 * otherwise. */
static PGconn *connect_to(const char *url)
{
    const char *const keywords[] = {"connect_timeout",
                                    "tcp_user_timeout",
                                    "keepalives_idle",
                                    "keepalives_interval",
                                    "keepalives_count",
                                    "dbname",
                                    NULL};
    const char *const values[] = {"5", "10000", "10", "5", "2", url, NULL};

    return PQconnectdbParams(keywords, values, 1);
}

static void drop_notice(void *owner, const char *message)
{
    (void)owner;
    (void)message;
}

int sql_postgres_open(const char *url, void **ret, struct cupel_error *err)
{
    int r = check_url(url, err);
    if (r < 0)
        return r;
    struct postgres *postgres = calloc(1, sizeof(*postgres));
    if (postgres == NULL)
        return cupel_fail_errno(err, "allocate a connection");
    postgres->connection = connect_to(url);
    (void)PQsetNoticeProcessor(postgres->connection, drop_notice, NULL);
    r = PQstatus(postgres->connection) == CONNECTION_OK
            ? set_up(postgres, err)
            : fail_with(-EPIPE, PQerrorMessage(postgres->connection), err);
    if (r < 0) {
        close_postgres(postgres);
        return r;
    }
    *ret = postgres;
    return 0;
}

const struct sql_backend sql_postgres = {.words = words,
                                         .begin = "BEGIN",
                                         .query = query,
                                         .script = script,
                                         .mend = mend,
                                         .tell = tell,
                                         .ended = ended,
                                         .listen = start_listening,
                                         .ear_fd = ear_fd,
                                         .heard = heard,
                                         .close = close_postgres};
