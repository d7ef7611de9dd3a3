/*
 * What checkers and interactors answer: programs of course staff that judge a learner's. Pure.
 *
 * exit-code: 0 accepts, 1 rejects; what it wrote to standard error is its message.
 * testlib: as programs made with testlib.h: 0 accepts, 1 and 2 reject, 7 gives points, "points
 * 0.5 …" or "partially correct (50) …" (percent) on standard error; the rest is its message.
 * json: {"score": 0.5, "message": "…"} and exit code 0; the score is from 0 to 1.
 */
#ifndef CUPEL_CHECKER_H
#define CUPEL_CHECKER_H

#include <stddef.h>
#include <stdint.h>

#include "cupel/error.h"
#include "cupel/outcome.h"

enum cupel_protocol {
    CUPEL_PROTOCOL_EXIT_CODE,
    CUPEL_PROTOCOL_TESTLIB,
    CUPEL_PROTOCOL_JSON,
};

/* Indexed by the enum above, NULL-terminated. */
extern const char *const cupel_protocol_names[];

#define CUPEL_CHECKER_ANSWER_MAX  ((size_t)64 << 10)
#define CUPEL_CHECKER_MESSAGE_MAX ((size_t)4 << 10)

struct cupel_checker_answer {
    double fraction; /* of the test's points, from 0 to 1 */
    char *message;   /* clean text, owned by whoever asked; NULL: none */
};

/*
 * What a checker said: how its run ended, and the text of its answer, which is standard output
 * for json, standard error for the others. total: how long it was; text is its first len bytes.
 * Returns 0 and fills *ret; -ENOMEM; -EPROTO if that is no answer, and err says what is wrong
 * with it: "exited with 2; exit-code knows 0 and 1".
 */
CUPEL_MUST_CHECK int cupel_checker_read(enum cupel_protocol protocol,
                                        const struct cupel_outcome *run, const char *text,
                                        size_t len, uint64_t total,
                                        struct cupel_checker_answer *ret,
                                        struct cupel_error *err);

#endif
