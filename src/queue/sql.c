#include "queue/sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "cupel/text.h"
#include "queue/sql_backend.h"

#define TRIES 10

struct sql {
    const struct sql_backend *backend;
    void *connection;
    bool in_transaction;
};

struct sql_value sql_int(int64_t value)
{
    return (struct sql_value){.type = SQL_INT, .integer = value};
}

struct sql_value sql_number(int64_t value)
{
    return value == 0 ? sql_null() : sql_int(value);
}

struct sql_value sql_text(const char *text)
{
    return text == NULL
               ? sql_null()
               : (struct sql_value){.type = SQL_TEXT, .bytes = text, .len = strlen(text)};
}

struct sql_value sql_bytes(const void *bytes, size_t len)
{
    return (struct sql_value){.type = SQL_BYTES, .bytes = bytes, .len = len};
}

struct sql_value sql_null(void)
{
    return (struct sql_value){.type = SQL_NULL};
}

static const char *behind(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

int sql_open(const char *url, struct sql **ret, struct cupel_error *err)
{
    const char *path = behind(url, "sqlite://");
    CUPEL_AUTO_FREE struct sql *sql = calloc(1, sizeof(*sql));
    int r = -EINVAL;

    if (sql == NULL)
        return cupel_fail_errno(err, "allocate a connection");
    if (path != NULL && path[0] != '\0') {
        sql->backend = &sql_sqlite;
        r = sql_sqlite_open(path, &sql->connection, err);
    } else if (behind(url, "postgresql://") != NULL || behind(url, "postgres://") != NULL) {
        sql->backend = &sql_postgres;
        r = sql_postgres_open(url, &sql->connection, err);
    } else {
        return cupel_fail(err, -EINVAL,
                          "a queue is sqlite://PATH or postgresql://HOST/DATABASE");
    }
    if (r < 0)
        return r;
    *ret = sql;
    sql = NULL;
    return 0;
}

void sql_close(struct sql *sql)
{
    if (sql == NULL)
        return;
    sql->backend->close(sql->connection);
    free(sql);
}

bool sql_is_postgres(const struct sql *sql)
{
    return sql->backend == &sql_postgres;
}

static const char *find_word(const struct sql_word *words, const char *name, size_t len)
{
    for (; words->name != NULL; words++) {
        if (strlen(words->name) == len && strncmp(words->name, name, len) == 0)
            return words->text;
    }
    return NULL;
}

/* What is in braces, as the database has it. Returns NULL with errno. */
static char *expand(const struct sql_word *words, const char *text)
{
    char *expanded = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&expanded, &len);

    if (out == NULL)
        return NULL;
    while (*text != '\0') {
        size_t plain = strcspn(text, "{");
        (void)fwrite(text, 1, plain, out);
        text += plain;
        size_t name = *text == '{' ? strcspn(text, "}") : 0;
        if (name == 0)
            continue;
        const char *word = find_word(words, text + 1, name - 1);
        (void)fputs(word == NULL ? "?" : word, out); /* no statement is right with that */
        text += name + (text[name] == '}' ? 1 : 0);
    }
    if (fclose(out) != 0) {
        free(expanded);
        return NULL;
    }
    return expanded;
}

/* Nobody knows what a statement has done whose connection was lost; unless it only reads. */
static bool may_repeat(const struct sql *sql, const char *text)
{
    return !sql->in_transaction && behind(text, "SELECT") != NULL;
}

static int ask(struct sql *sql, const char *text, const struct sql_value *parameters,
               size_t count, struct sql_rows *ret, int64_t *ret_changed,
               struct cupel_error *err)
{
    int r = -EPIPE;

    for (int i = 0; r == -EPIPE && i < (may_repeat(sql, text) ? 2 : 1); i++) {
        r = sql->in_transaction ? 0 : sql->backend->mend(sql->connection, err);
        if (r == 0)
            r = sql->backend->query(sql->connection, text, parameters, count, ret, ret_changed,
                                    err);
    }
    return r;
}

/* SQLite would keep any bytes as text, and whoever makes JSON of them fail. */
static int check_texts(const struct sql_value *parameters, size_t count,
                       struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    char start[CUPEL_TEXT_EXCERPT_SIZE];

    for (size_t i = 0; i < count; i++) {
        const struct sql_value *value = &parameters[i];
        if (value->type != SQL_TEXT || cupel_text_is_utf8(value->bytes, value->len))
            continue;
        size_t len = value->len < sizeof(start) ? value->len : sizeof(start) - 1;
        memcpy(start, value->bytes, len);
        start[len] = '\0';
        return cupel_fail(err, -EINVAL, "\"%s\": expected text in UTF-8",
                          cupel_text_excerpt(start, excerpt));
    }
    return 0;
}

int sql_query(struct sql *sql, const char *text, const struct sql_value *parameters,
              size_t count, struct sql_rows **ret, int64_t *ret_changed,
              struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *expanded = expand(sql->backend->words, text);
    CUPEL_AUTO_FREE struct sql_rows *rows = calloc(1, sizeof(*rows));
    int64_t changed = 0;

    if (expanded == NULL || rows == NULL)
        return cupel_fail(err, -ENOMEM, "ask the database: out of memory");
    int r = check_texts(parameters, count, err);
    if (r < 0)
        return r;
    r = ask(sql, expanded, parameters, count, rows, &changed, err);
    if (r < 0) {
        sql_rows_clear(rows);
        return r;
    }
    if (ret_changed != NULL)
        *ret_changed = changed;
    if (ret == NULL) {
        sql_rows_clear(rows);
        return 0;
    }
    *ret = rows;
    rows = NULL;
    return 0;
}

int sql_script(struct sql *sql, const char *text, struct cupel_error *err)
{
    CUPEL_AUTO_FREE char *expanded = expand(sql->backend->words, text);

    if (expanded == NULL)
        return cupel_fail(err, -ENOMEM, "ask the database: out of memory");
    return sql->backend->script(sql->connection, expanded, err);
}

/* A connection that was lost while nobody used it is found so here: once more. */
static int begin(struct sql *sql, struct cupel_error *err)
{
    int r = -EPIPE;

    for (int i = 0; r == -EPIPE && i < 2; i++) {
        r = sql->backend->mend(sql->connection, err);
        if (r == 0)
            r = sql->backend->script(sql->connection, sql->backend->begin, err);
    }
    return r;
}

static int do_body(struct sql *sql,
                   int (*body)(struct sql *sql, void *owner, struct cupel_error *err),
                   void *owner, struct cupel_error *err)
{
    struct cupel_error none = {0};

    sql->in_transaction = true;
    int done = body(sql, owner, err);
    int r = done < 0 ? done : sql->backend->script(sql->connection, "COMMIT", err);
    if (r < 0) /* after a COMMIT that failed there may be nothing to undo */
        (void)!sql->backend->script(sql->connection, "ROLLBACK", &none);
    sql->in_transaction = false;
    sql->backend->ended(sql->connection, r == 0);
    return r < 0 ? r : done;
}

int sql_transact(struct sql *sql,
                 int (*body)(struct sql *sql, void *owner, struct cupel_error *err),
                 void *owner, struct cupel_error *err)
{
    int r = -EAGAIN;

    for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
        r = begin(sql, err);
        if (r < 0) /* whoever waits to begin has waited long enough */
            return r;
        r = do_body(sql, body, owner, err);
    }
    return r;
}

int sql_tell(struct sql *sql, struct cupel_error *err)
{
    return sql->backend->tell(sql->connection, err);
}

int sql_listen(struct sql *sql, struct cupel_error *err)
{
    return sql->backend->listen(sql->connection, err);
}

int sql_ear_fd(const struct sql *sql)
{
    return sql->backend->ear_fd(sql->connection);
}

void sql_heard(struct sql *sql)
{
    sql->backend->heard(sql->connection);
}
