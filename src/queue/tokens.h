/*
 * Who may use the service. A token is "cupel_ID_SECRET": of the secret, 256 random bits, only
 * the SHA-256 is kept, which is enough since it cannot be guessed.
 */
#ifndef CUPEL_QUEUE_TOKENS_H
#define CUPEL_QUEUE_TOKENS_H

#include "queue/queue.h"

enum cupel_role {
    CUPEL_ROLE_PLATFORM, /* all */
    CUPEL_ROLE_STAFF,    /* all of its course */
    CUPEL_ROLE_AUDITOR,  /* reads policies, results, jobs, logs of all; changes nothing */
    CUPEL_ROLES,
};

extern const char *const cupel_role_names[]; /* NULL behind the last */

/* Whom a token is. */
struct cupel_token {
    char *id; /* 8 lower-case letters and digits; in logs and lists */
    enum cupel_role role;
    char *course; /* of staff; NULL: others */
    char *name;   /* for people: whose it is */
    int64_t created_us;
    int64_t expires_us; /* 0: never */
    int64_t revoked_us; /* 0: it is not */
    int64_t used_us;    /* last, to the minute; 0: never */
};

struct cupel_token_list {
    struct cupel_token *items;
    size_t count;
};

/* *ret_text is the token itself, which is told nobody again; the caller's to free (and to
 * overwrite). ret: what is kept of it, cupel_token_clear(), or NULL. expires_us 0: never.
 * -EINVAL: staff without a course, others with one, no name, a time that is not to come. */
CUPEL_MUST_CHECK int cupel_queue_add_token(struct cupel_queue *queue, enum cupel_role role,
                                           const char *course, const char *name,
                                           int64_t expires_us, struct cupel_token *ret,
                                           char **ret_text, struct cupel_error *err);
/* Whom it is. -EACCES if it is none, has expired or was revoked; in each case with the same
 * message and, of what looks like a token, in the same time. ret: cupel_token_clear(). */
CUPEL_MUST_CHECK int cupel_queue_check_token(struct cupel_queue *queue, const char *text,
                                             struct cupel_token *ret, struct cupel_error *err);
CUPEL_MUST_CHECK int cupel_queue_list_tokens(struct cupel_queue *queue,
                                             struct cupel_token_list *ret,
                                             struct cupel_error *err);
/* -ENOENT. Revoked twice is revoked. */
CUPEL_MUST_CHECK int cupel_queue_revoke_token(struct cupel_queue *queue, const char *id,
                                              struct cupel_error *err);

void cupel_token_clear(struct cupel_token *token);
void cupel_token_list_clear(struct cupel_token_list *list);

#endif
