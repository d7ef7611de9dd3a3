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

#define PARAMETERS_MAX 40
#define STATEMENTS_MAX 128
#define NAME_SIZE      24
#define USES_MAX       200 /* a plan of when there were few jobs does not fit many */
#define BINARY         1

enum type { BOOLEAN = 16, BYTES = 17, INT8 = 20, INT2 = 21, INT4 = 23, TEXT = 25 };

/* One that the connection has prepared: planning it takes longer than doing it. */
struct statement {
    char *text;
    unsigned uses; /* since it was planned */
};

struct postgres {
    PGconn *connection;
    bool listens;
    struct statement statements[STATEMENTS_MAX]; /* "s0", "s1", … */
    size_t statement_count; /* what comes when there is no room is planned each time */
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
    if (is(state, "57P") || is(state, "08")) /* shut down, crashed, starting up; connection */
        return -EPIPE;
    /* Serialization, deadlock; lock not available; what a new row names was there when it was
     * looked up, and has been removed since. */
    if (is(state, "40") || is(state, "55P03") || is(state, "23503"))
        return -EAGAIN;
    if (is(state, "23505"))
        return -EEXIST;
    if (is(state, "53100"))
        return -ENOSPC;
    if (is(state, "53"))
        return -EBUSY; /* out of memory, too many connections */
    return is(state, "42501") || is(state, "28") ? -EACCES : -EIO;
}

static int check(const struct postgres *postgres, const PGresult *result,
                 struct cupel_error *err)
{
    ExecStatusType status = PQresultStatus(result);

    if (result != NULL && (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK))
        return 0;
    const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message =
        result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
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
    uint64_t integers[PARAMETERS_MAX];
    const char *values[PARAMETERS_MAX];
    int lengths[PARAMETERS_MAX];
    int formats[PARAMETERS_MAX];
    Oid types[PARAMETERS_MAX];
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

static void forget_statements(struct postgres *postgres)
{
    for (size_t i = 0; i < postgres->statement_count; i++)
        free(postgres->statements[i].text);
    postgres->statement_count = 0;
}

/* A place for text; NULL: there is none. */
static struct statement *find_statement(struct postgres *postgres, const char *text)
{
    size_t i = 0;

    while (i < postgres->statement_count && strcmp(postgres->statements[i].text, text) != 0)
        i++;
    if (i == STATEMENTS_MAX)
        return NULL;
    if (i == postgres->statement_count) {
        postgres->statements[i] = (struct statement){.text = strdup(text)};
        if (postgres->statements[i].text == NULL)
            return NULL;
        postgres->statement_count++;
    }
    return &postgres->statements[i];
}

/* The statement's name; "": it is not prepared, which is no failure. */
static int prepare(struct postgres *postgres, const char *text, const Oid *types, size_t count,
                   char ret_name[static NAME_SIZE], struct cupel_error *err)
{
    char forget[NAME_SIZE + sizeof("DEALLOCATE ")];

    ret_name[0] = '\0';
    struct statement *statement = find_statement(postgres, text);
    if (statement == NULL)
        return 0;
    (void)snprintf(ret_name, NAME_SIZE, "s%td", statement - postgres->statements);
    if (statement->uses == USES_MAX) {
        (void)snprintf(forget, sizeof(forget), "DEALLOCATE %s", ret_name);
        AUTO_RESULT *forgotten = PQexec(postgres->connection, forget);
        int r = check(postgres, forgotten, err);
        if (r < 0)
            return r;
        statement->uses = 0;
    }
    if (statement->uses == 0) {
        AUTO_RESULT *result =
            PQprepare(postgres->connection, ret_name, text, (int)count, types);
        int r = check(postgres, result, err);
        if (r < 0)
            return r;
    }
    statement->uses++;
    return 0;
}

static int query(void *connection, const char *text, const struct sql_value *parameters,
                 size_t count, struct sql_rows *ret, int64_t *ret_changed,
                 struct cupel_error *err)
{
    struct postgres *postgres = connection;
    struct arguments arguments = {.types = {0}};

    if (count > PARAMETERS_MAX)
        return cupel_fail(err, -E2BIG, "PostgreSQL: more than %d parameters", PARAMETERS_MAX);
    for (size_t i = 0; i < count; i++) {
        int r = set_argument(&arguments, i, &parameters[i]);
        if (r < 0)
            return cupel_fail(err, r, "PostgreSQL: a parameter of more than 2 GiB");
    }
    char name[NAME_SIZE];
    int r = prepare(postgres, text, arguments.types, count, name, err);
    if (r < 0)
        return r;
    AUTO_RESULT *result =
        name[0] == '\0'
            ? PQexecParams(postgres->connection, text, (int)count, arguments.types,
                           arguments.values, arguments.lengths, arguments.formats, BINARY)
            : PQexecPrepared(postgres->connection, name, (int)count, arguments.values,
                             arguments.lengths, arguments.formats, BINARY);
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
    /* A machine that vanishes in the middle of a transaction does not keep its locks. */
    static const char settings[] =
        "SET client_min_messages = warning; SET timezone = 'UTC';"
        " SET idle_in_transaction_session_timeout = '30s'";

    int r = script(postgres, settings, err);
    return r == 0 && postgres->listens ? script(postgres, "LISTEN cupel", err) : r;
}

static int mend(void *connection, struct cupel_error *err)
{
    struct postgres *postgres = connection;
    PGTransactionStatusType status = PQtransactionStatus(postgres->connection);

    if (PQstatus(postgres->connection) == CONNECTION_OK && status != PQTRANS_UNKNOWN)
        return status == PQTRANS_IDLE ? 0 : script(connection, "ROLLBACK", err);
    forget_statements(postgres);
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
    forget_statements(postgres);
    free(postgres);
}

int sql_postgres_open(const char *url, void **ret, struct cupel_error *err)
{
    struct postgres *postgres = calloc(1, sizeof(*postgres));

    if (postgres == NULL)
        return cupel_fail_errno(err, "allocate a connection");
    postgres->connection = PQconnectdb(url);
    int r = PQstatus(postgres->connection) == CONNECTION_OK
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
