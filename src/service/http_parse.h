/* What clients write, read. Pure. */
#ifndef CUPEL_SERVICE_HTTP_PARSE_H
#define CUPEL_SERVICE_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "cupel/error.h"

/* A whole number from min to max; name: whose it is, for the message. -EINVAL. */
CUPEL_MUST_CHECK int http_parse_number(const char *name, const char *text, int64_t min,
                                       int64_t max, int64_t *ret, struct cupel_error *err);

/* RFC 3339, "2026-01-01T00:00:00Z" or with a fraction or an offset, from 1970 on; *ret in
 * microseconds since then. -EINVAL. */
CUPEL_MUST_CHECK int http_parse_time(const char *name, const char *text, int64_t *ret,
                                     struct cupel_error *err);

/* One JSON object (RFC 8259), no key twice; a new reference. -EINVAL with
 * line and column. */
CUPEL_MUST_CHECK int http_parse_json(const char *text, size_t len, json_t **ret,
                                     struct cupel_error *err);

/* The credentials of "Bearer TOKEN" (RFC 6750); NULL: of another scheme. Borrowed. */
const char *http_parse_bearer(const char *authorization);

/* Whether a request's target, not decoded yet, is read by all who look at it in one way: no NUL
 * in it, and in its path no "/" that is hidden ("%2f"), which rules of a proxy would pass. */
bool http_target_is_plain(const char *target);

/*
 * Members of an object that a client sent. Absent and null are the same; *ret is left alone
 * then, or it is -EINVAL where `must` is set. Texts are borrowed.
 */
CUPEL_MUST_CHECK int http_json_text(const json_t *object, const char *key, bool must,
                                    const char **ret, struct cupel_error *err);
CUPEL_MUST_CHECK int http_json_number(const json_t *object, const char *key, int64_t min,
                                      int64_t max, int64_t *ret, struct cupel_error *err);
CUPEL_MUST_CHECK int http_json_time(const json_t *object, const char *key, int64_t *ret,
                                    struct cupel_error *err);
/* -EINVAL that names the first key that is not in keys (NULL behind the last). */
CUPEL_MUST_CHECK int http_json_only(json_t *object, const char *const *keys,
                                    struct cupel_error *err);
/* One of names; *ret is its index. -EINVAL that lists them. */
CUPEL_MUST_CHECK int http_parse_choice(const char *name, const char *text,
                                       const char *const *names, int *ret,
                                       struct cupel_error *err);
/* One of at most 64 names, for the first time as far as *seen knows, where it is noted. what:
 * of the message. -EINVAL. */
CUPEL_MUST_CHECK int http_parse_once(const char *what, const char *name,
                                     const char *const *names, uint64_t *seen,
                                     struct cupel_error *err);

/* Whether a Content-Type, which may be NULL, is that media type, with parameters or without. */
bool http_parse_is_type(const char *type, const char *expected);

#endif
