/*
 * SQLite: a file in write-ahead mode, each commit synced. Who has changed something writes a
 * byte into a file beside it, the bell, when that can be seen; others hear it by inotify(7), so
 * that nobody asks at a fixed tick. Whoever is killed in between is not heard, so that who
 * waits asks at times as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cupel/cleanup.h"
#include "queue/sql_backend.h"

/* Whoever writes waits for others that write: less than a lease lasts, or a watchdog. */
#define BUSY_MS         5000
#define SET_UP_PAUSE_MS 10
#define BELL            "-bell"

struct sqlite {
    sqlite3 *handle;
    char *path;
    int bell_fd;
    bool rings; /* once the transaction is committed */
    int ear_fd; /* inotify; -1: nobody listens */
};

static const struct sql_word words[] = {{"now", "cupel_now()"},
                                        {"lock", ""},
                                        {"skip", ""},
                                        {"serial", "INTEGER PRIMARY KEY AUTOINCREMENT"},
                                        {"bytes", "BLOB"},
                                        {"backoff", SQL_BACKOFF},
                                        {NULL, NULL}};

static int fail(sqlite3 *handle, struct cupel_error *err)
{
    int code = handle == NULL ? SQLITE_NOMEM : sqlite3_extended_errcode(handle);
    int r = -EIO;

    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        r = -EAGAIN;
        break;
    case SQLITE_FULL:
        r = -ENOSPC;
        break;
    case SQLITE_NOMEM:
        r = -ENOMEM;
        break;
    case SQLITE_CANTOPEN:
        r = -EPIPE;
        break;
    case SQLITE_READONLY:
        r = code == SQLITE_READONLY_DBMOVED ? -EPIPE : -EIO;
        break;
    case SQLITE_CONSTRAINT:
        r = code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ? -EEXIST
                                                                                     : -EIO;
        break;
    default:
        break;
    }
    return cupel_fail(err, r, "SQLite: %.200s",
                      handle == NULL ? "out of memory" : sqlite3_errmsg(handle));
}

static void tell_time(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct timespec now = {0};

    (void)count;
    (void)arguments;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    sqlite3_result_int64(context, (sqlite3_int64)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

static int bind(sqlite3_stmt *statement, const struct sql_value *parameters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct sql_value *value = &parameters[i];
        char name[24];
        int r = SQLITE_OK;
        (void)snprintf(name, sizeof(name), "$%zu", i + 1);
        int at = sqlite3_bind_parameter_index(statement, name);
        if (at == 0) /* not in this text */
            continue;
        if (value->type == SQL_INT)
            r = sqlite3_bind_int64(statement, at, value->integer);
        else if (value->type == SQL_TEXT)
            r = sqlite3_bind_text64(statement, at, value->bytes, value->len, SQLITE_STATIC,
                                    SQLITE_UTF8);
        else if (value->type == SQL_BYTES && value->len == 0)
            r = sqlite3_bind_zeroblob(statement, at, 0);
        else if (value->type == SQL_BYTES)
            r = sqlite3_bind_blob64(statement, at, value->bytes, value->len, SQLITE_STATIC);
        if (r != SQLITE_OK)
            return r;
    }
    return SQLITE_OK;
}

static int take_row(sqlite3_stmt *statement, struct sql_rows *rows)
{
    int columns = sqlite3_column_count(statement);
    struct sql_cell *cells = sql_rows_add(rows, (size_t)columns);

    if (cells == NULL)
        return -ENOMEM;
    for (int i = 0; i < columns; i++) {
        int type = sqlite3_column_type(statement, i);
        int r = 0;
        if (type == SQLITE_INTEGER || type == SQLITE_FLOAT)
            cells[i] = (struct sql_cell){.type = SQL_INT,
                                         .integer = sqlite3_column_int64(statement, i)};
        else if (type == SQLITE_TEXT || type == SQLITE_BLOB)
            r = sql_cell_set(&cells[i], type == SQLITE_TEXT ? SQL_TEXT : SQL_BYTES,
                             sqlite3_column_blob(statement, i),
                             (size_t)sqlite3_column_bytes(statement, i));
        if (r < 0)
            return r;
    }
    return 0;
}

static void finalize(sqlite3_stmt **statement)
{
    (void)sqlite3_finalize(*statement);
}

static int query(void *connection, const char *text, const struct sql_value *parameters,
                 size_t count, struct sql_rows *ret, int64_t *ret_changed,
                 struct cupel_error *err)
{
    struct sqlite *sqlite = connection;
    __attribute__((cleanup(finalize))) sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(sqlite->handle, text, -1, &statement, NULL) != SQLITE_OK ||
        bind(statement, parameters, count) != SQLITE_OK)
        return fail(sqlite->handle, err);
    int step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        if (take_row(statement, ret) < 0)
            return cupel_fail(err, -ENOMEM, "SQLite: out of memory");
    }
    if (step != SQLITE_DONE)
        return fail(sqlite->handle, err);
    *ret_changed = sqlite3_stmt_readonly(statement) ? 0 : sqlite3_changes64(sqlite->handle);
    return 0;
}

static int script(void *connection, const char *text, struct cupel_error *err)
{
    struct sqlite *sqlite = connection;

    return sqlite3_exec(sqlite->handle, text, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : fail(sqlite->handle, err);
}

/* A transaction that was broken off is none of the next one's. */
static int mend(void *connection, struct cupel_error *err)
{
    struct sqlite *sqlite = connection;

    return sqlite3_get_autocommit(sqlite->handle) ? 0 : script(connection, "ROLLBACK", err);
}

static int tell(void *connection, struct cupel_error *err)
{
    struct sqlite *sqlite = connection;

    (void)err;
    sqlite->rings = true;
    return 0;
}

static void ended(void *connection, bool committed)
{
    struct sqlite *sqlite = connection;

    if (committed && sqlite->rings)
        (void)!pwrite(sqlite->bell_fd, "", 1, 0);
    sqlite->rings = false;
}

static int start_listening(void *connection, struct cupel_error *err)
{
    struct sqlite *sqlite = connection;
    char bell[PATH_MAX];

    if (sqlite->ear_fd >= 0)
        return 0;
    CUPEL_AUTO_FD fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    (void)snprintf(bell, sizeof(bell), "%s" BELL, sqlite->path);
    if (fd < 0 || inotify_add_watch(fd, bell, IN_MODIFY) < 0)
        return cupel_fail_errno(err, "watch %.200s", bell);
    sqlite->ear_fd = cupel_take_fd(&fd);
    return 0;
}

static int ear_fd(const void *connection)
{
    return ((const struct sqlite *)connection)->ear_fd;
}

static void heard(void *connection)
{
    const struct sqlite *sqlite = connection;
    char events[4096];

    while (read(sqlite->ear_fd, events, sizeof(events)) > 0)
        continue;
}

static void close_sqlite(void *connection)
{
    struct sqlite *sqlite = connection;

    if (sqlite == NULL)
        return;
    (void)sqlite3_close_v2(sqlite->handle);
    cupel_close_p(&sqlite->ear_fd);
    cupel_close_p(&sqlite->bell_fd);
    free(sqlite->path);
    free(sqlite);
}

/* SQLite does not wait by itself for others that change a new file to write-ahead mode. */
static int set_up(struct sqlite *sqlite, struct cupel_error *err)
{
    static const char settings[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        " PRAGMA foreign_keys = ON;";
    static const struct timespec pause = {.tv_nsec = SET_UP_PAUSE_MS * 1000000L};
    int r = -EAGAIN;

    for (int i = 0; r == -EAGAIN && i < BUSY_MS / SET_UP_PAUSE_MS; i++) {
        if (i > 0)
            (void)nanosleep(&pause, NULL);
        r = script(sqlite, settings, err);
    }
    return r;
}

static int open_bell(struct sqlite *sqlite, struct cupel_error *err)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s" BELL, sqlite->path);
    sqlite->bell_fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return sqlite->bell_fd < 0 ? cupel_fail_errno(err, "open %.200s", path) : 0;
}

/* For its owner alone, if it is new: the files that SQLite puts beside it take its mode. It is
 * not opened: by closing it the process would lose the locks of all that it has open
 * (fcntl(2)), and others would take it for nobody's. */
static int make_file(const char *path, struct cupel_error *err)
{
    bool made = mknod(path, S_IFREG | 0600, 0) == 0;

    return made || errno == EEXIST || errno == EACCES || errno == EROFS
               ? 0
               : cupel_fail_errno(err, "make %.200s", path);
}

int sql_sqlite_open(const char *path, void **ret, struct cupel_error *err)
{
    struct sqlite *sqlite = calloc(1, sizeof(*sqlite));

    if (sqlite == NULL)
        return cupel_fail_errno(err, "allocate a connection");
    sqlite->ear_fd = -1;
    sqlite->bell_fd = -1;
    sqlite->path = strdup(path);
    int r = sqlite->path == NULL ? cupel_fail_errno(err, "allocate a connection")
                                 : make_file(path, err);
    if (r < 0) {
        close_sqlite(sqlite);
        return r;
    }
    if (sqlite3_open_v2(path, &sqlite->handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK ||
        sqlite3_extended_result_codes(sqlite->handle, 1) != SQLITE_OK ||
        sqlite3_busy_timeout(sqlite->handle, BUSY_MS) != SQLITE_OK ||
        sqlite3_create_function(sqlite->handle, "cupel_now", 0, SQLITE_UTF8, NULL, tell_time,
                                NULL, NULL) != SQLITE_OK)
        r = fail(sqlite->handle, err);
    else
        r = set_up(sqlite, err);
    if (r == 0)
        r = open_bell(sqlite, err);
    if (r < 0) {
        close_sqlite(sqlite);
        return r;
    }
    *ret = sqlite;
    return 0;
}

const struct sql_backend sql_sqlite = {.words = words,
                                       .begin = "BEGIN IMMEDIATE",
                                       .query = query,
                                       .script = script,
                                       .mend = mend,
                                       .tell = tell,
                                       .ended = ended,
                                       .listen = start_listening,
                                       .ear_fd = ear_fd,
                                       .heard = heard,
                                       .close = close_sqlite};
