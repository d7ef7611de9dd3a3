/*
 * Documents that we wrote read back into structs, by tables of their keys. Whatever a document
 * holds, it is checked before it is taken: it may come from another machine, after years. Keys
 * that no table has are skipped, as a later version may have added them. Internal to
 * src/render.
 */
#ifndef CUPEL_RENDER_READ_H
#define CUPEL_RENDER_READ_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "cupel/error.h"

#define READ_ITEMS_MAX   100000 /* of any list, ten times what a grader may declare */
#define READ_SECONDS_MAX 1e9    /* to which six decimals are exact */
#define READ_POINTS_MAX  1e15

/* A value, and where it stands: parent outlives it, and is NULL for the whole document. */
struct read_place {
    const struct read_place *parent;
    const char *key; /* of an object's member, else NULL */
    size_t index;    /* of a list's item */
    const json_t *json;
};

struct read_key;

/* Put the value at place into object, as key says. Returns 0; -EPROTO with the place in err;
 * -ENOMEM. What was put before a failure is the object's, and freed with it. */
typedef int read_function(const struct read_place *place, void *object,
                          const struct read_key *key, struct cupel_error *err);

/* One member of an object. */
struct read_key {
    const char *name;
    read_function *read;
    size_t offset;                  /* of what it is put into */
    size_t beside;                  /* of a list's length, or of whether an object is there */
    const char *const *names;       /* of a choice */
    const struct read_shape *shape; /* of an object, or of a list's items */
    size_t most;                    /* a whole number's; items of a list; bytes of an array */
    bool nullable;
};

/* An object. */
struct read_shape {
    const struct read_key *keys; /* in the order in which they are read; the last has no name */
    size_t size;                 /* of the struct, for lists */
    int (*finish)(const struct read_place *place, void *object,
                  struct cupel_error *err); /* what its members say together; or NULL */
};

static inline void *read_target(void *object, const struct read_key *key)
{
    return (char *)object + key->offset;
}

/* "tests[3].verdict: " and the message; returns -EPROTO. */
int read_fail(const struct read_place *place, struct cupel_error *err, const char *fmt, ...)
    CUPEL_PRINTF(3, 4);

/* The same: "expected a string or null, found 3". */
int read_fail_expected(const struct read_place *place, const struct read_key *key,
                       const char *expected, struct cupel_error *err);

/* A member that must be there. */
CUPEL_MUST_CHECK int read_member(const struct read_place *object, const char *name,
                                 struct read_place *ret, struct cupel_error *err);

/* All members that shape has, into object. */
CUPEL_MUST_CHECK int read_shaped(const struct read_place *place, void *object,
                                 const struct read_shape *shape, struct cupel_error *err);

/* char *, a copy; if nullable, NULL for null. Text with a NUL is refused. */
int read_text(const struct read_place *place, void *object, const struct read_key *key,
              struct cupel_error *err);

/* The string itself, borrowed; NULL in *ret for null if key is nullable. */
CUPEL_MUST_CHECK int read_string(const struct read_place *place, const struct read_key *key,
                                 const char **ret, struct cupel_error *err);

/* char [most], "" for null if nullable; and the digits of a SHA-256, "" for null. */
int read_name(const struct read_place *place, void *object, const struct read_key *key,
              struct cupel_error *err);
int read_sha256(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err);

/* bool; and by names, of which the second means true. */
int read_bool(const struct read_place *place, void *object, const struct read_key *key,
              struct cupel_error *err);
int read_either(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err);

/* An enum by names; if nullable, null is the first, whose name is then no value. */
int read_choice(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err);

/* int from 0 to most; 0 for null if nullable. */
int read_int(const struct read_place *place, void *object, const struct read_key *key,
             struct cupel_error *err);

/* uint64_t; seconds as nanoseconds. CUPEL_UNKNOWN for null if nullable. */
int read_u64(const struct read_place *place, void *object, const struct read_key *key,
             struct cupel_error *err);
int read_seconds(const struct read_place *place, void *object, const struct read_key *key,
                 struct cupel_error *err);

/* double: from 0 on, or any. NaN for null if nullable. */
int read_points(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err);
int read_number(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err);

/* Members of an object that go into the struct at offset (or, at 0, into that which holds it).
 * If nullable, the bool beside tells whether it is there. */
int read_object(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err);

/* A pointer to zeroed structs of shape, NULL if there are none, with their number (size_t)
 * beside. */
int read_list(const struct read_place *place, void *object, const struct read_key *key,
              struct cupel_error *err);

/* char **, NULL-terminated; NULL if there are none. */
int read_strings(const struct read_place *place, void *object, const struct read_key *key,
                 struct cupel_error *err);

/* Nothing is kept of a value that others tell. */
int read_nothing(const struct read_place *place, void *object, const struct read_key *key,
                 struct cupel_error *err);

/* A list of calls, or null, into the denied calls of a struct cupel_outcome. */
int read_denied(const struct read_place *place, void *object, const struct read_key *key,
                struct cupel_error *err);

/* cupel.run/1 into struct cupel_outcome. */
extern const struct read_shape read_run_shape;

#endif
