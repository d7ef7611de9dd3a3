#include "queue/tokens.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cupel/cleanup.h"
#include "cupel/hash.h"
#include "cupel/text.h"
#include "queue/queue_internal.h"

#define PREFIX       "cupel_"
#define ID_BYTES     4 /* told as hexadecimal digits, as the secret is */
#define SECRET_BYTES 32
#define ID_SIZE      (2 * ID_BYTES + 1)
#define SECRET_SIZE  (2 * SECRET_BYTES + 1)
#define TEXT_MAX     512 /* of a statement */
#define TEXT_SIZE    (sizeof(PREFIX) + ID_SIZE + SECRET_SIZE)

const char *const cupel_role_names[] = {[CUPEL_ROLE_PLATFORM] = "platform",
                                        [CUPEL_ROLE_STAFF] = "staff",
                                        [CUPEL_ROLE_AUDITOR] = "auditor",
                                        [CUPEL_ROLES] = NULL};

static const char token_columns[] = "id, role, course, name, created, expires, revoked, used";

enum column { ID, ROLE, COURSE, NAME, CREATED, EXPIRES, REVOKED, USED, COLUMNS };

void cupel_token_clear(struct cupel_token *token)
{
    free(token->id);
    free(token->course);
    free(token->name);
    *token = (struct cupel_token){.id = NULL};
}

void cupel_token_list_clear(struct cupel_token_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        cupel_token_clear(&list->items[i]);
    free(list->items);
    *list = (struct cupel_token_list){.count = 0};
}

/* What is there of it on failure is the caller's to clear as well. Returns 0 or -ENOMEM. */
static int read_token(const struct sql_rows *rows, size_t row, struct cupel_token *ret)
{
    *ret = (struct cupel_token){.role = (enum cupel_role)sql_get_int(rows, row, ROLE),
                                .created_us = sql_get_int(rows, row, CREATED),
                                .expires_us = sql_get_int(rows, row, EXPIRES),
                                .revoked_us = sql_get_int(rows, row, REVOKED),
                                .used_us = sql_get_int(rows, row, USED)};
    bool failed = queue_copy_text(rows, row, ID, &ret->id) < 0 ||
                  queue_copy_text(rows, row, COURSE, &ret->course) < 0 ||
                  queue_copy_text(rows, row, NAME, &ret->name) < 0;
    return failed ? -ENOMEM : 0;
}

static void hash_secret(const char *secret, char ret[static CUPEL_SHA256_HEX_SIZE])
{
    struct cupel_hash hash;

    cupel_hash_init(&hash);
    cupel_hash_update(&hash, secret, strlen(secret));
    cupel_hash_hex(&hash, ret);
}

struct adding {
    enum cupel_role role;
    const char *course;
    const char *name;
    int64_t expires_us;
    char id[ID_SIZE];
    char secret[SECRET_SIZE];
    struct cupel_token token;
};

static int insert(struct sql *sql, void *owner, struct cupel_error *err)
{
    struct adding *adding = owner;
    unsigned char random[ID_BYTES + SECRET_BYTES];
    char hash[CUPEL_SHA256_HEX_SIZE];
    SQL_AUTO_ROWS *rows = NULL;
    char text[TEXT_MAX];

    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return cupel_fail_errno(err, "getrandom");
    (void)sodium_bin2hex(adding->id, sizeof(adding->id), random, ID_BYTES);
    (void)sodium_bin2hex(adding->secret, sizeof(adding->secret), random + ID_BYTES,
                         SECRET_BYTES);
    sodium_memzero(random, sizeof(random));
    hash_secret(adding->secret, hash);
    const struct sql_value parameters[] = {
        sql_text(adding->id),     sql_text(hash),         sql_int(adding->role),
        sql_text(adding->course), sql_text(adding->name), sql_number(adding->expires_us)};
    (void)snprintf(text, sizeof(text),
                   "INSERT INTO tokens (id, hash, role, course, name, created, expires)"
                   " SELECT $1, $2, $3, $4, $5, {now}, $6"
                   " WHERE CAST($6 AS BIGINT) IS NULL OR $6 > {now} RETURNING %s",
                   token_columns);
    int r = sql_query(sql, text, parameters, 6, &rows, NULL, err);
    if (r < 0)
        return r == -EEXIST ? -EAGAIN : r; /* the id is taken: another one */
    if (sql_count(rows) == 0)
        return cupel_fail(err, -EINVAL, "a token expires at a time to come, or never");
    cupel_token_clear(&adding->token);
    return read_token(rows, 0, &adding->token) == 0
               ? 0
               : cupel_fail(err, -ENOMEM, "add a token: out of memory");
}

static int check(const struct adding *adding, struct cupel_error *err)
{
    bool needs_course = adding->role == CUPEL_ROLE_STAFF;

    if (adding->name == NULL || adding->name[0] == '\0')
        return cupel_fail(err, -EINVAL, "a token has a name, of whom it is for");
    if (needs_course != (adding->course != NULL))
        return cupel_fail(err, -EINVAL, "a token of role %s has %s course",
                          cupel_role_names[adding->role], needs_course ? "a" : "no");
    return needs_course ? queue_check_name("course", adding->course, err) : 0;
}

int cupel_queue_add_token(struct cupel_queue *queue, enum cupel_role role, const char *course,
                          const char *name, int64_t expires_us, struct cupel_token *ret,
                          char **ret_text, struct cupel_error *err)
{
    struct adding adding = {
        .role = role, .course = course, .name = name, .expires_us = expires_us};

    int r = check(&adding, err);
    if (r < 0)
        return r;
    CUPEL_AUTO_FREE char *text = malloc(TEXT_SIZE);
    if (text == NULL)
        return cupel_fail_errno(err, "add a token");
    r = sql_transact(queue->sql, insert, &adding, err);
    if (r == 0) {
        (void)snprintf(text, TEXT_SIZE, PREFIX "%s_%s", adding.id, adding.secret);
        *ret_text = text;
        text = NULL;
    }
    if (r == 0 && ret != NULL)
        *ret = adding.token;
    else
        cupel_token_clear(&adding.token);
    sodium_memzero(&adding, sizeof(adding));
    return r;
}

/* NULL: it has not the form of a token. */
static const char *split(const char *text, char ret_id[static ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    size_t prefix = strlen(PREFIX);

    if (strncmp(text, PREFIX, prefix) != 0 || strspn(text + prefix, digits) != ID_SIZE - 1 ||
        text[prefix + ID_SIZE - 1] != '_' ||
        strspn(text + prefix + ID_SIZE, digits) != SECRET_SIZE - 1 ||
        text[prefix + ID_SIZE + SECRET_SIZE - 1] != '\0')
        return NULL;
    (void)snprintf(ret_id, ID_SIZE, "%s", text + prefix);
    return text + prefix + ID_SIZE;
}

/* To the minute, so that not every request writes. */
static int note_use(struct cupel_queue *queue, const char *id, struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(id);

    return sql_query(queue->sql,
                     "UPDATE tokens SET used = {now}"
                     " WHERE id = $1 AND (used IS NULL OR used <= {now} - 60000000)",
                     &parameter, 1, NULL, NULL, err);
}

/* In the same words, whatever is wrong. */
static int refuse_token(struct cupel_error *err)
{
    return cupel_fail(err, -EACCES, "the token is not valid, or no longer");
}

int cupel_queue_check_token(struct cupel_queue *queue, const char *text,
                            struct cupel_token *ret, struct cupel_error *err)
{
    /* What is compared with where the id is unknown: no hash looks like that. */
    char expected[CUPEL_SHA256_HEX_SIZE] = {0};
    char hash[CUPEL_SHA256_HEX_SIZE];
    char id[ID_SIZE];
    char query[TEXT_MAX];
    struct cupel_error unused;
    SQL_AUTO_ROWS *rows = NULL;

    const char *secret = split(text, id);
    if (secret == NULL) /* nobody has such a one: the database is not asked */
        return refuse_token(err);
    hash_secret(secret, hash);
    const struct sql_value parameter = sql_text(id);
    (void)snprintf(query, sizeof(query),
                   "SELECT %s, hash, revoked IS NULL AND (expires IS NULL OR expires > {now}),"
                   " used IS NULL OR used <= {now} - 60000000 FROM tokens WHERE id = $1",
                   token_columns);
    int r = sql_query(queue->sql, query, &parameter, 1, &rows, NULL, err);
    if (r < 0)
        return r;
    bool known = sql_count(rows) == 1;
    if (known)
        (void)snprintf(expected, sizeof(expected), "%s", sql_get_text(rows, 0, COLUMNS, NULL));
    bool same = sodium_memcmp(hash, expected, sizeof(hash)) == 0;
    if (!known || !same || sql_get_int(rows, 0, COLUMNS + 1) == 0)
        return refuse_token(err);
    if (sql_get_int(rows, 0, COLUMNS + 2) != 0)
        (void)!note_use(queue, id, &unused); /* a full disk keeps nobody out */
    struct cupel_token token;
    if (read_token(rows, 0, &token) < 0) {
        cupel_token_clear(&token);
        return cupel_fail(err, -ENOMEM, "check a token: out of memory");
    }
    *ret = token;
    return 0;
}

int cupel_queue_list_tokens(struct cupel_queue *queue, struct cupel_token_list *ret,
                            struct cupel_error *err)
{
    SQL_AUTO_ROWS *rows = NULL;
    char text[TEXT_MAX];

    (void)snprintf(text, sizeof(text), "SELECT %s FROM tokens ORDER BY created, id",
                   token_columns);
    int r = sql_query(queue->sql, text, NULL, 0, &rows, NULL, err);
    if (r < 0)
        return r;
    struct cupel_token_list list = {.items = calloc(sql_count(rows) + 1, sizeof(*list.items))};
    bool failed = list.items == NULL;
    for (size_t i = 0; !failed && i < sql_count(rows); i++)
        failed = read_token(rows, i, &list.items[list.count++]) < 0;
    if (failed) {
        cupel_token_list_clear(&list);
        return cupel_fail(err, -ENOMEM, "list tokens: out of memory");
    }
    *ret = list;
    return 0;
}

int cupel_queue_revoke_token(struct cupel_queue *queue, const char *id, struct cupel_error *err)
{
    const struct sql_value parameter = sql_text(id);
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];
    int64_t changed = 0;

    int r = sql_query(queue->sql,
                      "UPDATE tokens SET revoked = coalesce(revoked, {now}) WHERE id = $1",
                      &parameter, 1, NULL, &changed, err);
    if (r == 0 && changed == 0)
        r = cupel_fail(err, -ENOENT, "there is no token %s", cupel_text_excerpt(id, excerpt));
    return r;
}
